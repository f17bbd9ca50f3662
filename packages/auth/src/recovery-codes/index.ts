export { createRecoveryCodes, type RecoveryCodesOptions } from './create-recovery-codes.js'
export { type MemoryRecoveryCodeStoreOptions, memoryRecoveryCodeStore } from './memory-recovery-code-store.js'
export type { RecoveryCodeStore } from './recovery-code-store.js'
export type { RecoveryCodes } from './recovery-codes.js'
