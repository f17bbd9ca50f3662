import { isDeepStrictEqual } from 'node:util'
import { always, where } from '@base/domain/specification'
import { PGlite } from '@electric-sql/pglite'
import { sql } from 'drizzle-orm'
import { customType, doublePrecision, integer, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/pglite'
import fc from 'fast-check'
import { afterAll, beforeEach, expect, test } from 'vitest'
import type { Executor } from '../executor.js'
import { drizzleUnitOfWork, pglite } from '../unit-of-work/index.js'
import { IdentityMap } from './identity-map.js'
import { drizzleRepository } from './index.js'

const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' })

/** A name as an object of a class. */
class Name {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString() {
    return this.#text
  }
}

const name = customType<{ data: Name; driverData: string }>({
  dataType: () => 'text',
  toDriver: String,
  fromDriver: (text) => new Name(text),
})

const things = pgTable('things', {
  id: integer().primaryKey(),
  label: text().notNull(),
  at: timestamp({ withTimezone: true, precision: 3 }),
  tags: text().array(),
  facts: jsonb(),
  data: bytes(),
  size: doublePrecision(),
  version: integer().notNull(),
})
const people = pgTable('people', { id: integer().primaryKey(), name: name().notNull() })

type Thing = typeof things.$inferSelect

/** One whose mapper keeps what it was given. */
class Box {
  readonly row: Thing

  constructor(row: Thing) {
    this.row = row
  }
}

const client = await PGlite.create()
await client.exec(`
  create table things (id integer primary key, label text not null, at timestamptz(3), tags text[], facts jsonb, data bytea,
    size double precision, version integer not null);
  create table people (id integer primary key, name text not null)`)
const root = drizzle(client)
afterAll(() => client.close())
beforeEach(() => client.exec('delete from things; delete from people'))

const repositories = (executor: Executor) => ({
  things: drizzleRepository({ executor, table: things }),
  boxes: drizzleRepository({
    executor,
    table: things,
    mapper: { toDomain: (row: Thing) => new Box(row), toRow: (box: Box) => box.row },
  }),
  people: drizzleRepository({ executor, table: people }),
  executor: () => executor,
})
const units = drizzleUnitOfWork(pglite(client), repositories)
type Repositories = ReturnType<typeof repositories>
const byLabel = (label: string) => where<Thing>().equals('label', label)

const thing: Thing = {
  id: 1,
  label: 'one',
  at: new Date(1_000),
  tags: ['a', 'b'],
  facts: { colours: ['red'], deep: { n: 1 } },
  data: new Uint8Array([0, 127, 255]),
  size: Number.NaN,
  version: 0,
}

test('a row is the same object in a unit, however it is read, also by one who joins it', async () => {
  await repositories(root).things.save(thing)
  await units.run(async (tx) => {
    const first = await tx.things.getById(1)
    expect(first).toEqual({ ...thing, data: expect.anything(), version: 1 })
    expect(await tx.things.findById(1)).toBe(first)
    expect(await tx.things.findOne(byLabel('one'))).toBe(first)
    expect((await tx.things.find(always()))[0]).toBe(first)
    expect((await tx.things.findPage(always())).items[0]).toBe(first)
    for await (const each of tx.things.stream(always())) expect(each).toBe(first)
    expect(await units.run((joined) => joined.things.getById(1))).toBe(first)
    expect(await units.run((nested) => nested.things.getById(1), { propagation: 'nested' })).toBe(first)
    expect(await tx.boxes.getById(1)).toBe(await tx.boxes.getById(1))
  })
})

test('what is saved while a stream goes through its rows is the object that the save gave', async () => {
  await repositories(root).things.saveMany([thing, { ...thing, id: 2 }])
  await units.run(async (tx) => {
    let saved: Thing | undefined
    for await (const each of tx.things.stream(always(), { orderBy: [{ field: 'id' }] }))
      if (each.id === 1) saved = await tx.things.save({ ...(await tx.things.getById(2)), label: 'two' })
    expect(await tx.things.getById(2)).toBe(saved)
  })
})

test('in another unit, and outside of one, it is another', async () => {
  const { things } = repositories(root)
  await things.save(thing)
  const [one, other] = [
    await units.run((tx) => tx.things.getById(1)),
    await units.run((tx) => tx.things.getById(1)),
  ]
  expect(one).not.toBe(other)
  expect(await things.getById(1)).not.toBe(await things.getById(1))
})

test('what is changed in it and not saved stays changed, and is not written', async () => {
  await repositories(root).things.save(thing)
  await units.run(async (tx) => {
    const first = await tx.things.getById(1)
    first.label = 'changed'
    expect(await tx.things.findOne(byLabel('one'))).toBe(first)
    const box = await tx.boxes.getById(1)
    ;(box.row.facts as { deep: object }).deep = {}
    expect(await tx.boxes.getById(1)).toBe(box)
  })
  expect((await repositories(root).things.getById(1)).label).toBe('one')
})

test('what is saved is what was saved, and the object from then on', async () => {
  await units.run(async (tx) => {
    const saved = await tx.things.save(thing)
    expect(await tx.things.getById(1)).toBe(saved)
    const changed = await tx.things.save({ ...saved, label: 'two' })
    expect([saved.label, changed.label]).toEqual(['one', 'two'])
    expect(await tx.things.getById(1)).toBe(changed)
    const [again] = await tx.things.saveMany([
      { ...changed, label: 'three' },
      { ...thing, id: 2 },
    ])
    expect(await tx.things.getById(1)).toBe(again)
  })
  await units.run(async (tx) => {
    const ada = await tx.boxes.getById(2)
    // The same values, whatever has become of the object meanwhile.
    const { row } = await tx.boxes.save(new Box({ ...ada.row }))
    ada.row.label = 'unsaved'
    expect(row.label).toBe('one')
  })
})

test.each([
  ["label = 'two'", { label: 'two' }],
  ["at = '2026-01-01Z'", { at: new Date('2026-01-01') }],
  ["tags = '{a,b,c}'", { tags: ['a', 'b', 'c'] }],
  ["tags = '{a,NULL}'", { tags: ['a', null] }],
  ['facts = \'{"colours":["red"],"deep":{"n":2}}\'', { facts: { colours: ['red'], deep: { n: 2 } } }],
  ['facts = \'{"colours":[],"red":{"deep":1}}\'', { facts: { colours: [], red: { deep: 1 } } }],
  ['facts = \'[["colours"],{"red":"deep"}]\'', { facts: [['colours'], { red: 'deep' }] }],
  ["data = '\\x007ffe'", { data: expect.objectContaining({ 2: 254 }) }],
  ['size = null', { size: null }],
  ["size = '-0'", { size: -0 }],
])('a row that somebody else changed is another: %s', async (change, seen) => {
  await repositories(root).things.save(change.includes('-0') ? { ...thing, size: 0 } : thing)
  await units.run(async (tx) => {
    const first = await tx.things.getById(1)
    await tx.executor().execute(sql.raw(`update things set ${change}`))
    const second = await tx.things.getById(1)
    expect(second).not.toBe(first)
    expect(second).toMatchObject(seen)
    expect(await tx.things.getById(1)).toBe(second)
  })
})

test('so is one whose change was taken back', async () => {
  await repositories(root).things.save(thing)
  await units.run(async (tx) => {
    const first = await tx.things.getById(1)
    const failed = units.run(
      async (nested) => {
        await nested.things.save({ ...first, label: 'two' })
        throw new Error('no')
      },
      { propagation: 'nested' },
    )
    await expect(failed).rejects.toThrow('no')
    expect(await tx.things.getById(1)).toMatchObject({ label: 'one', version: 1 })
  })
})

type Part = (tx: Repositories, fn: (tx: Repositories) => Promise<unknown>) => Promise<unknown>

test.each<[string, Part]>([
  ['a nested unit', (_, fn) => units.run(fn, { propagation: 'nested' })],
  ["a part of drizzle's", (tx, fn) => tx.executor().transaction(() => fn(tx))],
])('what was changed in it and not saved is gone where %s was taken back', async (_, part) => {
  await repositories(root).things.save(thing)
  await units.run(async (tx) => {
    const failed = part(tx, async ({ things }) => {
      Object.assign(await things.getById(1), { label: 'two' })
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    const now = await tx.things.getById(1)
    expect(now).toMatchObject({ label: 'one', version: 1 })
    expect(await tx.things.getById(1)).toBe(now)
  })
})

test('one with an object of a class, which does not show what it holds, is another each time', async () => {
  await repositories(root).people.save({ id: 1, name: new Name('Ada') })
  await units.run(async (tx) => {
    const first = await tx.people.getById(1)
    await tx.executor().execute(sql`update people set name = 'Grace'`)
    const second = await tx.people.getById(1)
    expect([first, second].map(({ name }) => String(name))).toEqual(['Ada', 'Grace'])
  })
})

test('the last 10,000 are known', () => {
  const known = new IdentityMap('id', (row) => row)
  const first = known.read({ id: 0 })
  const [second, ...others] = Array.from({ length: 9_999 }, (_, n) => known.read({ id: n + 1 }))
  const last = others.at(-1)
  expect([known.read({ id: 0 }), known.read({ id: 9_999 })]).toEqual([first, last])
  expect(known.read({ id: 0 })).toBe(first)
  known.read({ id: 10_000 })
  expect(known.read({ id: 9_999 })).toBe(last)
  expect(known.read({ id: 1 })).not.toBe(second)
})

test('one that is read again and again is known, however many others are read meanwhile', () => {
  const known = new IdentityMap('id', (row) => row)
  const first = known.read({ id: 0 })
  for (let id = 1; id <= 30_000; id++) {
    known.read({ id })
    if (id % 5_000 === 0) expect(known.read({ id: 0 })).toBe(first)
  }
})

test.each([
  ['a time', new Date(1), new Date(1), new Date(2)],
  ['a bigint', 1n, 1n, 1],
  ['a text', '1', '1', 1],
  ['an object', { a: 1 }, { a: 1 }, { a: 2 }],
])('an id may be %s', (_, id, same, other) => {
  const known = new IdentityMap('id', (row) => row)
  const first = known.read({ id })
  expect(known.read({ id: same })).toBe(first)
  expect(known.read({ id: other })).not.toBe(first)
})

const leaf = fc.oneof(
  fc.constantFrom<unknown>('', 'a', '1', 'null', 0, -0, 1, Number.NaN, 1n, true, null, undefined),
  fc.constantFrom<unknown>(new Date(1), new Date(-1), new Uint8Array([1]), new Uint8Array([129, 255])),
)
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b'), tie('value'), { maxKeys: 2, noNullPrototype: true }),
  ),
}))

