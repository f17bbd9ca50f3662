import { principal, runInContext } from '@base/core/context'
import { InvalidOptionError } from '@base/core/errors'
import { unwrap } from '@base/core/result'
import { TestClock } from '@base/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { AggregateRoot } from '../aggregate/aggregate-root.js'
import { always } from '../specification/combine.js'
import { where } from '../specification/where.js'
import { repositoryConformance } from '../testing/repository-conformance.js'
import type { SpecificationRow } from '../testing/specification-rows.js'
import type { Item } from '../testing/subject.js'
import { memoryUnitOfWork } from '../unit-of-work/index.js'
import { Email } from '../value-object/email.js'
import { Money } from '../value-object/money.js'
import { Percentage } from '../value-object/percentage.js'
import { ValueObject } from '../value-object/value-object.js'
import { type EntityMapper, memoryRepository } from './index.js'
import { keyOf } from './key-of.js'

repositoryConformance(
  () => ({ subject: memoryRepository<Item, number>({ id: (item) => item.id, version: 'version' }) }),
  { test, rows: () => ({ subject: memoryRepository<SpecificationRow, number>({ id: (row) => row.id }) }) },
)

describe('memoryRepository with signed cursors', () => {
  repositoryConformance(
    () => ({
      subject: memoryRepository<Item, number>({
        id: (item) => item.id,
        version: 'version',
        cursorSecret: 'a secret of at least 32 bytes, yes',
      }),
    }),
    { test },
  )
})

const readId = () => 1

class Order extends AggregateRoot<string> {
  lines: { sku: string }[] = []
  readonly placedAt: Date = new Date(0)
}

/** Shows its text alone. */
class HiddenId {
  readonly #value: string
  constructor(value: string) {
    this.#value = value
  }
  toString(): string {
    return this.#value
  }
}

