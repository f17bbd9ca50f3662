import type { OidcSettings } from './oidc-options.js'
import type { IdTokens } from './provider/id-tokens.js'

/** What every call of a client works with. */
export interface RelyingParts {
  readonly settings: OidcSettings
  readonly idTokens: IdTokens
}
