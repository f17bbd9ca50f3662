export { createRecoveryCodes, type RecoveryCodesOptions } from './create-recovery-codes.js'
export { memoryRecoveryCodeStore } from './memory-recovery-code-store.js'
export type { RecoveryCodeStore } from './recovery-code-store.js'
export type { RecoveryCodes } from './recovery-codes.js'
