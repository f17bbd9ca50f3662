import { createContextKey, runInContext } from '@base/core/context'
import { isAppError, UnsupportedError } from '@base/core/errors'
import { TestClock } from '@base/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { memoryRepository } from '../repository/memory-repository.js'
import { createUnitOfWork } from '../unit-of-work/create-unit-of-work.js'
import { memoryUnitOfWork } from '../unit-of-work/memory-unit-of-work.js'
import type { RunOptions, Unit, UnitOfWork } from '../unit-of-work/unit-of-work.js'
import { brokenLaws, lawsOf } from './broken-laws.js'
import { gate } from './gate.js'
import type { ConformanceSubject, Item, Items, ItemUnits } from './subject.js'
import { unitOfWorkConformance } from './unit-of-work-conformance.js'

type Repos = { items: Items }
type Fn = (tx: Repos, unit: Unit) => Promise<unknown>
type Run = (fn: Fn, options: RunOptions) => Promise<unknown>
interface Parts {
  readonly units: ItemUnits
  readonly items: Items
}

/** Whether a run is within another, to twins that break only the one or the other. */
const inner = createContextKey<boolean>('twin.inner')

/** A unit of work that is run differently. */
function twin(change: (parts: Parts) => Run): () => ConformanceSubject<ItemUnits> {
  return () => {
    const clock = new TestClock()
    const items = memoryRepository<Item, number>({ id: (item) => item.id, version: 'version' })
    const units = memoryUnitOfWork({ items }, { clock, random: () => 0.5 })
    const run = change({ units, items })
    const subject = {
      run: (fn: Fn, options: RunOptions = {}) => run(fn, options),
    } as unknown as UnitOfWork<Repos>
    return { subject, advance: (d) => clock.advance(d) }
  }
}

/** The unit's hooks are changed. */
const withUnit = (change: (unit: Unit, items: Items) => Partial<Unit>) =>
  twin(
    ({ units, items }) =>
      (fn, options) =>
        units.run((tx, unit) => {
          const plain = {
            signal: unit.signal,
            beforeCommit: (hook: () => unknown) => unit.beforeCommit(hook),
            afterCommit: (hook: () => unknown) => unit.afterCommit(hook),
          }
          return fn(tx, { ...plain, ...change(unit, items) })
        }, options),
  )

/** A run within a run takes other options. */
const inside = (from: RunOptions['propagation'], to: RunOptions['propagation']) =>
  twin(
    ({ units }) =>
      (fn, options) =>
        units.run((tx, unit) => runInContext([[inner, true]], () => fn(tx, unit)), {
          ...options,
          ...(inner.get() === true &&
            (options.propagation ?? 'required') === from && { propagation: to as never }),
        }),
  )

/** Works on the repository itself, without a unit. */
const bare = (when: (options: RunOptions) => boolean = () => true) =>
  twin(
    ({ units, items }) =>
      (fn, options) =>
        units.run((tx, unit) => fn(when(options) ? { items } : tx, unit), options),
  )

/** Leaves out options. */
const without = (...names: (keyof RunOptions)[]) =>
  twin(
    ({ units }) =>
      (fn, options) =>
        units.run(
          fn,
          Object.fromEntries(
            Object.entries(options).filter(([name]) => !names.includes(name as keyof RunOptions)),
          ),
        ),
  )

/** Keeps all that succeeded, though the rest has failed. */
const swallowing = twin(({ units }) => async (fn, options) => {
  let failure: { error: unknown } | undefined
  const value = await units.run(
    (tx, unit) =>
      fn(tx, unit).catch((error: unknown) => {
        failure = { error }
      }),
    options,
  )
  if (failure !== undefined) throw failure.error
  return value
})

