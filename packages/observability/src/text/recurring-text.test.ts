import { expect, test } from 'vitest'
import { recurringText } from './recurring-text.js'

test.each([0, 12, 13, 100, 2_100, 2_101])('is the same text, of %i characters', (length) => {
  const text = 'a'.repeat(length)
  expect([recurringText(text), recurringText(text)]).toEqual([text, text])
})

test.each([20, 2_000])('also after more texts than are remembered, of %i characters', (length) => {
  const texts = Array.from({ length: 3_000 }, (_, index) => `${index}`.padStart(length))
  expect([...texts, ...texts].map(recurringText)).toEqual([...texts, ...texts])
})
