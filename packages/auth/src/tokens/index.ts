export { AuthError, type AuthErrorOptions } from '../errors/auth-error.js'
export type { AuthErrorCode } from '../errors/auth-error-code.js'
export type { AccessClaims, Confirmation, TokenClaims } from './claims.js'
export {
  type OpenidConfiguration,
  type OpenidConfigurationOptions,
  openidConfiguration,
} from './discovery/openid-configuration.js'
export { type RemoteJwks, type RemoteJwksOptions, remoteJwks } from './jwks/remote-jwks.js'
export type { JwsHeader } from './jws/header.js'
export { type VerifiedJws, type VerifyJwsOptions, verifyJws } from './jws/verify-jws.js'
export type { Algorithm, AlgorithmName, AsymmetricAlgorithm, SymmetricAlgorithm } from './keys/algorithm.js'
export { type HmacKeyOptions, hmacKey } from './keys/hmac-key.js'
export type { JsonWebKey, JsonWebKeySet } from './keys/json-web-key.js'
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
export {
  type MemoryRevocationStoreOptions,
  memoryRevocationStore,
} from './revocation/memory-revocation-store.js'
export type {
  Revocation,
  RevocationQuery,
  RevocationStore,
  RevokedSubject,
  RevokedToken,
} from './revocation/revocation-store.js'
export { createKeyRing, type KeyRingOptions } from './ring/create-key-ring.js'
export type { KeyRing, Rotation } from './ring/key-ring.js'
export type { KeyStore, StoredKey, StoredKeys } from './ring/key-store.js'
export { memoryKeyStore } from './ring/memory-key-store.js'
export type { PublishedKeys } from './ring/published-keys.js'
export {
  createTokenService,
  type OwnClaims,
  type TokenServiceOptions,
} from './service/create-token-service.js'
export type { AccessInput, IssuedToken, TokenService } from './service/token-service.js'
export {
  type ClaimsOf,
  createVerifier,
  type JudgingOptions,
  type VerifierOptions,
} from './verifier/create-verifier.js'
export type { Verifier, VerifyOptions } from './verifier/verifier.js'
