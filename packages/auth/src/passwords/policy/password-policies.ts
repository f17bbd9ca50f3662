import type { PasswordPolicyOptions } from './policy-options.js'

/** Options for {@link createPasswordPolicy}, ready-made. */
export const passwordPolicies: {
  /**
   * At least 12 characters with upper and lower case, a digit and a special character, none more than 3 times in a row, and
   * no common password: for rules that ask for it. NIST and ASVS advise against it.
   */
  readonly composed: PasswordPolicyOptions
} = {
  composed: {
    minLength: 12,
    minLengthWithMfa: 12,
    composition: { upper: true, lower: true, digit: true, special: true, maxRepeated: 3 },
  },
}
