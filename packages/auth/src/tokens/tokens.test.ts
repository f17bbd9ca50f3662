import { describe, expect, test } from 'vitest'
import { Tokens } from './index.js'

describe('Tokens', () => {
  test('takes its name from the options', () => {
    expect(new Tokens({ name: 'payments' }).name).toBe('payments')
  })

  test('is named after its pattern by default', () => {
    expect(new Tokens().name).toBe('tokens')
  })

  test('refuses an empty name, and says so', () => {
    expect(() => new Tokens({ name: '' })).toThrow(
      '@base/auth Tokens: name must be a text that is not empty, received "".',
    )
  })
})
