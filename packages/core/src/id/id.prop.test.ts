import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../testing/seeded-random.js'
import {
  createUlid,
  createUuidv7,
  parseUlid,
  parseUuid,
  timeOfUlid,
  timeOfUuid,
  typedId,
  ulidAt,
} from './index.js'

const times = fc.array(
  fc.oneof(fc.nat(5), fc.nat({ max: 2 ** 31 - 1 }), fc.double({ min: 0, max: 9, noNaN: true })),
  {
    minLength: 1,
    maxLength: 300,
  },
)
const uuids = fc.uuid({ version: [1, 2, 3, 4, 5, 6, 7, 8] })

describe.each([
  { name: 'uuidv7', create: createUuidv7, timeOf: timeOfUuid, parse: parseUuid },
  { name: 'ulid', create: createUlid, timeOf: timeOfUlid, parse: parseUlid },
])('$name', ({ create, timeOf, parse }) => {
  test('grows whatever the clock does, and its time is the latest that the clock has shown', () => {
    fc.assert(
      fc.property(times, fc.nat(), (steps, seed) => {
        let now = 0
        const nextId = create({ clock: { now: () => now }, random: seededRandom(seed) })
        let last = ''
        let latest = 0
        for (now of steps) {
          const id = nextId()
          latest = Math.max(latest, Math.floor(now))
          expect(id > last).toBe(true)
          expect(timeOf(id)).toEqual({ ok: true, value: latest })
          expect(parse(id)).toEqual({ ok: true, value: id })
          last = id
        }
      }),
    )
  })

  test('parses any value without throwing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.string()), (value) => {
        const parsed = parse(value)
        expect(parsed.ok || parsed.error.code === 'INVALID_ID').toBe(true)
      }),
    )
  })
})

describe('ulidAt', () => {
  test('keeps the time and its order', () => {
    const time = fc.integer({ min: 0, max: 2 ** 48 - 1 })
    fc.assert(
      fc.property(time, time, (a, b) => {
        expect(timeOfUlid(ulidAt(a))).toEqual({ ok: true, value: a })
        if (a < b) expect(ulidAt(a) < ulidAt(b)).toBe(true)
      }),
    )
  })
})

describe('typedId', () => {
  const prefix = fc.stringMatching(/^([a-z]([a-z_]{0,61}[a-z])?)?$/)

  test('is a UUID and back, and keeps the order of UUIDs', () => {
    fc.assert(
      fc.property(prefix, uuids, uuids, (name, a, b) => {
        const ids = typedId(name)
        const [first, second] = [ids.fromUuid(a), ids.fromUuid(b)]
        if (!first.ok || !second.ok) throw new Error('a UUID was refused')
        expect(ids.toUuid(first.value)).toBe(a)
        expect(ids.parse(first.value)).toEqual(first)
        expect(first.value < second.value).toBe(a < b)
      }),
    )
  })

  test('has one text for each id: no other is accepted', () => {
    const changed = fc.tuple(
      uuids,
      fc.nat(31),
      fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }),
    )
    fc.assert(
      fc.property(changed, ([uuid, at, replacement]) => {
        const ids = typedId('order')
        const id = ids.fromUuid(uuid)
        if (!id.ok) throw new Error('a UUID was refused')
        const other = id.value.slice(0, at) + replacement + id.value.slice(at + 1)
        const parsed = ids.parse(other)
        if (parsed.ok) expect(ids.fromUuid(ids.toUuid(parsed.value))).toEqual(parsed)
      }),
    )
  })
})