const TWINS: Record<string, () => ConformanceSubject<ItemUnits>> = {
  'what succeeds is committed, and its value comes through': twin(({ units }) => async (fn, options) => {
    await units.run(fn, options)
  }),
  'what throws is rolled back, and its error comes through': swallowing,
  'what the function returns is a success, also a Result that is an error': twin(
    ({ units }) =>
      async (fn, options) => {
        let returned: unknown
        const failed = new Error('rolled back')
        try {
          return await units.run(async (tx, unit) => {
            const value = await fn(tx, unit)
            returned = value
            if ((value as { ok?: boolean } | undefined)?.ok === false) throw failed
            return value
          }, options)
        } catch (error) {
          if (error !== failed) throw error
          return returned as never
        }
      },
  ),
  'a row is one object within a unit, until it is written': twin(
    ({ units }) =>
      (fn, options) =>
        units.run((tx, unit) => {
          const findOne = async (...args: Parameters<Items['findOne']>) => ({
            ...(await tx.items.findOne(...args)),
          })
          const copying = new Proxy(tx.items, {
            get: (items, name) => (name === 'findOne' ? findOne : Reflect.get(items, name)),
          })
          return fn({ items: copying }, unit)
        }, options),
  ),
  'changes and deletions are rolled back too': swallowing,
  'a unit sees its own writes': twin(
    ({ units }) =>
      (fn, options) =>
        units.run((tx, unit) => {
          const blind = new Proxy(tx.items, {
            get: (items, name) => (name === 'count' ? async () => 0 : Reflect.get(items, name)),
          })
          return fn({ items: blind }, unit)
        }, options),
  ),
  'others do not see what is not committed': bare(),
  'of two who change the same at once none is lost': twin(
    ({ units, items }) =>
      (fn, options) =>
        units.run((_, unit) => {
          const last = new Proxy(items, {
            get: (_target, name) =>
              name === 'save'
                ? async (item: Item) => {
                    const present = await items.findById(item.id)
                    return items.save({ ...item, version: present?.version ?? 0 })
                  }
                : Reflect.get(items, name).bind(items),
          })
          return fn({ items: last }, unit)
        }, options),
  ),
  'readOnly refuses writes': without('readOnly'),
  'every isolation is taken, and what is none is refused': without('isolation'),
  'required joins: it sees what is not committed, and is rolled back with the rest': inside(
    'required',
    'requires_new',
  ),
  'a failure that was swallowed fails the unit all the same': inside('required', 'nested'),
  'nested fails alone': inside('nested', 'required'),
  'nested is rolled back with the unit around it': inside('nested', 'requires_new'),
  'nested opens a unit where there is none': twin(
    ({ units }) =>
      (fn, options) =>
        units.run(fn, options.propagation === 'nested' ? { ...options, propagation: 'mandatory' } : options),
  ),
  'nested units that are begun at once do not take each other along': inside('nested', 'required'),
  'what a unit does while a nested one runs is not lost with that one alone': twin(
    ({ units }) =>
      (fn, options) =>
        units.run(fn, options).catch((error) => {
          if (!isAppError(error, 'TRANSACTION_ABORTED')) throw error
        }),
  ),
  'a swallowed failure within a nested unit fails that one only': inside('nested', 'required'),
  'requires_new stands on its own, where the system can do it': inside('requires_new', 'required'),
  'mandatory joins, and refuses to run without a unit': twin(
    ({ units }) =>
      (fn, options) =>
        units.run(
          fn,
          options.propagation === 'mandatory' ? { ...options, propagation: 'required' } : options,
        ),
  ),
  'never refuses to run within a unit': inside('never', 'required'),
  'joining with another isolation or readOnly is refused': twin(
    ({ units }) =>
      (fn, options) =>
        inner.get() === true
          ? units.run(fn, { propagation: options.propagation ?? 'required' })
          : runInContext([[inner, true]], () => units.run(fn, options)),
  ),
  'a unit that has ended is none': twin(({ units }) => {
    // Remembers that it was within one, and never forgets.
    return (fn, options) =>
      inner.get() === true
        ? units.run(fn, { ...options, propagation: 'mandatory' })
        : units.run((tx, unit) => runInContext([[inner, true]], () => fn(tx, unit)), options)
  }),
  'what a nested unit changed in an object and did not save is gone with it, for who reads again': twin(
    ({ units }) => {
      // Knows objects for ever.
      const known = new Map<number, Promise<Item>>()
      return (fn, options) =>
        units.run((tx, unit) => {
          const getById = (id: number) => known.get(id) ?? known.set(id, tx.items.getById(id)).get(id)
          const keeping = new Proxy(tx.items, {
            get: (items, name) => (name === 'getById' ? getById : Reflect.get(items, name)),
          })
          return fn({ items: keeping }, unit)
        }, options)
    },
  ),
  'its repositories and hooks are closed after the end': bare(),
  'an aborted signal runs nothing': without('signal'),
  'an abort rolls back, rejects with its reason, and the function can hear it': without('signal'),
  'beforeCommit runs within the unit, after the function': withUnit((unit) => ({
    beforeCommit: (hook) => unit.afterCommit(hook),
  })),
  'a failure of beforeCommit rolls back': withUnit((unit) => ({
    beforeCommit: (hook) => unit.afterCommit(hook),
  })),
  'afterCommit runs after the commit, and its failure changes nothing': withUnit((unit) => ({
    afterCommit: (hook) => unit.beforeCommit(hook),
  })),
  'afterCommit does not run for what was rolled back': withUnit((unit) => ({
    afterCommit: (hook) => unit.beforeCommit(hook),
  })),
  'a serialization failure runs the outermost unit again, from scratch': twin(
    ({ units }) =>
      async (fn, options) => {
        let failure: { error: unknown } | undefined
        const value = await units
          .run(async (tx, unit) => {
            try {
              return await fn(tx, unit)
            } catch (error) {
              failure = { error }
              // Hides what the database said.
              throw new Error('rolled back')
            }
          }, options)
          .catch((error: unknown) => {
            throw failure?.error ?? error
          })
        return value
      },
  ),
  'it is run 5 times at most, and other errors once': twin(({ units }) => async (fn, options) => {
    try {
      return await units.run(fn, options)
    } catch {
      return units.run(fn, options)
    }
  }),
}

