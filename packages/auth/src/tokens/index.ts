export { AuthError, type AuthErrorOptions } from '../errors/auth-error.js'
export type { AuthErrorCode } from '../errors/auth-error-code.js'
export type { Members } from '../members.js'
export type { AccessClaims, Confirmation, TokenClaims } from './claims.js'
export {
  type OpenidConfiguration,
  type OpenidConfigurationOptions,
  openidConfiguration,
} from './discovery/openid-configuration.js'
export type { VerifyDpopOptions } from './dpop/dpop-options.js'
export { type MemoryReplayStoreOptions, memoryReplayStore } from './dpop/memory-replay-store.js'
export type { ReplayStore } from './dpop/replay-store.js'
export { type DpopProof, verifyDpop } from './dpop/verify-dpop.js'
export { type Introspection, type IntrospectOptions, introspect } from './introspection/introspect.js'
export { type RevokeTokenOptions, revokeToken } from './introspection/revoke-token.js'
export type { TokenServices } from './introspection/token-services.js'
export { type RemoteJwks, type RemoteJwksOptions, remoteJwks } from './jwks/remote-jwks.js'
export type { JwsHeader } from './jws/header.js'
export { type VerifiedJws, type VerifyJwsOptions, verifyJws } from './jws/verify-jws.js'
export type { Algorithm, AlgorithmName, AsymmetricAlgorithm, SymmetricAlgorithm } from './keys/algorithm.js'
export { type HmacKeyOptions, hmacKey } from './keys/hmac-key.js'
export type { JsonWebKey, JsonWebKeyMembers, JsonWebKeySet } from './keys/json-web-key.js'
export type {
  KeyQuery,
  KeySet,
  KeySource,
  NoKey,
  Signer,
  SigningSource,
  VerificationKey,
} from './keys/key-source.js'
export { type PemKeyOptions, pemKey } from './keys/pem-key.js'
export type { ServiceKeys } from './keys/signing-keys.js'
export { thumbprint } from './keys/thumbprint.js'
export type { TokenKey } from './keys/token-key.js'
export type { VerifierKeys } from './keys/verifier-keys.js'
export { createRefreshService } from './refresh/create-refresh-service.js'
export { type MemoryRefreshStoreOptions, memoryRefreshStore } from './refresh/memory-refresh-store.js'
export type { AccessTokenIssuer, RefreshServiceOptions } from './refresh/refresh-options.js'
export type {
  RefreshService,
  RefreshSession,
  RefreshTokens,
  RotateOptions,
} from './refresh/refresh-service.js'
export type {
  NewRefreshFamily,
  RefreshFamily,
  RefreshRecord,
  RefreshRotation,
  RefreshRotationOutcome,
  RefreshStatus,
  RefreshStore,
} from './refresh/refresh-store.js'
export type { RefreshReuse } from './refresh/reuse.js'
export type { RefreshSignIn } from './refresh/sign-in.js'
export {
  type MemoryRevocationStoreOptions,
  memoryRevocationStore,
} from './revocation/memory-revocation-store.js'
export type {
  Revocation,
  RevocationQuery,
  RevocationStore,
  RevokedSession,
  RevokedSubject,
  RevokedToken,
} from './revocation/revocation-store.js'
export { createKeyRing, type KeyRingOptions } from './ring/create-key-ring.js'
export type { KeyRing, Rotation } from './ring/key-ring.js'
export type { KeyStore, StoredKey, StoredKeys } from './ring/key-store.js'
export { type MemoryKeyStoreOptions, memoryKeyStore } from './ring/memory-key-store.js'
export type { PublishedKeys } from './ring/published-keys.js'
export {
  createTokenService,
  type OwnClaims,
  type TokenServiceOptions,
} from './service/create-token-service.js'
export type { AccessInput, IssuedToken, TokenService } from './service/token-service.js'
export { createSessions, type SessionsOptions } from './sessions/create-sessions.js'
export { type MemorySessionStoreOptions, memorySessionStore } from './sessions/memory-session-store.js'
export type { SessionCookieOptions } from './sessions/session-cookie.js'
export type {
  NewStoredSession,
  SessionChange,
  SessionKey,
  SessionStore,
  StoredSession,
} from './sessions/session-store.js'
export type { CreateSessionOptions, IssuedSession, Session, Sessions } from './sessions/sessions.js'
export { requireStepUp, type SignInClaims, type StepUpOptions } from './step-up/require-step-up.js'
export { type StepUpDemand, StepUpRequiredError } from './step-up/step-up-required-error.js'
export {
  type ClaimsOf,
  createVerifier,
  type JudgingOptions,
  type VerifierOptions,
} from './verifier/create-verifier.js'
export type { Verifier, VerifyOptions } from './verifier/verifier.js'
