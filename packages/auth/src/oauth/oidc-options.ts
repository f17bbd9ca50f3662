import type { Clock } from '@base/core/clock'
import type { Duration } from '@base/core/duration'
import type { Secret } from '@base/core/secret'
import type { RequestRules } from '../timed-request.js'
import type { AsymmetricAlgorithm } from '../tokens/keys/algorithm.js'
import type { SessionCookie } from '../tokens/sessions/session-cookie.js'
import type { MetadataSource } from './provider/discovery.js'
import type { ClientAuthentication, OidcProviderSettings } from './providers/provider-settings.js'
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
  readonly rules: RequestRules
}
