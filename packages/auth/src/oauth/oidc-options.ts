import { type Clock, systemClock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkFunction, checkMethods, checkOneOf, checkText, invalidOption } from '@base/core/options'
import { isSecret, type Secret } from '@base/core/secret'
import { type AsymmetricAlgorithm, checkAlgorithms, isSymmetric } from '../tokens/keys/algorithm.js'
import { checkCookieName, SessionCookie } from '../tokens/sessions/session-cookie.js'
import { place } from './place.js'
import type { MetadataSource } from './provider/discovery.js'
import type { ProviderRules } from './provider/provider-fetch.js'
import { readProvider } from './provider-options.js'
import type { ClientAuthentication, OidcProviderSettings } from './providers/provider-settings.js'
import { memoryOAuthTransactionStore } from './transactions/memory-oauth-transaction-store.js'
import type { OAuthTransactionStore } from './transactions/oauth-transaction-store.js'

/** Options of {@link createOidcClient}; checked and read once, at construction. One of `issuer` and `metadata` is needed. */
export interface OidcClientOptions extends OidcProviderSettings {
  /** Who you are at the provider. */
  readonly clientId: string
  /** How you prove it. @defaultValue none: a public client, which has the code challenge alone */
  readonly clientSecret?: string | Secret<string> | undefined
  /** Where sign-ins wait. @defaultValue memoryOAuthTransactionStore() */
  readonly transactions?: OAuthTransactionStore | undefined
  /** How long a sign-in may take, more than 0 and up to 10 minutes. @defaultValue '10m' */
  readonly transactionTtl?: Duration | undefined
  /** The cookie's name: `__Host-` and 1 to 57 characters of a token. @defaultValue '__Host-oauth' */
  readonly cookieName?: `__Host-${string}` | undefined
  /**
   * How id tokens may be signed. PS256 beside RS256 needs keys that say which they are for.
   * @defaultValue ['EdDSA', 'ES256', 'RS256']
   */
  readonly algorithms?: readonly AsymmetricAlgorithm[] | undefined
  /** How far the provider's clock may be from yours, up to 5 minutes. @defaultValue '30s' */
  readonly clockSkew?: Duration | undefined
  /** How long the provider may take for one answer, more than 0. @defaultValue '5s' */
  readonly timeout?: Duration | undefined
  /** How long the provider's metadata are good, more than 0. @defaultValue '1h' */
  readonly metadataMaxAge?: Duration | undefined
  /** Makes the requests. @defaultValue the platform's `fetch` */
  readonly fetch?: typeof globalThis.fetch | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/** Options that are checked. Durations are milliseconds. */
export interface OidcSettings {
  readonly source: MetadataSource
  readonly issuer: string
  readonly issuerTemplate: string | undefined
  readonly clientId: string
  readonly clientSecret: (() => string) | undefined
  readonly clientAuthentication: ClientAuthentication | undefined
  readonly scope: string
  readonly authorizationParameters: Readonly<Record<string, string>>
  readonly profile: OidcProviderSettings['profile']
  readonly transactions: OAuthTransactionStore
  readonly transactionTtl: number
  readonly cookie: SessionCookie
  readonly algorithms: readonly AsymmetricAlgorithm[]
  readonly clockSkew: number
  readonly rules: ProviderRules
}

const METHODS = ['client_secret_basic', 'client_secret_post', 'none'] as const
const MOST_TTL = 600_000
const MOST_SKEW = 300_000

/** Checks the options. @throws InvalidOptionError */
export function readOptions(options: OidcClientOptions): OidcSettings {
  const given: Partial<OidcClientOptions> = options ?? {}
  const { transactions = memoryOAuthTransactionStore(), clock = systemClock, timeout = '5s' } = given
  const { fetch = (input, init) => globalThis.fetch(input, init) } = given
  const rules: ProviderRules = {
    fetch: checkFunction(fetch, place('fetch')),
    timeout: toMilliseconds(timeout, { ...place('timeout'), positive: true }),
    clock: checkMethods(clock, ['now', 'monotonic', 'schedule'], place('clock')),
  }
  const clientSecret = readSecret(given.clientSecret)
  return {
    ...readProvider(given, rules),
    clientId: checkText(given.clientId, place('clientId')),
    clientSecret,
    clientAuthentication: readAuthentication(given.clientAuthentication, clientSecret !== undefined),
    transactions: checkMethods(transactions, ['put', 'take'], place('transactions')),
    cookie: readCookie(given.cookieName),
    ...readTimes(given),
    algorithms: readAlgorithms(given.algorithms ?? ['EdDSA', 'ES256', 'RS256']),
    rules,
  }
}

function readSecret(value: unknown): (() => string) | undefined {
  if (value === undefined) return undefined
  const text = isSecret(value) ? value.reveal() : value
  if (typeof text === 'string' && text !== '') return () => text
  throw invalidOption(typeof text, place('clientSecret'), 'a text that is not empty, or a secret with one')
}

function readAuthentication(method: unknown, hasSecret: boolean): ClientAuthentication | undefined {
  const told = method === undefined ? undefined : checkOneOf(method, METHODS, place('clientAuthentication'))
  // Without a secret there is one way only; what a provider's settings prefer does not count then.
  return hasSecret ? told : 'none'
}

function readCookie(name: unknown = '__Host-oauth'): SessionCookie {
  const checked = checkCookieName(name, place('cookieName'))
  // Lax: the provider sends the browser back from another site, and with Strict the cookie would stay behind.
  return new SessionCookie({ name: checked, sameSite: 'lax', persistent: true })
}

function readTimes({ transactionTtl = '10m', clockSkew = '30s' }: Partial<OidcClientOptions>) {
  const ttl = toMilliseconds(transactionTtl, { ...place('transactionTtl'), positive: true })
  if (ttl > MOST_TTL) throw invalidOption(transactionTtl, place('transactionTtl'), 'at most 10 minutes')
  const skew = toMilliseconds(clockSkew, place('clockSkew'))
  if (skew > MOST_SKEW) throw invalidOption(clockSkew, place('clockSkew'), 'at most 5 minutes')
  return { transactionTtl: ttl, clockSkew: skew }
}

function readAlgorithms(names: readonly AsymmetricAlgorithm[]): readonly AsymmetricAlgorithm[] {
  const algorithms = checkAlgorithms(names, place('algorithms'))
  const symmetric = algorithms.find(isSymmetric)
  if (symmetric !== undefined)
    throw invalidOption(symmetric, place('algorithms'), 'algorithms with a public key')
  return algorithms as readonly AsymmetricAlgorithm[]
}
