import { TestClock } from '@base/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeBase32, encodeBase32 } from './base32.js'
import { createTotp, memoryTotpStore, totpCode } from './index.js'

describe('base32', () => {
  test('gives back every sequence of bytes, in any case and with padding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        const text = encodeBase32(bytes)
        expect(decodeBase32(text)).toEqual(bytes)
        expect(decodeBase32(`${text.toLowerCase()}====`)).toEqual(bytes)
      }),
    )
  })

  // RFC 4648, section 10.
  test.each([
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ])('of %j is %s', (text, encoded) => {
    expect(encodeBase32(Buffer.from(text))).toBe(encoded)
  })

  test.each(['M', 'MZX', 'MZXW6Y', 'MZ1Q', 'MZXÖ'])('is not %s', (text) => {
    expect(decodeBase32(text)).toBeUndefined()
  })
})

describe('codes', () => {
  test('each is taken at most once, and none before one that was taken, in any order of attempts', async () => {
    const attempts = fc.array(
      fc.record({ wait: fc.integer({ min: 0, max: 2 }), offset: fc.integer({ min: -3, max: 3 }) }),
      { maxLength: 30 },
    )
    await fc.assert(
      fc.asyncProperty(attempts, async (all) => {
        const clock = new TestClock({ now: 1_767_225_600_000 })
        const store = memoryTotpStore({ clock })
        const totp = createTotp({ store, issuer: 'x', clock, maxFailures: 1_000_000 })
        const { secret } = await totp.enroll('ann', { account: 'ann' })
        let last = -1
        for (const { wait, offset } of all) {
          await clock.advance(wait * 30_000)
          const step = clock.now() / 30_000 + offset
          const isGood = Math.abs(offset) <= 1 && step > last
          expect(await totp.verify('ann', totpCode(secret, { time: step * 30_000 }))).toBe(isGood)
          if (isGood) last = step
        }
      }),
      { numRuns: 50 },
    )
  })
})
