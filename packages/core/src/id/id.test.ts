import { describe, expect, test } from 'vitest'
import { seededRandom } from '../testing/seeded-random.js'
import { TestClock } from '../testing/test-clock.js'
import { IdSequence } from './id-sequence.js'
import {
  createUlid,
  createUuidv7,
  InvalidIdError,
  isUlid,
  isUuid,
  parseUlid,
  parseUuid,
  timeOfUlid,
  timeOfUuid,
  ulid,
  ulidAt,
  uuidv7,
} from './index.js'
import { RandomWords } from './random-words.js'

const NOW = Date.UTC(2025, 0, 1)
const LAST = 2 ** 48 - 1
const kinds = [
  { name: 'uuidv7', next: uuidv7, create: createUuidv7, is: isUuid, timeOf: timeOfUuid },
  { name: 'ulid', next: ulid, create: createUlid, is: isUlid, timeOf: timeOfUlid },
]

describe.each(kinds)('$name', ({ next, create, is, timeOf }) => {
  test('has its form', () => {
    for (let n = 0; n < 1_000; n++) expect(is(next())).toBe(true)
  })

  test('holds the time of the clock', () => {
    const before = Date.now()
    const time = timeOf(next())
    expect(time.ok && time.value >= before && time.value <= Date.now() + 1).toBe(true)
    expect(timeOf(create({ clock: new TestClock({ now: NOW }) })())).toEqual({ ok: true, value: NOW })
    for (const now of [0, 1, LAST])
      expect(timeOf(create({ clock: { now: () => now } })())).toEqual({ ok: true, value: now })
  })

  test('is unique and greater than the one before, a million times', () => {
    const ids = new Set<string>()
    let last = ''
    let ordered = true
    for (let n = 0; n < 1_000_000; n++) {
      const id = next()
      ordered &&= id > last
      ids.add(id)
      last = id
    }
    expect(ordered).toBe(true)
    expect(ids.size).toBe(1_000_000)
  })

  test('grows when the clock steps back, and follows it when it has caught up', () => {
    const clock = new TestClock({ now: NOW })
    const nextId = create({ clock })
    const first = nextId()
    clock.setNow(NOW - 3_600_000)
    const second = nextId()
    clock.setNow(NOW + 1)
    const third = nextId()

    expect([third, second, first].sort()).toEqual([first, second, third])
    expect([second, third].map(timeOf)).toEqual([
      { ok: true, value: NOW },
      { ok: true, value: NOW + 1 },
    ])
  })

  test('takes a clock with decimals', () => {
    let now = NOW + 0.9
    const nextId = create({ clock: { now: () => now } })
    const first = nextId()
    now = NOW + 0.95
    const second = nextId()

    expect(second > first).toBe(true)
    expect(timeOf(second)).toEqual({ ok: true, value: NOW })
  })

  test('is the same for the same clock and seed', () => {
    const make = () => create({ clock: new TestClock({ now: NOW }), random: seededRandom(42) })
    const [a, b] = [make(), make()]
    expect([a(), a()]).toEqual([b(), b()])
    expect(a()).not.toBe(create({ clock: new TestClock({ now: NOW }), random: seededRandom(43) })())
  })

  test.each([Number.NaN, -1, LAST + 1, Number.POSITIVE_INFINITY])('refuses a clock that says %d', (now) => {
    const nextId = create({ clock: { now: () => now } })
    expect(nextId).toThrow('clock.now() must be milliseconds from 0 to 281474976710655')
  })

  test('goes on after a clock was wrong once', () => {
    const times = [NOW, Number.NaN, NOW]
    const nextId = create({ clock: { now: () => times.shift() ?? NOW } })
    const first = nextId()
    expect(nextId).toThrow('received NaN')
    expect(nextId() > first).toBe(true)
  })

  test.each([
    [{ clock: {} }, 'clock.now must be a function'],
    [{ clock: null }, 'clock.now must be a function'],
    [{ random: 7 }, 'random must be a function'],
  ])('refuses %o', (options, message) => {
    expect(() => create(options as never)).toThrow(message)
  })
})

