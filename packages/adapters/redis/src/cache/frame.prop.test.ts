import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromFrame, toFrame } from './frame.js'

const time = fc.oneof(fc.integer({ min: 0, max: 2 ** 45 }), fc.constant(Number.POSITIVE_INFINITY))
const entries = fc.record(
  {
    value: fc.uint8Array({ maxLength: 200 }),
    expiresAt: time,
    staleUntil: time,
    createdAt: fc.integer({ min: 0, max: 2 ** 45 }),
    loadTime: fc.double({ min: 0, max: 1e6, noNaN: true }),
    tags: fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 }),
  },
  { requiredKeys: ['value', 'expiresAt', 'staleUntil', 'tags'] },
)
const versions = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })

describe('a frame', () => {
  test('gives back what it was made of', () => {
    fc.assert(
      fc.property(entries, versions, (entry, version) => {
        const { value, ...rest } = fromFrame(toFrame(entry, version)) ?? expect.unreachable()
        const { value: bytes, ...facts } = entry
        expect(Buffer.from(value).equals(Buffer.from(bytes))).toBe(true)
        expect(rest).toEqual({ ...facts, version: BigInt(version) })
      }),
    )
  })

  test('tells its version to the scripts, which read 16 digits after the first byte', () => {
    fc.assert(
      fc.property(entries, versions, (entry, version) => {
        expect(Number(toFrame(entry, version).toString('latin1', 1, 17))).toBe(version)
      }),
    )
  })

  test('is never mistaken: any other bytes are an entry or none, without an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.boolean(), (bytes, begins) => {
        const frame = Buffer.from(bytes)
        if (begins && frame.length > 0) frame[0] = 0x31
        const entry = fromFrame(frame)
        expect(entry === undefined || Array.isArray(entry.tags)).toBe(true)
      }),
    )
  })

  test('that was cut short is none, unless only its value was', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (entry, at) => {
        const frame = toFrame({ ...entry, value: new Uint8Array(0) }, 1)
        expect(fromFrame(frame.subarray(0, at % frame.length))).toBeUndefined()
      }),
    )
  })
})
