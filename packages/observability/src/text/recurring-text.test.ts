import { expect, test } from 'vitest'
import { recurringText } from './recurring-text.js'

test.each([0, 12, 13, 100, 101, 1_000])('is the same text, of %i characters', (length) => {
  const text = 'a'.repeat(length)
  expect([recurringText(text), recurringText(text)]).toEqual([text, text])
})

test('also after more texts than are remembered', () => {
  const texts = Array.from({ length: 3_000 }, (_, index) => `a text of its own ${index}`)
  expect([...texts, ...texts].map(recurringText)).toEqual([...texts, ...texts])
})
