import type { ValidationError } from '@base/core/errors'
import type { Result } from '@base/core/result'
import { describe, expectTypeOf, test } from 'vitest'
import {
  argon2id,
  type BreachPort,
  createPasswordPolicy,
  createPasswords,
  type NormalisedPassword,
  type PasswordKdf,
  passwordPolicies,
  strength,
} from './index.js'

describe('passwords', () => {
  const passwords = createPasswords()

  test('verify against a hash, nothing, or a look-up', () => {
    expectTypeOf(passwords.verify('x', undefined)).resolves.toEqualTypeOf<{
      readonly ok: boolean
      readonly upgradedHash?: string
    }>()
    passwords.verify('x', null)
    passwords.verify('x', async () => null)
    // @ts-expect-error a row is no hash
    passwords.verify('x', { hash: 'x' })
    // @ts-expect-error whether there is a user must be said
    passwords.verify('x')
  })

  test('a policy gives a password that is a text of its own kind', () => {
    expectTypeOf(createPasswordPolicy().check('x')).resolves.toEqualTypeOf<
      Result<NormalisedPassword, ValidationError>
    >()
    expectTypeOf<NormalisedPassword>().toExtend<string>()
    expectTypeOf<string>().not.toExtend<NormalisedPassword>()
    createPasswordPolicy({ ...passwordPolicies.composed, minLength: 14 })
    createPasswordPolicy().check('x', { mfa: undefined, words: undefined })
  })

  test('ports are small', () => {
    expectTypeOf(argon2id('strong')).toEqualTypeOf<PasswordKdf>()
    const breached: BreachPort = { isBreached: async (password: string) => password === 'x' }
    createPasswordPolicy({ breached })
    // @ts-expect-error no such preset
    argon2id('fast')
    expectTypeOf(strength('x')).toEqualTypeOf<0 | 1 | 2 | 3 | 4>()
  })
})
