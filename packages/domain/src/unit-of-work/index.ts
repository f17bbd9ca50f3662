export { createUnitOfWork, type UnitOfWorkOptions } from './create-unit-of-work.js'
export type { BeginOptions, Transaction, TransactionDriver } from './driver.js'
export {
  SerializationFailureError,
  TransactionAbortedError,
  TransactionClosedError,
  TransactionForbiddenError,
  TransactionReadOnlyError,
  TransactionRequiredError,
} from './errors.js'
export { type MemoryPart, type MemoryParticipant, takePart } from './memory-participant.js'
export { memoryUnitOfWork } from './memory-unit-of-work.js'
export { isRetryable } from './retryable.js'
export type { Isolation, Propagation, RunOptions, Unit, UnitOfWork } from './unit-of-work.js'