describe('the counter', () => {
  test('begins at most at its half', () => {
    const nextId = createUuidv7({ clock: new TestClock({ now: NOW }), random: () => 1 - 2 ** -20 })
    expect(nextId().slice(14, 23)).toBe('77ff-bfff')
    expect(nextId().slice(14, 23)).toBe('7800-8000')
  })

  test('takes the next millisecond when it is full, and waits there for the clock', () => {
    let now = 5
    const source = { pattern: 'test', now: () => now, words: new RandomWords(() => 0) }
    const sequence = new IdSequence(source, { high: 2, low: 1 })
    const states = Array.from({ length: 18 }, () => {
      const moved = sequence.next()
      return [sequence.time, sequence.high, sequence.low, moved]
    })
    now = 8

    expect(states.slice(0, 3)).toEqual([
      [5, 0, 0, true],
      [5, 0, 1, false],
      [5, 1, 0, true],
    ])
    expect(states.slice(7, 9)).toEqual([
      [5, 3, 1, false],
      [6, 0, 0, true],
    ])
    expect(states.at(-1)).toEqual([7, 0, 1, false])
    expect([sequence.next(), sequence.time]).toEqual([true, 8])
  })

  test('is refused beyond the last millisecond, without going back', () => {
    const source = { pattern: 'test', now: () => LAST, words: new RandomWords(() => 0) }
    const sequence = new IdSequence(source, { high: 2, low: 1 })
    for (let n = 0; n < 8; n++) sequence.next()
    for (let n = 0; n < 2; n++) expect(() => sequence.next()).toThrow('clock.now() must be')
  })
})

describe('uuidv7', () => {
  test('has version 7 and the variant of RFC 9562', () => {
    for (let n = 0; n < 1_000; n++) expect(uuidv7()).toMatch(/^.{8}-.{4}-7.{3}-[89ab].{3}-.{12}$/)
  })

  test('reads the example of RFC 9562, appendix A.6', () => {
    expect(timeOfUuid('017F22E2-79B0-7CC3-98C4-DC0C0C07398F')).toEqual({
      ok: true,
      value: Date.parse('2022-02-22T14:22:22-05:00'),
    })
  })

  test('parses any version to lower case, and nothing else', () => {
    expect(parseUuid('017F22E2-79B0-7CC3-98C4-DC0C0C07398F')).toEqual({
      ok: true,
      value: '017f22e2-79b0-7cc3-98c4-dc0c0c07398f',
    })
    expect(parseUuid('ffffffff-ffff-ffff-ffff-ffffffffffff').ok).toBe(true)
    const wrong = [
      '',
      '017f22e279b07cc398c4dc0c0c07398f',
      ' 017f22e2-79b0-7cc3-98c4-dc0c0c07398f',
      '017f22e2-79b0-7cc3-98c4-dc0c0c07398f\n',
      '017f22e2-79b0-7cc3-98c4-dc0c0c07398g',
      7,
      null,
      undefined,
    ]
    for (const value of wrong) {
      expect(parseUuid(value)).toMatchObject({ ok: false, error: { code: 'INVALID_ID', kind: 'invalid' } })
      expect(isUuid(value)).toBe(false)
      expect(timeOfUuid(value).ok).toBe(false)
    }
  })

  test('has no time in another version', () => {
    expect(timeOfUuid('919108f7-52d1-4320-9bac-f847db4148a8')).toMatchObject({
      ok: false,
      error: { details: { expected: 'a UUID of version 7' } },
    })
  })
})

describe('ulid', () => {
  test('reads the time of the example in its specification', () => {
    expect(timeOfUlid('01ARZ3NDEKTSV4RRFFQ69G5FAV')).toEqual({ ok: true, value: 1_469_922_850_259 })
  })

  test('is made for a time, with new randomness each', () => {
    const made = [ulidAt(0), ulidAt(0), ulidAt(LAST)]
    expect(made.map(timeOfUlid)).toEqual([0, 0, LAST].map((value) => ({ ok: true, value })))
    expect(new Set(made).size).toBe(3)
    expect(made[2]?.startsWith('7ZZZZZZZZZ')).toBe(true)
    for (const time of [-1, 0.5, LAST + 1, Number.NaN])
      expect(() => ulidAt(time)).toThrow('ulidAt: time must be an integer')
  })

  test('parses to capitals, and refuses what does not fit', () => {
    expect(parseUlid('01arz3ndektsv4rrffq69g5fav')).toEqual({ ok: true, value: '01ARZ3NDEKTSV4RRFFQ69G5FAV' })
    const wrong = [
      '',
      '01ARZ3NDEKTSV4RRFFQ69G5FA',
      '01ARZ3NDEKTSV4RRFFQ69G5FAVV',
      '81ARZ3NDEKTSV4RRFFQ69G5FAV',
      '01ARZ3NDEKTSV4RRFFQ69G5FAI',
      '01ARZ3NDEKTSV4RRFFQ69G5FAV\n',
      7,
      {},
    ]
    for (const value of wrong) {
      expect(parseUlid(value)).toEqual({ ok: false, error: expect.any(InvalidIdError) })
      expect(isUlid(value)).toBe(false)
      expect(timeOfUlid(value).ok).toBe(false)
    }
  })
})
