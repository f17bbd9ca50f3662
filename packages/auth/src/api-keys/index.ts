export type {
  ApiKeyRotation,
  ApiKeyStore,
  NewStoredApiKey,
  StoredApiKey,
  StoredApiKeySecret,
} from './api-key-store.js'
export type {
  ApiKey,
  ApiKeys,
  IssuedApiKey,
  NewApiKey,
  OwnedApiKeyOptions,
  RotateApiKeyOptions,
  VerifiedApiKey,
  VerifyApiKeyOptions,
} from './api-keys.js'
export type { ApiKeysOptions, OwnerScopes } from './api-keys-options.js'
export { createApiKeys } from './create-api-keys.js'
export { type FindApiKeysOptions, findApiKeys } from './find-api-keys.js'
export { type MemoryApiKeyStoreOptions, memoryApiKeyStore } from './memory-api-key-store.js'