test('unitOfWorkConformance rejects a unit whose signal tells nothing', async () => {
  const law = 'an abort rolls back, rejects with its reason, and the function can hear it'
  const deaf = twin(
    ({ units }) =>
      (fn, options) =>
        units.run((tx, unit) => {
          const { signal } = new AbortController()
          return fn(tx, { ...unit, signal })
        }, options),
  )
  expect(await brokenLaws(unitOfWorkConformance, deaf, law)).toEqual([law])
})

/** Units of one connection: each waits for the one before it. */
function oneConnection(mayWait: (within: boolean) => boolean): () => ConformanceSubject<ItemUnits> {
  return () => {
    const items: Items = memoryRepository<Item, number>({ id: (item) => item.id, version: 'version' })
    let last = Promise.resolve()
    const subject = createUnitOfWork<Repos>({
      begin: async ({ within }) => {
        if (!mayWait(within)) throw new UnsupportedError({ message: 'There is one connection.' })
        const { opened, open } = gate()
        const before = last
        last = opened
        await before
        const end = async () => open()
        const savepoint = async () => ({ release: async () => {}, rollback: async () => {} })
        return { repositories: { items }, commit: end, rollback: end, savepoint }
      },
    })
    return { subject }
  }
}

describe('unitOfWorkConformance of a system with one connection', () => {
  const law = 'requires_new stands on its own, where the system can do it'

  /** What the law says; it takes no real time. */
  const verdict = async (make: () => ConformanceSubject<ItemUnits>) => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    try {
      let proof: Promise<string> | undefined
      const test = (name: string, prove: () => Promise<void>) => {
        if (name.endsWith(law)) proof = prove().then(() => 'holds', String)
      }
      unitOfWorkConformance(make, { test })
      await vi.advanceTimersByTimeAsync(5_000)
      return await proof
    } finally {
      vi.useRealTimers()
    }
  }

  test('tells what to do where a unit within another waits for ever', async () => {
    expect(await verdict(oneConnection(() => true))).toMatch(/`within`.* 'unsupported'/)
  })

  test('goes on where it is refused', async () => {
    // Takes nothing back, so that it is not all that it should be; but it has an answer.
    expect(await verdict(oneConnection((within) => !within))).not.toMatch(/within/)
  })
})

describe('unitOfWorkConformance', () => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {})

  test('accepts a unit of work, wrapped too', async () => {
    const wrapped = twin(
      ({ units }) =>
        (fn, options) =>
          units.run(fn, options),
    )
    expect(await brokenLaws(unitOfWorkConformance, wrapped)).toEqual([])
  })

  test('has a broken twin for each of its laws', () => {
    expect(Object.keys(TWINS).sort()).toEqual(lawsOf(unitOfWorkConformance).sort())
  })

  test.each(Object.entries(TWINS))('rejects a unit of work that breaks: %s', async (law, make) => {
    expect(await brokenLaws(unitOfWorkConformance, make, law)).toEqual([law])
  })
})