/** Another form of the same, in which nothing is like anything else. */
function shape(value: unknown): unknown {
  if (value instanceof Date) return ['time', value.getTime()]
  if (value instanceof Uint8Array) return ['bytes', ...value]
  if (Array.isArray(value)) return ['list', value.map(shape)]
  if (typeof value !== 'object' || value === null) return ['value', value]
  return ['object', Object.entries(value).map(([name, part]) => [name, shape(part)])]
}

test('two rows are the same object if and only if they hold the same', () => {
  const isOne = (row: object, other: object) => {
    const known = new IdentityMap<object>('id', (row) => row)
    return known.read({ id: 1, ...row }) === known.read({ id: 1, ...other })
  }
  const row = fc.record({ one: value, other: value })
  fc.assert(
    fc.property(row, row, (row, other) => {
      expect(isOne(row, other)).toBe(isDeepStrictEqual(shape(row), shape(other)))
      expect(isOne(row, structuredClone(row))).toBe(true)
    }),
    {
      examples: [
        [
          { one: [], other: 1 },
          { one: {}, other: 1 },
        ],
        [
          { one: [{ a: ['b'] }, 'a'], other: 1 },
          { one: [['a'], { b: 'a' }], other: 1 },
        ],
        [
          { one: { a: ['b'] }, other: 'a' },
          { one: ['a'], other: { b: 'a' } },
        ],
      ],
    },
  )
})

