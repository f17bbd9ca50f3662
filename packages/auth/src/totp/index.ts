export { createTotp } from './create-totp.js'
export { type MemoryTotpStoreOptions, memoryTotpStore } from './memory-totp-store.js'
export {
  type HotpCodeOptions,
  hotpCode,
  type TotpAlgorithm,
  type TotpCodeOptions,
  type TotpSecret,
  totpCode,
} from './one-time-code.js'
export type { EnrollOptions, Totp, TotpEnrolment, TotpStatus } from './totp.js'
export type { TotpCipher, TotpOptions } from './totp-options.js'
export type { StoredTotp, TotpAttempt, TotpLimit, TotpStore } from './totp-store.js'
