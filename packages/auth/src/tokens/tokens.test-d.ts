import { describe, expectTypeOf, test } from 'vitest'
import { Tokens } from './index.js'

describe('Tokens', () => {
  test('has a name', () => {
    expectTypeOf(new Tokens().name).toEqualTypeOf<string>()
  })
})
