import { principal, runInContext } from '@base/core/context'
import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { AggregateRoot } from '../aggregate/aggregate-root.js'
import { always } from '../specification/combine.js'
import { where } from '../specification/where.js'
import { repositoryConformance } from '../testing/repository-conformance.js'
import type { Item } from '../testing/subject.js'
import { memoryRepository } from './index.js'

repositoryConformance(
  () => ({ subject: memoryRepository<Item, number>({ id: (item) => item.id, version: 'version' }) }),
  { test },
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
        toRow: ({ id, count }) => ({ id, count }) as never,
        toDomain: ({ id, count }: { id: string; count: number }) => new Counter(id, count),
      },
    })
    const counter = new Counter('1', 1)
    const saved = await counters.save(counter)
    saved.add()
    expect(saved.count).toBe(2)
    expect((await counters.getById('1')).count).toBe(1)
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

  test.each([
    ['no id', {}],
    ['an empty version', { id: readId, version: '' }],
    ['a short secret', { id: readId, cursorSecret: 'short' }],
    ['softDelete that is a text', { id: readId, softDelete: 'deletedAt' }],
    ['timestamps without a name', { id: readId, timestamps: { createdAt: '' } }],
    ['a mapper without toRow', { id: readId, mapper: { toDomain: () => ({}) } }],
    ['a name that is none', { id: readId, name: 7 }],
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

  test('refuses a version that is no integer from 0', async () => {
    const items = memoryRepository<Item, number>({ id: (item) => item.id, version: 'version' })
    for (const version of [-1, 0.5, '1' as never]) {
      await expect(items.save({ id: 1, n: 1, version })).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    }
  })
})
