import { correlationId, runInContext, tenantId } from '@base/core/context'
import { describe, expect, test } from 'vitest'
import { memoryLogger } from '../testing/index.js'
import { stdoutSink } from './index.js'
import { redactionOf } from './redact-options.js'

/** The field `it` of a line. */
function shown(it: unknown): unknown {
  const memory = memoryLogger()
  memory.logger.info({ it })
  return memory.lines[0]?.['it']
}
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)
const entries = (count: number) => numbers(count).map((n): [string, string] => [`k${n}`, 'v'])
/** Counts what is taken out of it. */
class CountedMap<K, V> extends Map<K, V> {
  taken = 0
  override *[Symbol.iterator](): MapIterator<[K, V]> {
    for (const entry of super.entries()) {
      this.taken++
      yield entry
    }
  }
}

describe('of many there are the first, and how many more there are', () => {
  test.each<[string, unknown, unknown]>([
    ['a map', new Map(entries(1_003)), { ...Object.fromEntries(entries(1_000)), '...': '3 more' }],
    ['a full map', new Map(entries(1_000)), Object.fromEntries(entries(1_000))],
    ['a map by objects', new Map([[{}, 1] as const]), [[{}, 1]]],
    ['a set', new Set(numbers(1_003)), [...numbers(1_000), '3 more']],
    ['a full set', new Set(numbers(1_000)), numbers(1_000)],
    ['a form', form(1_003), { ...Object.fromEntries(entries(1_000)), '...': '3 more' }],
    ['a query', new URLSearchParams('a=1&b=2&a=3&a=4'), { a: ['1', '3', '4'], b: '2' }],
    [
      'a query of one name',
      new URLSearchParams('a=1&'.repeat(80_000)),
      { a: Array(1_000).fill('1'), '...': '79000 more' },
    ],
  ])('%s', (_, value, expected) => {
    expect(shown(value)).toEqual(expected)
  })

  test('and no more than those are looked at', () => {
    const map = new CountedMap(numbers(5_000).map((n) => [`k${n}`, n]))
    shown(map)
    expect(map.taken).toBeLessThanOrEqual(1_001)
  })

  function form(count: number): FormData {
    const data = new FormData()
    for (const [name, value] of entries(count)) data.append(name, value)
    return data
  }
})

describe('what is said of the others takes no key that is there', () => {
  const many = (prefix: string) =>
    Object.fromEntries(numbers(1_001).map((n) => [`${prefix}${n}`, 1] as const))
  const marks = (text: string) => text.match(/"\.{3,}":/g)

  test.each<[string, object]>([
    ['of a field', { it: { '...': 1, ...many('a') } }],
    ['of a map', { it: new Map(Object.entries({ '...': 1, ...many('a') })) }],
    ['of the line', { '...': 1, ...many('a') }],
  ])('%s', (_, fields) => {
    const memory = memoryLogger()
    memory.logger.info(fields)
    expect(marks(memory.text)).toEqual(['"...":', '"....":'])
  })

  test('of the logger', () => {
    const memory = memoryLogger()
    memory.logger.child(many('a')).info(many('b'))
    expect(marks(memory.text)).toEqual(['"...":', '"....":'])
  })

  test('nor does what is said of fields that cannot be read', () => {
    const memory = memoryLogger()
    const ownKeys = () => expect.unreachable()
    memory.logger.child({ fields: 1 }).info(new Proxy({}, { ownKeys }), 'm')
    expect(memory.text).toContain('"fields":1,"fields_":"[Unreadable]"')
  })
})

describe('of what is long there is the beginning', () => {
  test('of keys, which are kept apart, and whose secrets are hidden', () => {
    const memory = memoryLogger()
    const long = 'k'.repeat(1_000_000)
    memory.logger.info({
      [`${long}a`]: 1,
      it: { [`${long}b`]: 2, [`${long}c`]: 3, [`${long}password`]: 'hunter2' },
    })
    memory.logger.child({ [`${long}d`]: 1 }).info({ err: 1 })
    expect(memory.text.length).toBeLessThan(3_000)
    expect(Object.keys(memory.lines[0]?.['it'] as object)).toHaveLength(3)
    expect(memory.text).not.toContain('hunter2')
    const token = `eyJhbGciOiJIUzI1NiJ9.${'a'.repeat(300)}`
    expect(shown({ [token]: 1 })).toEqual({ '[Redacted]': 1 })
  })

  test('of ids', () => {
    const memory = memoryLogger()
    const long = 'c'.repeat(100_000)
    runInContext(
      [
        [correlationId, long],
        [tenantId, long],
      ],
      () => memory.logger.info('x'),
    )
    expect(memory.lines).toMatchObject([{ correlationId: 'c'.repeat(256), tenantId: 'c'.repeat(256) }])
  })

  test('and none of it is remembered', () => {
    const { top } = redactionOf({})
    expect(top.key('k'.repeat(256))).toBe(top.key('k'.repeat(256)))
    expect(top.key('k'.repeat(257))).not.toBe(top.key('k'.repeat(257)))
  })
})

describe('a line is of bounded size', () => {
  const table = (cell: unknown) => Array.from({ length: 1_000 }, () => Array(1_000).fill(cell))
  test.each<[string, unknown]>([
    ['numbers', table(-1 / 3e300)],
    ['big integers', table(-(10n ** 999n))],
    ['texts full of what has to be escaped', table('\u0001'.repeat(100))],
    ['empty objects', table({})],
    ['secrets', table({ password: 'x' })],
    ['pairs of secrets', table([['password', 'x']])],
    ['truths', table(false)],
    ['nothing', table(null)],
    ['functions', table(() => {})],
    ['times that are none', table(new Date(Number.NaN))],
    ['what cannot be read', table({ toJSON: () => expect.unreachable() })],
  ])('of %s', (_, it) => {
    const memory = memoryLogger()
    memory.logger.info({ it })
    expect(memory.text.length).toBeLessThan(300_000)
    expect(memory.lines).toHaveLength(1)
  })

  test('of children of children that each say much', () => {
    const memory = memoryLogger()
    let { logger } = memory
    for (const n of numbers(10)) logger = logger.child({ same: n, [`k${n}`]: table('x') })
    logger.info('m')
    expect(memory.text.length).toBeLessThan(600_000)
    expect(memory.lines).toMatchObject([{ same: 9, '...': '[Truncated]', msg: 'm' }])
  })

  test('of what holds itself', () => {
    const memory = memoryLogger()
    const it: unknown[] = []
    it.push(...Array.from({ length: 1_000 }, () => Array(1_000).fill(it)))
    memory.logger.info({ it })
    expect(memory.text.length).toBeLessThan(300_000)
  })
})

test('a clock that cannot wait is refused, for closing waits', () => {
  const clock = { now: () => 0, schedule: () => ({}) }
  expect(() => stdoutSink({ clock: clock as never })).toThrow('@base/observability stdoutSink: clock must be')
})

test('a patience that is none is refused by the name that it has', () => {
  const make = () => stdoutSink({ patience: 'abc' as never })
  expect(make).toThrow('@base/observability stdoutSink: patience must be')
})