const nestedIn = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth))
const selfish: { self?: unknown } = {}
selfish.self = selfish

test.each([
  ['a function', () => 1],
  ['a list of a class', new (class List extends Array {})()],
  ['what holds itself', selfish],
  ['JSON of 50,000 levels', nestedIn(50_000)],
  ['an object of no class', Object.create(null)],
])('what does not show what it holds is another each time: %s', (_, value) => {
  const known = new IdentityMap<object>('id', (row) => row)
  expect(known.read({ id: 1, value })).not.toBe(known.read({ id: 1, value }))
})

test('fewer are known of large rows, the last one always', () => {
  const known = new IdentityMap<object>('id', (row) => row)
  const large = (id: number, millions: number) => ({ id, text: 'x'.repeat(millions * 1_000_000) })
  const [first, second] = [known.read(large(1, 8)), known.read(large(2, 8))]
  expect([known.read(large(1, 8)), known.read(large(2, 8))]).toEqual([first, second])
  expect(known.read(large(1, 8))).toBe(first)
  const third = known.read(large(3, 8))
  expect(known.read(large(1, 8))).toBe(first)
  expect(known.read(large(3, 8))).toBe(third)
  expect(known.read(large(2, 8))).not.toBe(second)
  const largest = known.read(large(4, 20))
  expect(known.read(large(4, 20))).toBe(largest)
})
