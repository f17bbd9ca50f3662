export { type Blocklist, commonPasswords } from './blocklist/blocklist.js'
export { type CalibrateOptions, calibrate } from './calibrate/calibrate.js'
export { createPasswords } from './create-passwords.js'
export type { Argon2Parameters, Argon2Preset } from './kdf/argon2-parameters.js'
export { argon2id } from './kdf/argon2id.js'
export { nodeArgon2 } from './kdf/node-argon2.js'
export { nodeRsArgon2 } from './kdf/node-rs-argon2.js'
export type { PasswordKdf } from './kdf/password-kdf.js'
export { bcrypt } from './legacy/bcrypt.js'
export type { LegacyVerifier } from './legacy/legacy-verifier.js'
export { pbkdf2 } from './legacy/pbkdf2.js'
export { scrypt } from './legacy/scrypt.js'
export type { NormalisedPassword } from './normalised-password.js'
export type {
  HashPasswordOptions,
  Passwords,
  PasswordVerification,
  StoredPassword,
  VerifyPasswordOptions,
} from './passwords.js'
export type { PasswordsOptions } from './passwords-options.js'
export type { PepperOptions } from './pepper/pepper.js'
export { UnknownPepperError } from './pepper/unknown-pepper-error.js'
export type { BreachPort } from './policy/breach-port.js'
export type { Composition } from './policy/composition.js'
export {
  createPasswordPolicy,
  type PasswordContext,
  type PasswordPolicy,
} from './policy/create-password-policy.js'
export { passwordPolicies } from './policy/password-policies.js'
export type { PasswordPolicyOptions } from './policy/policy-options.js'
export { type Strength, strength } from './strength/strength.js'
