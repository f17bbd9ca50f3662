import { describe, expect, test } from 'vitest'
import { strength } from '../index.js'

describe('strength', () => {
  test.each([
    [0, ''],
    [0, 'password'],
    [0, 'Passw0rd'],
    [0, 'qwertyuiop'],
    [0, '12345678'],
    [0, 'aaaaaaaaaaaaaaaaaaaa'],
    [0, 'abcdefgh'],
    [0, 'passwordpasswordpassword'],
    [0, 'dragon1987'],
    [1, 'xkvq'],
    [2, 'xkvqzjw'],
    [3, 'xkvqzjwp'],
    [4, 'xkvqzjwpmt'],
    [4, 'correct horse battery staple'],
    [4, '🐎🔋📎🐴🌵🍋🚲🎲🎯🧲🪁'],
  ])('is %d for %s', (expected, password) => {
    expect(strength(password)).toBe(expected)
  })

  test('is 0 for what is no text', () => {
    expect([undefined, null, 7, {}].map((value) => strength(value as never))).toEqual([0, 0, 0, 0])
  })
})
