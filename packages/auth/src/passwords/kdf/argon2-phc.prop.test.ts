import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Argon2Job } from './argon2-engine.js'
import { formatArgon2, parseArgon2 } from './argon2-phc.js'

const jobs = fc
  .record({
    variant: fc.constantFrom('argon2d' as const, 'argon2i' as const, 'argon2id' as const),
    version: fc.constantFrom(16 as const, 19 as const),
    memory: fc.integer({ min: 128, max: 1_048_576 }),
    passes: fc.integer({ min: 1, max: 16 }),
    parallelism: fc.integer({ min: 1, max: 16 }),
    salt: fc.uint8Array({ minLength: 8, maxLength: 64 }),
    tag: fc.uint8Array({ minLength: 16, maxLength: 64 }),
  })
  .map(({ tag, ...job }) => ({ job: { ...job, tagLength: tag.length } satisfies Argon2Job, tag }))

describe('a PHC string', () => {
  test('of any parameters within the caps comes back as it was', () => {
    fc.assert(
      fc.property(jobs, ({ job, tag }) => {
        expect(parseArgon2(formatArgon2(job, tag))).toEqual({ ...job, tag })
      }),
    )
  })

  test('is the only text of what it says', () => {
    fc.assert(
      fc.property(
        jobs,
        fc.nat(),
        fc.string({ unit: 'binary-ascii', maxLength: 2 }),
        ({ job, tag }, at, patch) => {
          const text = formatArgon2(job, tag)
          const index = at % text.length
          const changed = text.slice(0, index) + patch + text.slice(index + 1)
          const read = parseArgon2(changed)
          // Version 16 may also go without its number.
          if (read !== undefined) expect([formatArgon2(read, read.tag)]).toContain(changed)
        },
      ),
    )
  })

  test('never reads anything that costs more than the caps', () => {
    const number = fc.oneof(
      fc.nat(),
      fc.bigInt({ min: 0n, max: 2n ** 70n }),
      fc.constantFrom('', '-1', '1e3', '0x10'),
    )
    fc.assert(
      fc.property(number, number, number, (m, t, p) => {
        const read = parseArgon2(`$argon2id$v=19$m=${m},t=${t},p=${p}$${'A'.repeat(22)}$${'A'.repeat(43)}`)
        if (read === undefined) return
        expect(read.memory).toBeLessThanOrEqual(1_048_576)
        expect(read.passes).toBeLessThanOrEqual(16)
        expect(read.parallelism).toBeLessThanOrEqual(16)
      }),
    )
  })
})
