import { AsyncResource } from 'node:async_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { TestClock } from '@base/core/testing'
import { describe, expect, expectTypeOf, test, vi } from 'vitest'
import { memoryRepository } from '../repository/memory-repository.js'
import type { Repository } from '../repository/repository.js'
import { always } from '../specification/combine.js'
import { where } from '../specification/where.js'
import { gate } from '../testing/gate.js'
import type { Item } from '../testing/subject.js'
import { unitOfWorkConformance } from '../testing/unit-of-work-conformance.js'
import { type Isolation, memoryUnitOfWork, type Propagation, type UnitOfWork } from './index.js'

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
  test('a row whose change was taken back is another object, without what was changed in the one that was saved', async () => {
    const { subject, items } = make()
    await items.save({ id: 1, n: 1, version: 0 })
    await subject.run(async (tx) => {
      const read = await tx.items.getById(1)
      const failed = subject.run(
        async (nested) => {
          await nested.items.save(Object.assign(await nested.items.getById(1), { n: 2 }))
          throw new Error('no')
        },
        { propagation: 'nested' },
      )
      await expect(failed).rejects.toThrow('no')
      const now = await tx.items.getById(1)
      expect(now).not.toBe(read)
      expect(now).toEqual({ id: 1, n: 1, version: 1 })
    })
  })

  test('what a nested part changed in an object and did not save is gone with the part, for who reads the row again', async () => {
    const { subject, items } = make()
    await items.save({ id: 1, n: 1, version: 0 })
    await subject.run(async (tx) => {
      const failed = subject.run(
        async (nested) => {
          Object.assign(await nested.items.getById(1), { n: 2 })
          throw new Error('no')
        },
        { propagation: 'nested' },
      )
      await expect(failed).rejects.toThrow('no')
      const now = await tx.items.getById(1)
      expect(now).toEqual({ id: 1, n: 1, version: 1 })
      expect(await tx.items.getById(1)).toBe(now)
    })
  })

  test('a read that began before a row was written gives what was there, and the row stays the object that was saved', async () => {
    const { subject, items } = make()
    await items.saveMany([1, 2].map((id) => ({ id, n: 1, version: 0 })))
    await subject.run(async (tx) => {
      const streamed: Item[] = []
      let saved: Item | undefined
      for await (const item of tx.items.stream(always())) {
        streamed.push(item)
        saved ??= await tx.items.save({ id: 2, n: 2, version: 1 })
      }
      expect(streamed.map(({ n }) => n)).toEqual([1, 1])
      expect(await tx.items.getById(2)).toBe(saved)

      const { pageInfo } = await tx.items.findPage(always(), { limit: 1 })
      const late = tx.items.findPage(always(), { after: pageInfo.endCursor ?? undefined })
      const changed = await tx.items.save({ id: 2, n: 3, version: 2 })
      expect((await late).items).toEqual([{ id: 2, n: 2, version: 2 }])
      expect(await tx.items.getById(2)).toBe(changed)
    })
  })

  test('goes by options that are inherited, as of a class', async () => {
    const { items } = make()
    const clock = new TestClock()
    const units = memoryUnitOfWork({ items }, Object.create({ clock, random: () => 0.5 }))
    let runs = 0
    const run = units.run(async () => {
      if (++runs === 1) throw Object.assign(new Error('again'), { code: '40001' })
    })
    await clock.runAll()
    await run
    expect(runs).toBe(2)
    expect(clock.monotonic()).toBeGreaterThan(0)
  })

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

  describe('a soft deletion beside others', () => {
    type Row = { id: number; n: number; version?: number; deletedAt?: Date | null; updatedAt?: Date }
    type Rows = Repository<Row, number>

    const setUp = async (version?: 'version') => {
      const clock = new TestClock({ now: 1_000 })
      const options = { version, softDelete: true, timestamps: { createdAt: 'createdAt' }, clock }
      const rows = memoryRepository<Row, number>({ id: (row) => row.id, ...options })
      await rows.save({ id: 1, n: 1 })
      const unit = (fn: (tx: Rows) => Promise<unknown>) => memoryUnitOfWork({ rows }).run((tx) => fn(tx.rows))
      const saveBeside = async () => rows.save({ ...(await rows.getById(1)), n: 2 })
      const present = () => rows.getById(1, { includeDeleted: true })
      return { clock, rows, unit, saveBeside, present }
    }

    test.each([
      ['with versions', 'version' as const, { version: 3 }],
      ['without', undefined, {}],
    ])('deletes what they saved, %s', async (_, version, more) => {
      const { clock, unit, saveBeside, present } = await setUp(version)
      await unit(async (tx) => {
        await tx.delete(1)
        await clock.advance('1s')
        await saveBeside()
      })
      const at = new Date(1_000)
      expect(await present()).toMatchObject({ n: 2, deletedAt: at, updatedAt: at, ...more })
    })

    test('of a nested unit, too, and after one that was taken back', async () => {
      const { rows, unit, saveBeside, present } = await setUp('version')
      const units = memoryUnitOfWork({ rows })
      const nested = (fn: (tx: Rows) => Promise<unknown>) =>
        units.run((tx) => fn(tx.rows), { propagation: 'nested' })
      await units.run(async () => {
        await nested(async (tx) => {
          await tx.save({ ...(await tx.getById(1)), n: 7 })
          throw new Error('no')
        }).catch(() => {})
        await nested((tx) => tx.delete(1))
        await saveBeside()
      })
      expect(await present()).toMatchObject({ n: 2, version: 3, deletedAt: expect.any(Date) })
      await unit((tx) => tx.delete(1))
      expect(await present()).toMatchObject({ version: 3 })
    })

    test('leaves what they deleted', async () => {
      const { rows, unit, present } = await setUp('version')
      await unit(async (tx) => {
        await tx.delete(1)
        await rows.delete(1)
      })
      expect(await present()).toMatchObject({ n: 1, version: 2, deletedAt: new Date(1_000) })
    })

    test.each<[string, (tx: Rows) => Promise<unknown>]>([
      [
        'saved before',
        async (tx) => {
          await tx.save({ ...(await tx.getById(1)), n: 7 })
          await tx.delete(1)
        },
      ],
      [
        'brought back after',
        async (tx) => {
          await tx.delete(1)
          await tx.save({ ...(await tx.getById(1, { includeDeleted: true })), deletedAt: null })
        },
      ],
      ['deleted by saving', async (tx) => tx.save({ ...(await tx.getById(1)), deletedAt: new Date(7) })],
    ])('conflicts, where the unit %s', async (_, fn) => {
      const { unit, saveBeside, present } = await setUp('version')
      const run = unit(async (tx) => {
        await fn(tx)
        await saveBeside()
      })
      await expect(run).rejects.toMatchObject({
        code: 'CONFLICT',
        details: { id: 1, expected: 1, actual: 2 },
      })
      expect(await present()).toMatchObject({ n: 2, version: 2, deletedAt: null })
    })
  })

  test('what a unit saved and deleted again leaves alone what others have saved meanwhile', async () => {
    const { subject, items } = make()
    await subject.run(async (tx) => {
      await tx.items.save({ id: 1, n: 1, version: 0 })
      await tx.items.delete(1)
      await items.save({ id: 1, n: 2, version: 0 })
    })
    expect(await items.findById(1)).toMatchObject({ n: 2 })
  })

  test('one repository under two names is one', async () => {
    const items = memoryRepository<Item, number>({ id: (item) => item.id, version: 'version' })
    const seen = await memoryUnitOfWork({ items, again: items }).run(async (tx) => {
      const saved = await tx.items.save({ id: 1, n: 1, version: 0 })
      await tx.again.save({ ...saved, n: 2 })
      return tx.items.getById(1)
    })
    expect(seen).toEqual({ id: 1, n: 2, version: 2 })
    expect(await items.find(always())).toEqual([seen])
  })

  test('takes repositories of your own over those, made for each transaction', async () => {
    class Counted {
      readonly #items: Repository<Item, number>
      constructor(items: Repository<Item, number>) {
        this.#items = items
      }
      add(id: number): Promise<Item> {
        return this.#items.save({ id, n: 1, version: 0 })
      }
    }
    const items = memoryRepository<Item, number>({ id: (item) => item.id, version: 'version' })
    const units = memoryUnitOfWork({ items }, (tx) => ({ counted: new Counted(tx.items) }))
    expectTypeOf(units).toEqualTypeOf<UnitOfWork<{ counted: Counted }>>()
    const failed = units.run(async ({ counted }) => {
      await counted.add(1)
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    await units.run(({ counted }) => counted.add(2))
    expect((await items.find(always())).map(({ id }) => id)).toEqual([2])
    expect(() => memoryUnitOfWork({ items }, () => ({}), { isolation: 'dirty' as never })).toThrow(
      'isolation',
    )
  })

  describe('repositories of your own', () => {
    class Own {
      readonly #items: Repository<Item, number>
      constructor(items: Repository<Item, number>) {
        this.#items = items
      }
      async addBothSidesOf(pause: Promise<void>): Promise<void> {
        await this.#items.save({ id: 1, n: 1, version: 0 })
        await pause
        await this.#items.save({ id: 2, n: 2, version: 0 })
      }
    }
    const setUp = () => {
      const items = memoryRepository<Item, number>({ id: (item) => item.id, version: 'version' })
      const units = memoryUnitOfWork({ items }, (tx) => ({ own: new Own(tx.items) }))
      const ids = async () => (await items.find(always())).map(({ id }) => id)
      return { items, units, ids }
    }

    test('go on in vain once their part was cut off', async () => {
      const { units, ids } = setUp()
      const controller = new AbortController()
      const end = gate()
      let late: Promise<unknown> | undefined
      await units.run(async () => {
        const part = units.run(
          async ({ own }) => {
            late = own.addBothSidesOf(end.opened).catch((error) => error.code)
            await late
          },
          { propagation: 'nested', signal: controller.signal },
        )
        await new Promise(setImmediate)
        controller.abort(new Error('gone'))
        await expect(part).rejects.toThrow('gone')
        end.open()
        expect(await late).toBe('TRANSACTION_CLOSED')
      })
      expect(await ids()).toEqual([])
    })

    const elsewhere = new AsyncResource('elsewhere')
    test.each<[string, (units: UnitOfWork<{ own: Own }>, work: () => Promise<void>) => Promise<void>]>([
      ['by the unit', (_, work) => work()],
      ['within a unit of its own', (units, work) => units.run(work, { propagation: 'requires_new' })],
      ['from elsewhere', (_, work) => elsewhere.runInAsyncScope(work)],
    ])('lose no step that comes while a nested part runs, called %s', async (_, call) => {
      const { units, ids } = setUp()
      const begun = gate()
      const run = units.run(async ({ own }) => {
        const both = call(units, () => own.addBothSidesOf(begun.opened))
        const part = units.run(
          async () => {
            begun.open()
            await both
            throw new Error('no')
          },
          { propagation: 'nested' },
        )
        await expect(part).rejects.toThrow('no')
      })
      await expect(run).rejects.toMatchObject({ code: 'TRANSACTION_ABORTED' })
      expect(await ids()).toEqual([])
    })

    test('refuse to work after the end of their unit', async () => {
      const { units, ids } = setUp()
      const end = gate()
      let late: Promise<unknown> | undefined
      await units.run(async ({ own }) => {
        late = own.addBothSidesOf(end.opened).catch((error) => error.code)
      })
      end.open()
      expect([await late, await ids()]).toEqual(['TRANSACTION_CLOSED', [1]])
    })

    test('may come in an object with getters', async () => {
      const { items } = setUp()
      class All {
        readonly #items: Repository<Item, number>
        constructor(tx: { readonly items: Repository<Item, number> }) {
          this.#items = tx.items
        }
        get own(): Own {
          return new Own(this.#items)
        }
      }
      const units = memoryUnitOfWork({ items }, (tx) => new All(tx))
      await units.run(({ own }) => own.addBothSidesOf(Promise.resolve()))
      expect(await items.count(always())).toBe(2)
    })

    test.each([
      ['a promise', async () => ({})],
      ['nothing', () => undefined as never],
    ])('are refused where they are %s', async (_, make) => {
      const { items } = setUp()
      await expect(memoryUnitOfWork({ items }, make).run(async () => {})).rejects.toThrow(
        '@base/domain memoryUnitOfWork: make must be a function that gives an object, and no promise of one',
      )
    })

    test('refuse what is no function as every unit does', async () => {
      await expect(setUp().units.run(7 as never)).rejects.toThrow('@base/domain UnitOfWork: fn must be')
    })
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

  describe('a function that was cut off by the signal of its part', () => {
    /** What it calls later, while the unit is open or after. */
    async function late(
      when: 'within' | 'after',
      propagation: Propagation,
      around: Propagation = 'required',
    ): Promise<readonly [outcome: unknown, count: number]> {
      const { subject, items } = make()
      const controller = new AbortController()
      const [begun, end, done] = [gate(), gate(), gate()]
      let outcome: Promise<unknown> | undefined
      const part = () =>
        subject.run(async () => {
          begun.open()
          outcome = end.opened.then(() =>
            subject.run((tx) => tx.items.save({ id: 1, n: 1, version: 0 }), { propagation }),
          )
          outcome.then(done.open, done.open)
          await outcome
        })
      const run = subject.run(async () => {
        const cut = subject.run(part, { signal: controller.signal, propagation: around })
        await begun.opened
        controller.abort(new Error('gone'))
        await cut.catch(() => {})
        if (when === 'after') throw new Error('the whole')
        end.open()
        await done.opened
      })
      await run.catch(() => {})
      end.open()
      return [await outcome?.catch((error) => error.message), await items.count(always())]
    }

    test.each<['within' | 'after', Propagation, Propagation?]>([
      ['after', 'required'],
      ['after', 'requires_new'],
      ['within', 'required'],
      ['within', 'requires_new'],
      ['after', 'required', 'nested'],
      ['within', 'requires_new', 'nested'],
    ])('cannot begin one of its own: %s, %s', async (when, propagation, around) => {
      expect(await late(when, propagation, around)).toEqual(['gone', 0])
    })
  })

  test.each<Propagation>(['required', 'requires_new', 'nested'])(
    'whoever hears of the abort first begins none either: %s',
    async (propagation) => {
      const { subject, items } = make()
      const caller = new AbortController()
      let late: Promise<unknown> | undefined
      const run = subject.run(
        (_, { signal }) =>
          new Promise<never>((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              late = subject.run((tx) => tx.items.save({ id: 1, n: 1, version: 0 }), { propagation })
              late.catch(reject)
            })
            caller.abort(new Error('gone'))
          }),
        { signal: caller.signal },
      )
      await expect(run).rejects.toThrow('gone')
      await expect(late).rejects.toThrow('gone')
      expect(await items.count(always())).toBe(0)
    },
  )

  test('what nested parts answered is not kept until the end of the unit', async () => {
    setFlagsFromString('--expose-gc')
    const collect: () => void = runInNewContext('gc')
    const { subject } = make()
    const answers: WeakRef<object>[] = []
    const alive = await subject.run(async () => {
      for (let index = 0; index < 10; index++) {
        await subject.run(
          async () => {
            const answer = {}
            answers.push(new WeakRef(answer))
            return answer
          },
          { propagation: 'nested' },
        )
      }
      // A reference that was made in this turn keeps its object until the turn has ended.
      for (let round = 0; round < 5; round++) {
        await new Promise((resolve) => setImmediate(resolve))
        collect()
      }
      return answers.filter((answer) => answer.deref() !== undefined).length
    })
    // The engine may still hold the last one.
    expect(alive).toBeLessThan(2)
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
    ['null', null as never, {}],
    ['a repository that is not in memory', { items: {} as never }, {}],
    ['an isolation that is none', {}, { isolation: 'dirty' as never }],
    ['a clock that is none', {}, { clock: {} as never }],
  ])('refuses %s', (_, repositories, options) => {
    expect((): UnitOfWork<object> => memoryUnitOfWork(repositories, options)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    )
  })

  test('says of a repository of another copy of the package that it is one', async () => {
    vi.resetModules()
    const other = await import('../repository/memory-repository.js')
    const items = other.memoryRepository<Item, number>({ id: (item) => item.id })
    expect(() => memoryUnitOfWork({ items })).toThrow(
      'items must be a repository by memoryRepository of the same copy of the package',
    )
  })
})
