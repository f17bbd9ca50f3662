export { leaseLostError } from './lease-lost-error.js'
export type { AcquireOptions, Lease, LeaseOptions, Lock } from './lock.js'
export { type MemoryLockOptions, memoryLock } from './memory-lock.js'
export { type WithLockOptions, withLock } from './with-lock.js'
