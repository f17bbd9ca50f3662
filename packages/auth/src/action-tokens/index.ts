export type {
  ActionTokenKey,
  ActionTokenStore,
  NewActionToken,
  StoredActionToken,
} from './action-token-store.js'
export type {
  ActionGrant,
  ActionTokens,
  IssuedActionToken,
} from './action-tokens.js'
export { type ActionPurpose, type ActionTokensOptions, createActionTokens } from './create-action-tokens.js'
export { type MemoryActionTokenStoreOptions, memoryActionTokenStore } from './memory-action-token-store.js'
