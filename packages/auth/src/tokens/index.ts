export type { AccessClaims, Confirmation, TokenClaims } from './claims.js'
export { createRefreshService } from './refresh/create-refresh-service.js'
export { type MemoryRefreshStoreOptions, memoryRefreshStore } from './refresh/memory-refresh-store.js'
export type { AccessGrant, AccessTokenIssuer, RefreshServiceOptions } from './refresh/refresh-options.js'
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
