import { describe, expectTypeOf, test } from 'vitest'
import { isSecret, type Secret, secret } from './index.js'

describe('secret', () => {
  test('keeps the type of its value', () => {
    expectTypeOf(secret('x' as string)).toEqualTypeOf<Secret<string>>()
    expectTypeOf(secret(new Uint8Array()).reveal()).toEqualTypeOf<Uint8Array<ArrayBuffer>>()
    expectTypeOf(secret(secret(7 as number))).toEqualTypeOf<Secret<number>>()
  })

  test('is not its value', () => {
    expectTypeOf<Secret<string>>().not.toExtend<string>()
    // @ts-expect-error a text is no secret
    const password: Secret<string> = 'x'
    expectTypeOf(password).not.toBeAny()
  })

  test('narrows', () => {
    const value = {} as string | Secret<string>
    if (isSecret(value)) expectTypeOf(value).toEqualTypeOf<Secret<string>>()
    else expectTypeOf(value).toEqualTypeOf<string>()
  })
})
