export { createUnitOfWork, type UnitOfWorkOptions } from './create-unit-of-work.js'
export type { BeginOptions, Savepoint, UnitDriver, UnitTransaction } from './driver.js'
export {
  SerializationFailureError,
  TransactionAbortedError,
  TransactionClosedError,
  TransactionForbiddenError,
  TransactionReadOnlyError,
  TransactionRequiredError,
} from './errors.js'
export { type MemoryUnitOfWorkOptions, memoryUnitOfWork } from './memory-unit-of-work.js'
export type { Isolation, Propagation, RunOptions, Unit, UnitOfWork } from './unit-of-work.js'