describe('memoryRepository', () => {
  test('keeps instances of classes, deeply copied', async () => {
    const orders = memoryRepository<Order, string>({ id: (order) => order.id, version: 'version' })
    const order = new Order('7')
    order.lines.push({ sku: 'a' })
    const saved = await orders.save(order)
    order.lines.push({ sku: 'b' })
    saved.placedAt.setTime(1)

    const read = await orders.getById('7')
    expect(read).toBeInstanceOf(Order)
    expect(read).toMatchObject({ version: 1, lines: [{ sku: 'a' }], placedAt: new Date(0) })
  })

  test('without versions the last save wins', async () => {
    const users = memoryRepository<{ id: string; name: string }, string>({ id: (user) => user.id })
    await users.save({ id: '1', name: 'Ada' })
    expect(await users.save({ id: '1', name: 'Grace' })).toEqual({ id: '1', name: 'Grace' })
  })

  test('what a function of a rule changes in what it judges is not kept', async () => {
    const rule = where<Order>().satisfies(({ lines }) => lines.reverse()[0]?.sku === 'b', 'last is b')
    const orders = memoryRepository<Order, string>({ id: (order) => order.id })
    await orders.save(Object.assign(new Order('1'), { lines: [{ sku: 'a' }, { sku: 'b' }] }))
    const seen = { lines: [{ sku: 'a' }, { sku: 'b' }] }
    expect(await orders.find(rule)).toMatchObject([seen])
    await memoryUnitOfWork({ orders }).run(async (tx) => {
      expect(await tx.orders.findPage(rule)).toMatchObject({ items: [seen] })
      expect(await tx.orders.getById('1')).toMatchObject(seen)
    })
    expect(await orders.deleteWhere(rule)).toBe(1)
  })

  test('finds one by options that are inherited, as of a class', async () => {
    const notes = memoryRepository<{ id: string }, string>({ id: (note) => note.id, softDelete: true })
    await notes.saveMany([{ id: '1' }, { id: '2' }])
    await notes.delete('1')
    const options = Object.create({ includeDeleted: true, orderBy: [{ field: 'id' }] })
    expect(await notes.findOne(always(), options)).toMatchObject({ id: '1' })
    const aborted = Object.create({ signal: AbortSignal.abort('gone') })
    await expect(notes.findOne(always(), aborted)).rejects.toBe('gone')
  })

  test.each(['limit', 'offset', 'orderBy', 'includeDeleted', 'signal'])(
    'refuses a %s of null, as JSON has it, which would say nothing',
    async (option) => {
      const users = memoryRepository<{ id: string }, string>({ id: (user) => user.id })
      await expect(users.find(always(), { [option]: null })).rejects.toMatchObject({ details: { option } })
    },
  )

  test('names itself in errors', async () => {
    const users = memoryRepository<{ id: string }, string>({ id: (user) => user.id, name: 'user' })
    await expect(users.getById('1')).rejects.toMatchObject({
      message: 'There is no such user.',
      details: { id: '1' },
    })
  })

  test('finds by an id that is an object', async () => {
    type Seat = { id: { row: number; seat: number } }
    const seats = memoryRepository<Seat, Seat['id']>({ id: (seat) => seat.id })
    await seats.save({ id: { row: 1, seat: 2 } })
    expect(await seats.findById({ seat: 2, row: 1 })).toEqual({ id: { row: 1, seat: 2 } })
    expect(await seats.findById({ row: 2, seat: 1 })).toBeUndefined()
  })

  test('pages by ids that are objects, and misses none', async () => {
    type Seat = { id: { row: bigint; seat: number } }
    const seats = memoryRepository<Seat, Seat['id']>({ id: (seat) => seat.id })
    for (const seat of [3, 1, 2]) await seats.save({ id: { row: 7n, seat } })

    const first = await seats.findPage(always(), { limit: 2 })
    const second = await seats.findPage(always(), { limit: 2, after: first.pageInfo.endCursor })
    expect([...first.items, ...second.items].map(({ id }) => id.seat)).toEqual([1, 2, 3])
    expect(second.pageInfo.hasNextPage).toBe(false)
    expect(await seats.findById({ seat: 2, row: 7n })).toEqual({ id: { row: 7n, seat: 2 } })
  })

  describe('with ids that are objects', () => {
    class Opaque {
      readonly #value = 1
      equals(other: Opaque): boolean {
        return this.#value === other.#value
      }
    }
    class JsonId {
      readonly #value: string
      constructor(value: string) {
        this.#value = value
      }
      toJSON(): string {
        return this.#value
      }
    }
    class Held extends ValueObject<object> {}
    const setUp = () => memoryRepository<{ id: unknown; n?: number }, unknown>({ id: ({ id }) => id })

    test.each<[string, () => unknown, () => unknown]>([
      ['private fields and a text', () => new HiddenId('1'), () => new HiddenId('2')],
      ['such ids within', () => ({ of: new HiddenId('1') }), () => ({ of: new HiddenId('2') })],
      ['a text like an object', () => ({ a: 1 }), () => '{"a":1}'],
      ['a text like a key', () => new HiddenId('1'), () => 'object {"$text":"1"}'],
      ['a bigint and a text', () => ({ n: 1n }), () => ({ n: '1' })],
      ['a bigint and its literal', () => ({ n: 1n }), () => ({ n: '1n' })],
      ['NaN and null', () => ({ n: Number.NaN }), () => ({ n: null })],
      ['sets', () => new Set(['a']), () => new Set(['b'])],
      ['maps', () => new Map([[1, 'a']]), () => new Map([[2, 'a']])],
      ['maps within', () => ({ m: new Map([[1, 1]]) }), () => ({ m: new Map([[1, 1n]]) })],
      ['value objects of bigints and texts', () => new Held({ n: 1n }), () => new Held({ n: '1' })],
      ['arrays of one text and two', () => ['a,b'], () => ['a', 'b']],
      ['times of one second', () => new Date(1), () => new Date(2)],
      ['a time and its text', () => ({ at: new Date(0) }), () => ({ at: new Date(0).toISOString() })],
      ['no time and nothing', () => ({ at: new Date(Number.NaN) }), () => ({ at: null })],
      ['a text of an object and a text', () => ({ of: new JsonId('1') }), () => ({ of: '1' })],
      ['undefined and null in lists', () => [undefined], () => [null]],
      ['undefined and null in maps', () => new Map([[1, undefined]]), () => new Map([[1, null]])],
      ['undefined and null in sets', () => new Set([undefined]), () => new Set([null])],
      [
        'a set of a time and of its text',
        () => new Set([new Date(0)]),
        () => new Set([new Date(0).toISOString()]),
      ],
      ['a bigint and what it is written as', () => ({ n: 1n }), () => ({ n: '$1n' })],
      ['a bigint and an object of its text', () => ({ n: 1n }), () => ({ n: { $bigint: '1' } })],
      ['a set and an object of its members', () => ({ of: new Set() }), () => ({ of: { $set: [] } })],
      ['a text and one that begins as what is marked', () => ({ n: '$' }), () => ({ n: '$$' })],
      ['bytes and an object of them', () => ({ of: Uint8Array.of(1) }), () => ({ of: { 0: 1 } })],
      ['bytes and numbers of two', () => Uint8Array.of(1), () => Uint16Array.of(1)],
      ['bytes', () => new Uint8Array([1]), () => new Uint8Array([2])],
    ])('keeps apart %s', async (_, one, other) => {
      const rows = setUp()
      await rows.save({ id: one(), n: 1 })
      await rows.save({ id: other(), n: 2 })

      const { endCursor: after } = (await rows.findPage(always(), { limit: 1 })).pageInfo
      expect((await rows.findPage(always(), { limit: 1, after })).items).toHaveLength(1)
      expect(await rows.findById(one())).toMatchObject({ n: 1 })
      expect(await rows.delete(other())).toBe(true)
      expect(await rows.findById(one())).toMatchObject({ n: 1 })
    })

    test('finds sets and maps by what they hold, in any order', async () => {
      const rows = setUp()
      await rows.save({ id: new Set(['a', { b: 1n, c: 2 }]) })
      expect(await rows.findById(new Set([{ c: 2, b: 1n }, 'a']))).toBeDefined()
    })

    test.each<[string, () => unknown, () => unknown]>([
      ['the bytes of a Buffer', () => Buffer.from([1, 2]), () => Uint8Array.of(1, 2)],
      ['a field that is undefined', () => ({ a: 1, b: undefined }), () => ({ a: 1 })],
      ['a zero with a sign', () => ({ n: -0 }), () => ({ n: 0 })],
    ])('takes for none of its own %s', async (_, one, other) => {
      const rows = setUp()
      await rows.save({ id: one() })
      expect(await rows.findById(other())).toBeDefined()
    })

    test.each([
      ['private', new Opaque()],
      ['private within', { of: new Opaque() }],
      ['empty', {}],
    ])('refuses one where everything is %s', async (_, id) => {
      const rows = setUp()
      const message = '@base/domain Entity: id must be one with a text'
      await expect(rows.save({ id })).rejects.toThrow(message)
      await expect(rows.findById(id)).rejects.toThrow(message)
    })
  })

  test('with a mapper keeps rows, so that private fields survive', async () => {
    class Counter {
      readonly id: string
      #count: number
      constructor(id: string, count: number) {
        this.id = id
        this.#count = count
      }
      get count(): number {
        return this.#count
      }
      add(): void {
        this.#count++
      }
    }
    const counters = memoryRepository<Counter, string>({
      id: (counter) => counter.id,
      mapper: {
        toRow: ({ id, count }) => ({ id, count }),
        toDomain: ({ id, count }: { id: string; count: number }) => new Counter(id, count),
      },
    })
    const counter = new Counter('1', 1)
    const saved = await counters.save(counter)
    saved.add()
    expect(saved.count).toBe(2)
    expect((await counters.getById('1')).count).toBe(1)
  })

  describe('of frozen entities', () => {
    type Note = { readonly id: string; readonly version?: number; readonly deletedAt?: Date | null }
    const id = (note: { readonly id: string }) => note.id

    test('writes to a copy, which is frozen as well', async () => {
      const notes = memoryRepository<Note, string>({ id, version: 'version' })
      const note = Object.freeze({ id: '1', version: 0 })
      const saved = await notes.save(note)
      const again = await notes.save(saved)

      expect([note.version, saved.version, again.version]).toEqual([0, 1, 2])
      expect(await notes.getById('1')).toEqual({ id: '1', version: 2 })
      expect([saved, again, await notes.getById('1')].every(Object.isFrozen)).toBe(true)
    })

    test('adds what they do not have yet, and deletes softly', async () => {
      const notes = memoryRepository<Note, string>({ id, version: 'version', softDelete: true })
      expect(await notes.save(Object.freeze({ id: '1' }))).toEqual({ id: '1', version: 1, deletedAt: null })
      expect(await notes.delete('1')).toBe(true)

      expect(await notes.findById('1')).toBeUndefined()
      const gone = await notes.getById('1', { includeDeleted: true })
      expect(gone).toEqual({ id: '1', version: 2, deletedAt: expect.any(Date) })
      expect(Object.isFrozen(gone)).toBe(true)
    })

    test('keeps the class of those that freeze themselves', async () => {
      class Frozen {
        readonly id: string
        readonly version = 0
        constructor(id: string) {
          this.id = id
          Object.freeze(this)
        }
      }
      const kept = memoryRepository<Frozen, string>({ id, version: 'version' })
      const saved = await kept.save(new Frozen('1'))
      expect(saved).toBeInstanceOf(Frozen)
      expect(saved).toMatchObject({ id: '1', version: 1 })
      expect((await kept.save(saved)).version).toBe(2)
    })

    test('writes a property that only its own class can', async () => {
      class Sealed {
        readonly id: string
        declare readonly version: number
        constructor(id: string) {
          this.id = id
          Object.defineProperty(this, 'version', { value: 0, enumerable: true })
        }
      }
      const kept = memoryRepository<Sealed, string>({ id, version: 'version' })
      expect((await kept.save(new Sealed('1'))).version).toBe(1)
    })

    test('writes to the row, where a mapper makes them', async () => {
      class Frozen {
        readonly id: string
        readonly #text: string
        readonly version: number
        constructor(id: string, text: string, version: number) {
          this.id = id
          this.#text = text
          this.version = version
          Object.freeze(this)
        }
        get text(): string {
          return this.#text
        }
      }
      const kept = memoryRepository<Frozen, string>({
        id,
        version: 'version',
        mapper: {
          toRow: ({ id, text, version }) => ({ id, text, version }),
          toDomain: ({ id, text, version }: Frozen) => new Frozen(id, text, version),
        },
      })
      const saved = await kept.save(new Frozen('1', 'a', 0))
      await kept.save(new Frozen('1', 'b', saved.version))

      const read = await kept.getById('1')
      expect([saved.version, read.version, saved.text, read.text]).toEqual([1, 2, 'a', 'b'])
      expect(Object.isFrozen(read)).toBe(true)
    })

    /** Says nothing of what it equals. */
    class Person {
      readonly tenant: bigint
      readonly name: string
      constructor(tenant: bigint, name: string) {
        this.tenant = tenant
        this.name = name
      }
    }
    test.each<[string, (name: string) => object]>([
      ['that only holds something', (name) => new Person(1n, name)],
      ['that has only a text', (name) => new HiddenId(name)],
    ])('writes to the row who did it, also an instance of a class %s', async (_, personOf) => {
      type By = object | undefined
      type Signed = { readonly id: string; readonly createdBy?: By; readonly updatedBy?: By }
      let name = 'Ada'
      const mapped = (row: Signed): Signed =>
        Object.freeze({ id: row.id, createdBy: again(row.createdBy), updatedBy: again(row.updatedBy) })
      const again = (person: By) => (person instanceof HiddenId ? new HiddenId(`${person}`) : person)
      const kept = memoryRepository<Signed, string>({
        id,
        audit: { by: () => personOf(name) as never },
        mapper: { toRow: mapped, toDomain: mapped },
      })
      const saved = await kept.save(Object.freeze({ id: '1' }))
      name = 'Grace'
      const changed = await kept.save(saved)

      const keys = [saved, changed].map(({ createdBy, updatedBy }) => [keyOf(createdBy), keyOf(updatedBy)])
      const [ada, grace] = [keyOf(personOf('Ada')), keyOf(personOf('Grace'))]
      expect(keys).toEqual([
        [ada, ada],
        [ada, grace],
      ])
    })
  })

  describe('of entities with private fields', () => {
    /** Nobody outside can write its version and times. */
    class Note {
      readonly id: string
      text: string
      readonly #version: number
      readonly #updatedAt: Date | null
      constructor(id: string, text: string, version = 0, updatedAt: Date | null = null) {
        this.id = id
        this.text = text
        this.#version = version
        this.#updatedAt = updatedAt
      }
      get version(): number {
        return this.#version
      }
      get updatedAt(): Date | null {
        return this.#updatedAt
      }
      toRow() {
        return { id: this.id, text: this.text, version: this.#version, updatedAt: this.#updatedAt }
      }
      static of({ id, text, version, updatedAt }: ReturnType<Note['toRow']>): Note {
        return new Note(id, text, version, updatedAt)
      }
    }
    const id = (note: { readonly id: string }) => note.id
    const clock = new TestClock({ now: 1_000 })
    const mapper = { toRow: (note: Note) => note.toRow(), toDomain: Note.of }

    test('a mapper carries the version and the times to them', async () => {
      const notes = memoryRepository<Note, string>({
        id,
        version: 'version',
        timestamps: true,
        clock,
        mapper,
      })
      const saved = await notes.save(new Note('1', 'a'))
      const read = await notes.getById('1')
      read.text = 'b'
      const again = await notes.save(read)

      expect([saved.version, read.version, again.version]).toEqual([1, 1, 2])
      expect([saved, read, again].map(({ updatedAt }) => updatedAt)).toEqual(Array(3).fill(new Date(1_000)))
      expect(again.toRow()).toMatchObject({ text: 'b', version: 2 })
      await expect(notes.save(read)).rejects.toMatchObject({ details: { id: '1', expected: 1, actual: 2 } })
    })

    test('a mapper carries a deletion', async () => {
      type Row = { id: string; deletedAt: Date | null }
      class Gone {
        readonly #row: Row
        constructor(row: Row) {
          this.#row = row
        }
        get id(): string {
          return this.#row.id
        }
        get deletedAt(): Date | null {
          return this.#row.deletedAt
        }
        get row(): Row {
          return this.#row
        }
      }
      const all = memoryRepository<Gone, string>({
        id,
        softDelete: true,
        clock,
        mapper: { toRow: ({ row }) => row, toDomain: (row: Row) => new Gone(row) },
      })
      await all.save(new Gone({ id: '1', deletedAt: null }))
      expect(await all.delete('1')).toBe(true)
      expect((await all.getById('1', { includeDeleted: true })).deletedAt).toEqual(new Date(1_000))
    })

    test('refuses a mapper that loses the version, and no other', async () => {
      const lossy = {
        toRow: ({ id, text }: Note) => ({ id, text }),
        toDomain: (row: Note) => new Note(row.id, ''),
      }
      const notes = memoryRepository<Note, string>({ id, version: 'version', mapper: lossy })
      await expect(notes.save(new Note('1', 'a'))).rejects.toThrow(
        '@base/domain memoryRepository: mapper must be one that carries version',
      )
      expect(await notes.count(always())).toBe(0)
      const timed = memoryRepository<Note, string>({ id, timestamps: true, mapper: lossy })
      expect((await timed.save(new Note('1', 'a'))).updatedAt).toBeNull()
    })

    interface Plain {
      readonly id: string
      readonly updatedAt?: Date | null
      readonly createdBy?: string
    }
    const wholeSeconds = (at: Date) => Math.floor(at.getTime() / 1_000)

    type PlainMapper = Pick<EntityMapper<Plain>, 'toRow'> & Pick<EntityMapper<Plain, never>, 'toDomain'>
    test.each<[string, PlainMapper, Plain]>([
      [
        'keeps whole seconds',
        {
          toRow: ({ id, updatedAt }) => ({ id, updatedAt: updatedAt && wholeSeconds(updatedAt) }),
          toDomain: ({ id, updatedAt }: { id: string; updatedAt?: number }) => ({
            id,
            updatedAt: updatedAt === undefined ? null : new Date(updatedAt * 1_000),
          }),
        },
        { id: '1', updatedAt: new Date(1_000) },
      ],
      [
        'has somebody in place of nobody',
        {
          toRow: (entity) => entity,
          toDomain: (row: Plain) => ({ ...row, createdBy: row.createdBy ?? 'system' }),
        },
        { id: '1', updatedAt: new Date(1_700), createdBy: 'system' },
      ],
      [
        'takes no row with more in it',
        {
          toRow: ({ id }) => ({ id }),
          toDomain: ({ id, ...others }: Plain) => {
            if (Object.keys(others).length > 0) throw new Error('a strict row')
            return { id }
          },
        },
        { id: '1' },
      ],
      [
        'keeps whole seconds of frozen entities',
        {
          toRow: ({ id, updatedAt }) => ({
            id,
            updatedAt: updatedAt && new Date(wholeSeconds(updatedAt) * 1_000),
          }),
          toDomain: (row: Plain) => Object.freeze({ ...row }),
        },
        { id: '1', updatedAt: new Date(1_000) },
      ],
    ])('a mapper may be one that %s, also twice in a second', async (_, mapper, expected) => {
      const kept = memoryRepository<Plain, string>({
        id,
        timestamps: true,
        audit: true,
        clock: new TestClock({ now: 1_700 }),
        mapper,
      })
      const saved = await kept.save({ id: '1' })
      for (const entity of [saved, await kept.save(saved), await kept.getById('1')])
        expect(entity).toMatchObject(expected)
    })

    test('a mapper that keeps the time of private fields in another form keeps that, and the version', async () => {
      const seconds = memoryRepository<Note, string>({
        id,
        version: 'version',
        timestamps: true,
        clock: new TestClock(),
        mapper: {
          toRow: (note) => {
            const { updatedAt, ...row } = note.toRow()
            return { ...row, updatedAt: updatedAt && wholeSeconds(updatedAt) }
          },
          toDomain: ({
            id,
            text,
            version,
            updatedAt,
          }: Omit<Note, 'updatedAt'> & { updatedAt: number | null }) =>
            new Note(id, text, version, updatedAt === null ? null : new Date(updatedAt * 1_000)),
        },
      })
      const saved = await seconds.save(new Note('1', 'a', 0, new Date(7_000)))
      expect([saved.version, saved.updatedAt]).toEqual([1, new Date(7_000)])
    })

    class Gone {
      readonly #row: Readonly<Record<string, unknown>>
      constructor(row: Readonly<Record<string, unknown>>) {
        this.#row = row
      }
      get id() {
        return this.#row['id'] as string
      }
      get deletedAt() {
        return (this.#row['deletedAt'] ?? null) as Date | null
      }
      toRow() {
        return this.#row
      }
    }

    test('what a mapper that keeps whole seconds has deleted stays deleted, also when it is saved', async () => {
      const kept = memoryRepository<Gone, string>({
        id,
        softDelete: true,
        clock: new TestClock({ now: 1_700 }),
        mapper: {
          toRow: (entity) => entity.toRow(),
          toDomain: (row: { deletedAt?: Date | null }) =>
            new Gone({ ...row, deletedAt: row.deletedAt && new Date(wholeSeconds(row.deletedAt) * 1_000) }),
        },
      })
      await kept.save(new Gone({ id: '1' }))
      await kept.delete('1')
      expect(await kept.findById('1')).toBeUndefined()
      const gone = await kept.getById('1', { includeDeleted: true })
      expect(gone.deletedAt).toEqual(new Date(1_000))
      await kept.save(gone)
      expect(await kept.findById('1')).toBeUndefined()
    })

    test('a mapper that does not carry when it was deleted is refused', async () => {
      const kept = memoryRepository<Gone, string>({
        id,
        softDelete: true,
        mapper: { toRow: (entity) => entity.id, toDomain: (row: string) => new Gone({ id: row }) },
      })
      await kept.save(new Gone({ id: '1' }))
      await expect(kept.delete('1')).rejects.toThrow('mapper must be one that carries deletedAt')
      expect(await kept.findById('1')).toBeDefined()
    })

    test('a mapper need not carry what they have no property for, and its rows may be texts', async () => {
      class Tag {
        readonly id: string
        constructor(id: string) {
          this.id = id
        }
      }
      const tags = memoryRepository<Tag, string>({
        id,
        timestamps: true,
        mapper: { toRow: (tag) => tag.id, toDomain: (row: string) => new Tag(row) },
      })
      expect(await tags.save(new Tag('1'))).toEqual(new Tag('1'))
    })

    class Account {
      readonly #id: string
      constructor(id: string) {
        this.#id = id
      }
      get id(): string {
        return this.#id
      }
    }
    test('refuses those with nothing else, where there is no mapper', async () => {
      const kept = memoryRepository<{ readonly id: string }, string>({ id, timestamps: true })
      const account = new Account('1')
      await expect(kept.save(account)).rejects.toThrow(
        '@base/domain Repository: entity must be one with fields that are not private, unless there is a mapper',
      )
      expect(Object.keys(account)).not.toContain('createdAt')
      expect(await kept.count(always())).toBe(0)
    })

    test('runs no getter of them', async () => {
      const read = vi.fn()
      class Lazy {
        readonly id = '1'
        get '#private'(): unknown {
          return read()
        }
      }
      await memoryRepository<Lazy, string>({ id }).save(new Lazy())
      expect(read).not.toHaveBeenCalled()
    })
  })

  test.each([[undefined], [null]])('refuses all, where one has the id %s', async (id) => {
    const notes = memoryRepository<{ id: string }, string>({ id: (note) => note.id })
    const nameless = { id: id as never }
    await expect(notes.save(nameless)).rejects.toThrow(
      `@base/domain Repository: id must be an identity, received ${id}.`,
    )
    await expect(notes.saveMany([{ id: '1' }, nameless])).rejects.toBeInstanceOf(InvalidOptionError)
    expect(await notes.count(always())).toBe(0)
  })

  const emailOf = (text: string) => unwrap(Email.parse(text))

  test.each<[string, readonly object[]]>([
    ['value objects of text', ['c@example.org', 'a@example.org', 'b@example.org'].map(emailOf)],
    ['URLs', ['c', 'a', 'b'].map((path) => new URL(`https://example.org/${path}`))],
    ['dates', [new Date(3), new Date(1), new Date(2)]],
    ['text objects', ['c', 'a', 'b'].map((text) => Object(text))],
  ])('pages by %s in the order of find', async (_, keys) => {
    interface Keyed {
      readonly id: number
      readonly key: object | null
    }
    const kept = memoryRepository<Keyed, number>({ id: (row) => row.id })
    await kept.saveMany([...keys, null].map((key, id) => ({ id, key })))
    const orderBy = [{ field: 'key' }] as never

    const first = await kept.findPage(always(), { orderBy, limit: 2 })
    const second = await kept.findPage(always(), { orderBy, limit: 2, after: first.pageInfo.endCursor })
    const found = [...first.items, ...second.items].map(({ id }) => id)
    expect(found).toEqual([1, 2, 0, 3])
    expect(found).toEqual((await kept.find(always(), { orderBy })).map(({ id }) => id))
  })

  test.each<[string, object]>([
    ['an amount', Money.of(1_00n, 'EUR')],
    ['a number that is written as text', { toJSON: () => '10', toString: () => '10' }],
    ['a percentage', Percentage.of(7)],
    ['an array', ['a']],
    ['bytes', Uint8Array.of(1)],
    ['a map', new Map()],
    ['a plain object', { minor: 100n }],
    ['an object without a prototype', Object.create(null)],
  ])('refuses to order by %s, whose text says nothing of its order', async (_, key) => {
    const kept = memoryRepository<{ readonly id: number; readonly key: object }, number>({
      id: ({ id }) => id,
    })
    await kept.save({ id: 1, key })
    const orderBy = [{ field: 'id' }, { field: 'key' }] as never

    const refusal =
      /^@base\/domain Repository: orderBy\[1\]\.field must be the path of a text, number, .* received /
    await expect(kept.find(always(), { orderBy })).rejects.toThrow(refusal)
    await expect(kept.findPage(always(), { orderBy })).rejects.toThrow(InvalidOptionError)
  })

  test('a cursor says where to go on in any repository, by its order alone', async () => {
    const make = () => memoryRepository<{ id: number }, number>({ id: (row) => row.id })
    const [some, others] = [make(), make()]
    await some.saveMany([{ id: 1 }, { id: 2 }])
    await others.saveMany([{ id: 1 }, { id: 2 }, { id: 3 }])
    const first = await some.findPage(always(), { limit: 1 })

    const page = await others.findPage(always(), { after: first.pageInfo.endCursor })
    expect(page.items.map(({ id }) => id)).toEqual([2, 3])
  })

  test('tracks times and people, and cannot be told otherwise', async () => {
    const clock = new TestClock({ now: 1_000 })
    const notes = memoryRepository<Record<string, unknown> & { id: string }, string>({
      id: (note) => note.id,
      timestamps: true,
      audit: { updatedBy: 'editor' },
      clock,
    })
    const as = <R>(id: string, fn: () => R) => runInContext([[principal, { id }]], fn)
    const made = await as('ada', () => notes.save({ id: '1', createdAt: new Date(7), createdBy: 'mallory' }))
    expect(made).toEqual({
      id: '1',
      createdAt: new Date(1_000),
      updatedAt: new Date(1_000),
      createdBy: 'ada',
      editor: 'ada',
    })

    await clock.advance('1s')
    const changed = await as('grace', () => notes.save({ ...made, createdBy: 'mallory' }))
    expect(changed).toMatchObject({
      createdAt: new Date(1_000),
      updatedAt: new Date(2_000),
      createdBy: 'ada',
      editor: 'grace',
    })
  })

  test('reads what was deleted only where it is told to by a boolean', async () => {
    const notes = memoryRepository<{ id: string; deletedAt?: Date | null }, string>({
      id: (note) => note.id,
      softDelete: true,
    })
    const options = { includeDeleted: 'false' as never }
    for (const read of [
      () => notes.findById('1', options),
      () => notes.getById('1', options),
      () => notes.findOne(always(), options),
      () => notes.find(always(), options),
      () => notes.findPage(always(), options),
      () => notes.count(always(), options),
      () => notes.exists(always(), options),
      async () => notes.stream(always(), options)[Symbol.asyncIterator]().next(),
    ])
      await expect(read()).rejects.toThrow(
        '@base/domain Repository: includeDeleted must be true or false, received "false".',
      )
  })

  test('deletes softly: unseen, unless it is asked for, and can be brought back', async () => {
    type Note = { id: string; version?: number; deletedAt?: Date | null }
    const clock = new TestClock({ now: 1_000 })
    const notes = memoryRepository<Note, string>({
      id: (note) => note.id,
      version: 'version',
      softDelete: true,
      clock,
    })
    await notes.save({ id: '1' })
    expect(await notes.delete('1')).toBe(true)
    expect(await notes.delete('1')).toBe(false)
    expect(await notes.findById('1')).toBeUndefined()
    expect(await notes.count(always())).toBe(0)

    const gone = await notes.getById('1', { includeDeleted: true })
    expect(gone).toEqual({ id: '1', version: 2, deletedAt: new Date(1_000) })
    await notes.save({ ...gone, deletedAt: null })
    expect(await notes.count(where<Note>().isNull('deletedAt'))).toBe(1)
  })

  test('a soft deletion says when it was, and who did it', async () => {
    const clock = new TestClock({ now: 1_000 })
    const notes = memoryRepository<Record<string, unknown> & { id: string }, string>({
      id: (note) => note.id,
      softDelete: true,
      timestamps: true,
      audit: { by: () => 'the night' },
      clock,
    })
    await notes.save({ id: '1' })
    await clock.advance('1s')
    await notes.delete('1')
    expect(await notes.getById('1', { includeDeleted: true })).toMatchObject({
      createdAt: new Date(1_000),
      updatedAt: new Date(2_000),
      deletedAt: new Date(2_000),
      updatedBy: 'the night',
    })
  })

  test('takes a name that is undefined for its default', async () => {
    const people = memoryRepository<
      { id: number; createdAt?: Date; deletedAt?: Date; createdBy?: string | null },
      number
    >({
      id: ({ id }) => id,
      timestamps: { createdAt: undefined, updatedAt: undefined },
      softDelete: { deletedAt: undefined },
      audit: { createdBy: undefined, updatedBy: undefined, by: () => 'ann' },
    })
    expect(await people.save({ id: 1 })).toMatchObject({ createdAt: expect.any(Date), createdBy: 'ann' })
  })

  test.each([
    ['no id', {}],
    ['an empty version', { id: readId, version: '' }],
    ['a short secret', { id: readId, cursorSecret: 'short' }],
    ['softDelete that is a text', { id: readId, softDelete: 'deletedAt' }],
    ['timestamps without a name', { id: readId, timestamps: { createdAt: '' } }],
    ['a mapper of null', { id: readId, mapper: null }],
    ['a mapper without toRow', { id: readId, mapper: { toDomain: () => ({}) } }],
    ['a name that is none', { id: readId, name: 7 }],
    ['a clock that is none', { id: readId, clock: {} }],
  ])('refuses %s', (_, options) => {
    expect(() => memoryRepository(options as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    )
  })

  test('does not show a secret that it refuses', () => {
    const make = () => memoryRepository({ id: readId, cursorSecret: 'hunter2' })
    expect(make).toThrow(expect.objectContaining({ message: expect.not.stringContaining('hunter2') }))
  })

  test.each([[undefined], [null], ['x']])('refuses to save %s', async (entity) => {
    const items = memoryRepository<Item, number>({ id: (item) => item.id })
    await expect(items.save(entity as never)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  })

  test.each([[undefined], [null], ['x'], [{ op: 'isNull', field: 'n' }]])(
    'refuses %j for a specification, also where there is nothing to test',
    async (given) => {
      const items = memoryRepository<Item, number>({ id: (item) => item.id })
      const specification = given as never
      for (const call of [
        () => items.find(specification),
        () => items.findOne(specification),
        () => items.findPage(specification),
        () => items.stream(specification)[Symbol.asyncIterator]().next(),
        () => items.count(specification),
        () => items.exists(specification),
        () => items.deleteWhere(specification),
        () => items.deleteWhere(specification, { all: true }),
      ])
        await expect(call()).rejects.toThrow('@base/domain Repository: specification must be')
    },
  )

  test.each([[undefined], [null], [new Set([1])]])('refuses to save many of %j', async (entities) => {
    const items = memoryRepository<Item, number>({ id: (item) => item.id })
    await expect(items.saveMany(entities as never)).rejects.toThrow(
      '@base/domain Repository: entities must be an array',
    )
  })

  test('refuses a version that is no integer from 0', async () => {
    const items = memoryRepository<Item, number>({ id: (item) => item.id, version: 'version' })
    for (const version of [-1, 0.5, '1' as never]) {
      await expect(items.save({ id: 1, n: 1, version })).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    }
  })
})
