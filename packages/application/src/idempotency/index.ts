export { createIdempotency, type IdempotencyOptions } from './create-idempotency.js'
export {
  IdempotencyInProgressError,
  IdempotencyMismatchError,
  IdempotencyResultUnavailableError,
} from './errors.js'
export type {
  IdempotencyEvent,
  IdempotencyEventName,
  IdempotencyEvents,
  IdempotencyRunEvent,
  IdempotencyStoreEvent,
} from './events.js'
export { fingerprintOf } from './fingerprint.js'
export type {
  Idempotency,
  IdempotencyContext,
  IdempotencyResult,
  IdempotencyRunOptions,
} from './idempotency.js'
export type {
  ClaimAnswer,
  ClaimedKey,
  DoneKey,
  ForeignKey,
  HeldKey,
  IdempotencyClaim,
  IdempotencyStore,
  StoreAnswer,
} from './idempotency-store.js'
export {
  type MemoryIdempotencyStore,
  type MemoryIdempotencyStoreOptions,
  memoryIdempotencyStore,
} from './memory-idempotency-store.js'
