import { systemClock } from '@base/core/clock'
import { toMilliseconds } from '@base/core/duration'
import { checkFunction, checkMethods, checkOneOf, checkText, invalidOption } from '@base/core/options'
import type { RequestRules } from '../timed-request.js'
import { type AsymmetricAlgorithm, checkAlgorithms, isSymmetric } from '../tokens/keys/algorithm.js'
import { checkCookieName, SessionCookie } from '../tokens/sessions/session-cookie.js'
import { revealed } from './account/revealed.js'
import type { OidcClientOptions, OidcSettings } from './oidc-options.js'
import { place } from './place.js'
import { readProvider } from './provider-options.js'
import type { ClientAuthentication } from './providers/provider-settings.js'
import { memoryOAuthTransactionStore } from './transactions/memory-oauth-transaction-store.js'

const METHODS = ['client_secret_basic', 'client_secret_post', 'none'] as const
const MOST_TTL = 600_000
const MOST_SKEW = 300_000

/** Checks the options. @throws InvalidOptionError */
export function readOptions(options: OidcClientOptions): OidcSettings {
  const given: Partial<OidcClientOptions> = options ?? {}
  const { transactions = memoryOAuthTransactionStore(), clock = systemClock, timeout = '5s' } = given
  const { fetch = (input, init) => globalThis.fetch(input, init) } = given
  const rules: RequestRules = {
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
  const text = revealed(value, place('clientSecret'))
  return () => text
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
