import { expect, test } from 'vitest'
import { retryAfterOf } from './retry-after.js'

const now = Date.UTC(1994, 10, 6, 8, 49, 7)

test.each<[string | undefined, number]>([
  ['7', 7_000],
  [' 7 ', 7_000],
  ['Sun, 06 Nov 1994 08:49:37 GMT', 30_000],
  ['Sunday, 06-Nov-94 08:49:37 GMT', 30_000],
  ['Sun Nov  6 08:49:37 1994', 30_000],
  ['Sun, 06 Nov 1994 08:49:07 GMT', 0],
  ['Sun, 06 Nov 1994 08:48:37 GMT', 0],
  ['0', 0],
  ['-1', 0],
  ['1.5', 0],
  ['9999999999', 0],
  ['1994-11-06T08:49:37Z', 0],
  ['soon, or never GMT', 0],
  ['', 0],
  [undefined, 0],
])('a Retry-After of %o asks for %i ms', (header, expected) => {
  expect(retryAfterOf(header, now)).toBe(expected)
})
