import { describe, expect, test } from 'vitest'
import { retryAfterOf } from './retry-after.js'

const now = Date.UTC(2025, 0, 1)
const waitOf = (header: string) => retryAfterOf({ headers: { 'retry-after': header } }, now)

describe('a date in Retry-After', () => {
  test.each([
    ['as it is written today', 'Wed, 01 Jan 2025 00:00:07 GMT'],
    ['as RFC 850 had it', 'Wednesday, 01-Jan-25 00:00:07 GMT'],
    ["as C's asctime writes it", 'Wed Jan  1 00:00:07 2025'],
  ])('is read %s', (_, header) => {
    expect(waitOf(header)).toBe(7_000)
  })

  test("of C's asctime may have a day of two digits", () => {
    expect(waitOf('Fri Jan 10 00:00:00 2025')).toBe(9 * 86_400_000)
  })

  test.each([
    ['has passed', 'Sun Nov  6 08:49:37 1994'],
    ['does not exist', 'Sun Foo 99 00:00:00 2099'],
    ['names a zone', 'Wed Jan  1 00:00:07 2025 +0900'],
    ['has no time', 'Wed Jan  1 2025'],
  ])('is no pause where it %s', (_, header) => {
    expect(waitOf(header)).toBe(0)
  })
})
