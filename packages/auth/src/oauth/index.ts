export { createOidcClient } from './create-oidc-client.js'
export type {
  BeginOptions,
  BegunSignIn,
  LogoutOptions,
  OidcAccount,
  OidcCallOptions,
  OidcClient,
  OidcIdentity,
  OidcRefusal,
  OidcTokens,
} from './oidc-client.js'
export type { OidcClientOptions } from './oidc-options.js'
export type { OidcMetadata } from './provider/oidc-metadata.js'
export { type Auth0Options, auth0 } from './providers/auth0.js'
export { type GenericOptions, generic } from './providers/generic.js'
export { github } from './providers/github.js'
export { google } from './providers/google.js'
export { type KeycloakOptions, keycloak } from './providers/keycloak.js'
export { type MicrosoftOptions, microsoft } from './providers/microsoft.js'
export type {
  AskProvider,
  ClientAuthentication,
  OidcClaims,
  OidcProviderSettings,
} from './providers/provider-settings.js'
export { safeReturnTo } from './return-to.js'
export {
  type MemoryOAuthTransactionStoreOptions,
  memoryOAuthTransactionStore,
} from './transactions/memory-oauth-transaction-store.js'
export type { OAuthTransactionStore } from './transactions/oauth-transaction-store.js'
