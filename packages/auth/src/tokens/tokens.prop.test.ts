import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Tokens } from './index.js'

describe('Tokens', () => {
  test('keeps any name that is not empty', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (name) => {
        expect(new Tokens({ name }).name).toBe(name)
      }),
    )
  })
})
