export { AuthError, type AuthErrorOptions } from './errors/auth-error.js'
export type { AuthErrorCode } from './errors/auth-error-code.js'
export type { AccessClaims, Confirmation, TokenClaims } from './tokens/claims.js'
export type { VerifyDpopOptions } from './tokens/dpop/dpop-options.js'
export { type MemoryReplayStoreOptions, memoryReplayStore } from './tokens/dpop/memory-replay-store.js'
export type { ReplayStore } from './tokens/dpop/replay-store.js'
export { type DpopProof, verifyDpop } from './tokens/dpop/verify-dpop.js'
export { type Introspection, type IntrospectOptions, introspect } from './tokens/introspection/introspect.js'
export { type RevokeTokenOptions, revokeToken } from './tokens/introspection/revoke-token.js'
export type { TokenServices } from './tokens/introspection/token-services.js'
export type { JwsHeader } from './tokens/jws/header.js'
export { type VerifiedJws, type VerifyJwsOptions, verifyJws } from './tokens/jws/verify-jws.js'
export type {
  Algorithm,
  AlgorithmName,
  AsymmetricAlgorithm,
  SymmetricAlgorithm,
} from './tokens/keys/algorithm.js'
export { type HmacKeyOptions, hmacKey } from './tokens/keys/hmac-key.js'
export type { JsonWebKey, JsonWebKeySet } from './tokens/keys/json-web-key.js'
export type {
  KeyQuery,
  KeySet,
  KeySource,
  NoKey,
  Signer,
  SigningSource,
  VerificationKey,
} from './tokens/keys/key-source.js'
export { type PemKeyOptions, pemKey } from './tokens/keys/pem-key.js'
export { thumbprint } from './tokens/keys/thumbprint.js'
export type { TokenKey } from './tokens/keys/token-key.js'
export type { VerifierKeys } from './tokens/keys/verifier-keys.js'
export { createRefreshService } from './tokens/refresh/create-refresh-service.js'
export { type MemoryRefreshStoreOptions, memoryRefreshStore } from './tokens/refresh/memory-refresh-store.js'
export type { AccessTokenIssuer, RefreshServiceOptions } from './tokens/refresh/refresh-options.js'
export type {
  RefreshService,
  RefreshSession,
  RefreshTokens,
  RotateOptions,
} from './tokens/refresh/refresh-service.js'
export type {
  NewRefreshFamily,
  RefreshFamily,
  RefreshRecord,
  RefreshRotation,
  RefreshRotationOutcome,
  RefreshStatus,
  RefreshStore,
} from './tokens/refresh/refresh-store.js'
export type { RefreshReuse } from './tokens/refresh/reuse.js'
export type { RefreshSignIn } from './tokens/refresh/sign-in.js'
export type { AccessInput, IssuedToken, TokenService } from './tokens/service/token-service.js'
export { createSessions, type SessionsOptions } from './tokens/sessions/create-sessions.js'
export { type MemorySessionStoreOptions, memorySessionStore } from './tokens/sessions/memory-session-store.js'
export type { SessionCookieOptions } from './tokens/sessions/session-cookie.js'
export type {
  NewStoredSession,
  SessionChange,
  SessionKey,
  SessionStore,
  StoredSession,
} from './tokens/sessions/session-store.js'
export type { CreateSessionOptions, IssuedSession, Session, Sessions } from './tokens/sessions/sessions.js'
export { requireStepUp, type SignInClaims, type StepUpOptions } from './tokens/step-up/require-step-up.js'
export { type StepUpDemand, StepUpRequiredError } from './tokens/step-up/step-up-required-error.js'
export type { Verifier, VerifyOptions } from './tokens/verifier/verifier.js'
