import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { memoryRepository } from '../repository/memory-repository.js'
import { always } from '../specification/combine.js'
import { where } from '../specification/where.js'
import type { Item } from '../testing/subject.js'
import { unitOfWorkConformance } from '../testing/unit-of-work-conformance.js'
import { type Isolation, memoryUnitOfWork, type UnitOfWork } from './index.js'

function make(isolation?: Isolation) {
  const clock = new TestClock()
  const items = memoryRepository<Item, number>({ id: (item) => item.id, version: 'version' })
  const subject = memoryUnitOfWork(
    { items },
    { clock, random: () => 0.5, ...(isolation !== undefined && { isolation }) },
  )
  return { subject, items, clock, advance: (d: number | string) => clock.advance(d as never) }
}

describe.each<[Isolation | undefined]>([[undefined], ['repeatable read'], ['serializable']])(
  'memoryUnitOfWork, %s',
  (isolation) => {
    unitOfWorkConformance(() => make(isolation), { test })
  },
)

describe('memoryUnitOfWork', () => {
  test('commits several repositories at once, or none', async () => {
    const left = memoryRepository<Item, number>({ id: (item) => item.id, version: 'version' })
    const right = memoryRepository<Item, number>({ id: (item) => item.id, version: 'version' })
    const units = memoryUnitOfWork({ left, right })
    const stale = await right.save({ id: 1, n: 1, version: 0 })
    const run = units.run(async (tx) => {
      await tx.left.save({ id: 1, n: 1, version: 0 })
      await tx.right.save({ ...stale, n: 2 })
      await right.save({ ...stale, n: 3 })
    })
    await expect(run).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { id: 1, expected: 1, actual: 2 },
    })
    expect(await left.count(always())).toBe(0)
    expect((await right.getById(1)).n).toBe(3)
  })

  test('read committed sees what others commit meanwhile, the others do not', async () => {
    const seen = async (isolation: Isolation) => {
      const { subject, items } = make()
      return subject.run(
        async (tx) => {
          await tx.items.count(always())
          await items.save({ id: 1, n: 1, version: 0 })
          return tx.items.count(always())
        },
        { isolation, readOnly: true },
      )
    }
    expect(await seen('read committed')).toBe(1)
    expect(await seen('repeatable read')).toBe(0)
    expect(await seen('serializable')).toBe(0)
  })

  /** Two doctors go off duty, each where the other is on. */
  async function onDuty(isolation: Isolation): Promise<number> {
    const { subject, items, clock } = make(isolation)
    await items.saveMany([
      { id: 1, n: 1, version: 0 },
      { id: 2, n: 1, version: 0 },
    ])
    const goOff = (id: number) =>
      subject.run(async (tx) => {
        const others = await tx.items.count(where<Item>().equals('n', 1))
        if (others > 1) await tx.items.save({ ...(await tx.items.getById(id)), n: 0 })
      })
    const both = Promise.all([goOff(1), goOff(2)])
    await clock.advance('10s')
    await both
    return items.count(where<Item>().equals('n', 1))
  }

  test('serializable prevents write skew, and nothing below does', async () => {
    expect(await onDuty('serializable')).toBe(1)
    expect(await onDuty('repeatable read')).toBe(0)
  })

  test('a row that was written since is a serialization failure in repeatable read, and is run again', async () => {
    const { subject, items, clock } = make('repeatable read')
    await items.save({ id: 1, n: 0, version: 0 })
    const add = () =>
      subject.run(async (tx) => {
        const read = await tx.items.getById(1)
        await tx.items.save({ ...read, n: read.n + 1 })
      })
    const all = Promise.all([add(), add(), add()])
    await clock.advance('10s')
    await all
    expect((await items.getById(1)).n).toBe(3)
    expect(clock.pending).toBe(0)
  })

  test('a nested unit does not hide what others wrote before it ended', async () => {
    const { subject, items } = make()
    const read = await items.save({ id: 1, n: 0, version: 0 })
    const run = subject.run(() =>
      subject.run(
        async (tx) => {
          await tx.items.save({ ...read, n: 1 })
          await items.save({ ...read, n: 2 })
        },
        { propagation: 'nested' },
      ),
    )
    await expect(run).rejects.toMatchObject({ code: 'CONFLICT' })
    expect((await items.getById(1)).n).toBe(2)
  })

  test('waits for parts that the function did not wait for', async () => {
    const { subject, items } = make()
    await subject.run(async () => {
      void subject.run(
        async (tx) => {
          await Promise.resolve()
          await tx.items.save({ id: 1, n: 1, version: 0 })
        },
        { propagation: 'nested' },
      )
    })
    expect(await items.count(always())).toBe(1)
  })

  test('an abort while units wait between runs ends the wait, and leaves no timer', async () => {
    const { subject, clock } = make()
    const controller = new AbortController()
    const run = subject.run(
      async () => {
        throw Object.assign(new Error('x'), { code: '40001' })
      },
      { signal: controller.signal },
    )
    const failed = expect(run).rejects.toThrow('gone')
    await clock.advance(0)
    controller.abort(new Error('gone'))
    await failed
    expect(clock.pending).toBe(0)
  })

  test('a function that was aborted cannot begin a unit of its own', async () => {
    const { subject, items } = make()
    const controller = new AbortController()
    let late: Promise<unknown> | undefined
    const run = subject.run(
      async () => {
        controller.abort(new Error('gone'))
        await Promise.resolve()
        late = new Promise((resolve) => setImmediate(resolve)).then(() =>
          subject.run((tx) => tx.items.save({ id: 1, n: 1, version: 0 })),
        )
        await late
      },
      { signal: controller.signal },
    )
    await expect(run).rejects.toThrow('gone')
    await expect(late).rejects.toThrow('gone')
    expect(await items.count(always())).toBe(0)
  })

  test('a stream that is read on after its unit has ended rejects', async () => {
    const { subject, items } = make()
    await items.saveMany([
      { id: 1, n: 1, version: 0 },
      { id: 2, n: 1, version: 0 },
    ])
    const [begun, untouched] = await subject.run(async (tx) => {
      const rows = tx.items.stream(always())[Symbol.asyncIterator]()
      await rows.next()
      return [rows, tx.items.stream(always())[Symbol.asyncIterator]()]
    })
    await expect(begun?.next()).rejects.toMatchObject({ code: 'TRANSACTION_CLOSED' })
    await expect(untouched?.next()).rejects.toMatchObject({ code: 'TRANSACTION_CLOSED' })
  })

  test.each([
    ['a signal that is none', { signal: {} as never }],
    ['a propagation that is none', { propagation: 'sometimes' as never }],
    ['an isolation that is none', { isolation: 'dirty' as never }],
    ['what is no answer to readOnly', { readOnly: 'yes' as never }],
  ])('refuses to run with %s', async (_, options) => {
    const { subject } = make()
    await expect(subject.run(async () => {}, options)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  })

  test.each([
    ['a repository that is not in memory', { items: {} as never }, {}],
    ['an isolation that is none', {}, { isolation: 'dirty' as never }],
    ['a clock that is none', {}, { clock: {} as never }],
  ])('refuses %s', (_, repositories, options) => {
    expect((): UnitOfWork<object> => memoryUnitOfWork(repositories, options)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    )
  })
})
