import { AsyncResource } from 'node:async_hooks'
import { inspect } from 'node:util'
import { TestClock } from '@base/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { gate } from '../testing/gate.js'
import { createUnitOfWork, type UnitDriver, type UnitOfWork } from './index.js'

type Repos = { log: { write(line: string): Promise<void> } }
type Fault = 'begin' | 'commit' | 'rollback' | 'savepoint' | 'release' | 'rollback to'

/** A driver that writes down what it is asked for, and fails where it is told to. */
function scripted(faults: Partial<Record<Fault, () => unknown>> = {}) {
  const calls: string[] = []
  const clock = new TestClock()
  const act = async (name: Fault) => {
    calls.push(name)
    const fault = await faults[name]?.()
    if (fault !== undefined) throw fault
  }
  const driver: UnitDriver<Repos> = {
    begin: async () => {
      await act('begin')
      return {
        repositories: { log: { write: async (line) => void calls.push(line) } },
        commit: () => act('commit'),
        rollback: () => act('rollback'),
        savepoint: async () => {
          await act('savepoint')
          return { release: () => act('release'), rollback: () => act('rollback to') }
        },
      }
    },
  }
  return { calls, clock, units: createUnitOfWork(driver, { clock, random: () => 0.5 }) }
}

const fault = new Error('no stock')
const serialization = () => Object.assign(new Error('x'), { code: '40001' })

describe('createUnitOfWork', () => {
  test('begins, works, commits; each exactly once', async () => {
    const { calls, units } = scripted()
    await units.run(async ({ log }) => {
      await log.write('a')
      await units.run((tx) => tx.log.write('b'))
    })
    expect(calls).toEqual(['begin', 'a', 'b', 'commit'])
  })

  test('a nested unit is a savepoint, released or gone back to', async () => {
    const { calls, units } = scripted()
    await units.run(async () => {
      await units.run((tx) => tx.log.write('a'), { propagation: 'nested' })
      const failed = units.run(async () => Promise.reject(fault), { propagation: 'nested' })
      await failed.catch(() => {})
    })
    expect(calls).toEqual(['begin', 'savepoint', 'a', 'release', 'savepoint', 'rollback to', 'commit'])
  })

  test('tells the driver whether another unit is open around, which has to end after it', async () => {
    const within: boolean[] = []
    const units = createUnitOfWork<object>({
      begin: async (options) => {
        within.push(options.within)
        const done = async () => {}
        const savepoint = async () => ({ release: done, rollback: done })
        return { repositories: {}, commit: done, rollback: done, savepoint }
      },
    })
    const own = () => units.run(async () => {}, { propagation: 'requires_new' })
    await own()
    await units.run(async () => {
      await units.run(own, { propagation: 'nested' })
    })
    await own()

    expect(within).toEqual([false, false, true, false])
  })

  test('a begin that fails is neither committed nor rolled back', async () => {
    const { calls, units } = scripted({ begin: () => fault })
    await expect(units.run(async () => {})).rejects.toBe(fault)
    expect(calls).toEqual(['begin'])
  })

  test('a rollback that fails keeps the first error', async () => {
    const { calls, units } = scripted({ rollback: () => new Error('connection lost') })
    await expect(units.run(async () => Promise.reject(fault))).rejects.toBe(fault)
    expect(calls).toEqual(['begin', 'rollback'])
  })

  test('a commit that fails is not rolled back, nor run again', async () => {
    const { calls, units } = scripted({ commit: () => fault })
    await expect(units.run(async () => {})).rejects.toBe(fault)
    expect(calls).toEqual(['begin', 'commit'])
  })

  test('a serialization failure at the commit is run again', async () => {
    let commits = 0
    const { calls, clock, units } = scripted({ commit: () => (++commits < 3 ? serialization() : undefined) })
    const after = vi.fn()
    const run = units.run(async (_, unit) => unit.afterCommit(after))
    await clock.advance('5s')
    await run
    expect(calls).toEqual(['begin', 'commit', 'begin', 'commit', 'begin', 'commit'])
    expect(after).toHaveBeenCalledTimes(1)
  })

  test('pauses grow between the runs, and there are 5 runs', async () => {
    const { calls, clock, units } = scripted({ commit: serialization })
    const started = clock.now()
    const failed = expect(units.run(async () => {})).rejects.toMatchObject({ code: '40001' })
    for (const [pause, runs] of [
      [5, 2],
      [10, 3],
      [20, 4],
      [40, 5],
    ] as const) {
      await clock.advance(pause - 1)
      expect(calls.length).toBe((runs - 1) * 2)
      await clock.advance(1)
      expect(calls.length).toBe(runs * 2)
    }
    await failed
    expect(clock.now() - started).toBe(75)
  })

  test('runs again by a clock that takes whole milliseconds, whatever chance says', async () => {
    let commits = 0
    const driver: UnitDriver<Repos> = {
      begin: async () => ({
        repositories: { log: { write: async () => {} } },
        commit: async () => {
          if (++commits < 3) throw serialization()
        },
        rollback: async () => {},
        savepoint: () => Promise.reject(fault),
      }),
    }

    await createUnitOfWork(driver, { random: () => 0.123_456_789 }).run(async () => {})

    expect(commits).toBe(3)
  })

  test('a unit within another is not run again by itself', async () => {
    const { calls, clock, units } = scripted()
    let runs = 0
    const run = units.run(() =>
      units.run(
        async () => {
          if (++runs === 1) throw serialization()
        },
        { propagation: 'requires_new' },
      ),
    )
    await clock.advance('5s')
    await run
    expect(calls).toEqual(['begin', 'begin', 'rollback', 'rollback', 'begin', 'begin', 'commit', 'commit'])
  })

  test('what could not be taken back is not committed with the rest', async () => {
    const { calls, units } = scripted({ 'rollback to': () => new Error('connection lost') })
    const run = units.run(() =>
      units.run(async () => Promise.reject(fault), { propagation: 'nested' }).catch(() => {}),
    )
    await expect(run).rejects.toMatchObject({ code: 'TRANSACTION_ABORTED' })
    expect(calls).toEqual(['begin', 'savepoint', 'rollback to', 'rollback'])
  })

  test('nor is what could not be kept', async () => {
    const { calls, units } = scripted({ release: () => new Error('connection lost') })
    const run = units.run(() => units.run(async () => {}, { propagation: 'nested' }).catch(() => {}))
    await expect(run).rejects.toMatchObject({ code: 'TRANSACTION_ABORTED' })
    expect(calls).toEqual(['begin', 'savepoint', 'release', 'rollback'])
  })

  test('a part that is under way when the whole fails asks for nothing more', async () => {
    const { calls, units } = scripted()
    const fn = vi.fn(async () => {})
    const parts: Promise<unknown>[] = []
    const run = units.run(async () => {
      for (let index = 0; index < 2; index++) parts.push(units.run(fn, { propagation: 'nested' }))
      throw fault
    })
    await expect(run).rejects.toBe(fault)
    const outcomes = await Promise.allSettled(parts)
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { code: 'TRANSACTION_CLOSED' } })
    // The first had begun; the second waited for its turn.
    expect(fn.mock.calls.length).toBeLessThan(2)
    expect(calls.filter((call) => call !== 'savepoint')).toEqual(['begin', 'rollback'])
  })

  describe('given a part that fails while others work', () => {
    const nested = { propagation: 'nested' } as const
    /** A nested part that fails once `end` opens; it is open when this resolves. */
    const failing = async (units: UnitOfWork<Repos>, end: ReturnType<typeof gate>) => {
      const begun = gate()
      const part = units
        .run(async () => {
          begun.open()
          await end.opened
          throw fault
        }, nested)
        .catch(() => {})
      await begun.opened
      return { part }
    }

    test.each(['its own', 'the outer'])(
      'the part around it fails that worked through %s handle',
      async (which) => {
        const { calls, units } = scripted()
        const end = gate()
        let around: unknown
        await units.run(async (tx) => {
          const run = units.run(async (inner) => {
            const { part } = await failing(units, end)
            await (which === 'its own' ? inner : tx).log.write('a')
            end.open()
            await part
          }, nested)
          around = await run.catch((error) => error.code)
        })
        expect(around).toBe('TRANSACTION_ABORTED')
        expect(calls.slice(-3)).toEqual(['rollback to', 'rollback to', 'commit'])
      },
    )

    describe('and a unit that works beside it', () => {
      type Work = (log: Repos['log'], units: UnitOfWork<Repos>, begun: Promise<void>) => Promise<void>
      const foreign = new AsyncResource('foreign')

      /** What becomes of the unit, whose work begins before the part, or once it has begun. */
      async function outcome(work: Work, when: 'before' | 'beside'): Promise<unknown> {
        const { calls, units } = scripted()
        const [begun, worked] = [gate(), gate()]
        const run = units.run(async ({ log }) => {
          const before = when === 'before' ? work(log, units, begun.opened) : undefined
          const { part } = await failing(units, worked)
          begun.open()
          await (before ?? work(log, units, begun.opened))
          worked.open()
          await part
        })
        const failure = await run.catch((error) => error.code)
        return [failure, calls.at(-1)]
      }

      test.each<[string, 'before' | 'beside', Work]>([
        [
          'within a unit of its own',
          'beside',
          (log, units) => units.run(() => log.write('a'), { propagation: 'requires_new' }),
        ],
        [
          'within a unit of its own, which began before',
          'before',
          (log, units, begun) =>
            units.run(() => begun.then(() => log.write('a')), { propagation: 'requires_new' }),
        ],
        ['from elsewhere', 'beside', (log) => foreign.runInAsyncScope(() => log.write('a'))],
      ])('fails: %s', async (_, when, work) => {
        expect(await outcome(work, when)).toEqual(['TRANSACTION_ABORTED', 'rollback'])
      })

      test('does not fail where its work had ended before', async () => {
        expect(await outcome((log) => log.write('a'), 'before')).toEqual([undefined, 'commit'])
      })
    })

    test('who works in it within a unit of its own, through the outer handle, has worked in it alone', async () => {
      const { calls, units } = scripted()
      await units.run(async ({ log }) => {
        const part = units.run(async () => {
          await units.run(() => log.write('a'), { propagation: 'requires_new' })
          throw fault
        }, nested)
        await expect(part).rejects.toBe(fault)
      })
      expect(calls.slice(-2)).toEqual(['rollback to', 'commit'])
    })

    test('who worked before it began, beside the part around it, does not fail', async () => {
      const { calls, units } = scripted()
      const [worked, end] = [gate(), gate()]
      await units.run(async (tx) => {
        const begun = gate()
        const part = units.run(async () => {
          begun.open()
          await worked.opened
          end.open()
          await (await failing(units, end)).part
        }, nested)
        await begun.opened
        await tx.log.write('a')
        worked.open()
        await part
      })
      expect(calls).toEqual(['begin', 'savepoint', 'a', 'savepoint', 'rollback to', 'release', 'commit'])
    })

    test('who worked while it ran fails, though the part around it worked on', async () => {
      const { calls, units } = scripted()
      const end = gate()
      const whole = units.run(async (tx) => {
        const begun = gate()
        const around = units.run(async () => {
          const { part } = await failing(units, end)
          begun.open()
          await part
        }, nested)
        await begun.opened
        await tx.log.write('a')
        end.open()
        await around
      })
      await expect(whole).rejects.toMatchObject({ code: 'TRANSACTION_ABORTED' })
      expect(calls.slice(-3)).toEqual(['rollback to', 'release', 'rollback'])
    })
  })

  test('an abort rolls back at once, also while a savepoint is never answered', async () => {
    const controller = new AbortController()
    const { calls, units } = scripted({ savepoint: () => new Promise(() => {}) })
    const run = units.run(() => units.run(async () => {}, { propagation: 'nested' }), {
      signal: controller.signal,
    })
    await new Promise(setImmediate)
    controller.abort(fault)
    await expect(run).rejects.toBe(fault)
    expect(calls).toEqual(['begin', 'savepoint', 'rollback'])
  })

  describe('given repositories in an object of a class', () => {
    class Log {
      static set = 0
      readonly #lines: string[]
      level = 1
      constructor(lines: string[]) {
        this.#lines = lines
      }
      set doubled(level: number) {
        Log.set++
        this.level = level / 2
      }
      async write(line: string): Promise<void> {
        this.#lines.push(line)
      }
    }
    class All {
      declare readonly hidden: number
      readonly name = 'all'
      readonly plain: Log
      readonly #lines: string[]
      constructor(lines: string[]) {
        this.#lines = lines
        this.plain = new Log(lines)
        Object.defineProperty(this, 'hidden', { value: 1 })
      }
      get log(): Log {
        return new Log(this.#lines)
      }
      async both(line: string): Promise<void> {
        this.#lines.push(line, line)
      }
    }
    const setUp = () => {
      const lines: string[] = []
      const end = async () => {}
      const savepoint = () => Promise.reject(fault)
      const begin = async () => ({ repositories: new All(lines), commit: end, rollback: end, savepoint })
      return { lines, units: createUnitOfWork({ begin }) }
    }

    test('its getters and methods work, until the unit has ended', async () => {
      const { lines, units } = setUp()
      const kept = await units.run(async (tx) => {
        await tx.log.write('a')
        await tx.both('b')
        return [() => tx.log.write('late'), () => tx.both('late')]
      })
      for (const late of kept) await expect(late()).rejects.toMatchObject({ code: 'TRANSACTION_CLOSED' })
      expect(lines).toEqual(['a', 'b', 'b'])
    })

    test('a query builder in it is refused after the end wherever its chain ends', async () => {
      const end = async () => {}
      const from = async (table: string) => [table]
      const repositories = {
        db: { select: () => ({ from }), insert: () => ({ values: () => ({ returning: from }) }) },
      }
      const begin = async () => ({ repositories, commit: end, rollback: end, savepoint: expect.unreachable })
      const db = await createUnitOfWork({ begin }).run(async (tx) => tx.db)
      const closed = { code: 'TRANSACTION_CLOSED' }
      await expect(db.select().from('a')).rejects.toMatchObject(closed)
      await expect(db.insert().values().returning('a')).rejects.toMatchObject(closed)
      await expect(Promise.all([db.select().from('a')])).rejects.toMatchObject(closed)
      expect(
        await db
          .select()
          .from('a')
          .catch((error) => error.code),
      ).toBe('TRANSACTION_CLOSED')
      expect(db.select()).toBeInstanceOf(Promise)
    })

    test('shows what it has', async () => {
      await setUp().units.run(async (tx) => {
        expect(tx).toBeInstanceOf(All)
        expect(Object.keys(tx)).toEqual(['name', 'plain'])
        expect(['plain', 'log', 'none'].map((name) => name in tx)).toEqual([true, true, false])
        expect(['level', 'write', 'none'].map((name) => name in tx.log)).toEqual([true, true, false])
        expect({ ...tx.plain }).toEqual({ level: 1 })
        expect(tx.plain).toBe(tx.plain)
        expect(tx.hidden).toBe(1)
        expect(inspect(tx)).toBe("All { name: 'all', plain: Log { level: 1 } }")
      })
    })

    test('leaves a function that lies in it as it is, be it a class', async () => {
      const end = async () => {}
      const repositories = { Log, lines: [] as string[] }
      const begin = async () => ({ repositories, commit: end, rollback: end, savepoint: expect.unreachable })
      const made = await createUnitOfWork({ begin }).run(async (tx) => new tx.Log(tx.lines))
      expect(made).toBeInstanceOf(Log)
    })

    test('takes no changes', async () => {
      await setUp().units.run(async (tx) => {
        const changes: (() => unknown)[] = [
          () => Object.assign(tx, { plain: 1 }),
          () => Object.assign(tx, { more: 1 }),
          () => Object.assign(tx.plain, { level: 2 }),
          () => Object.assign(tx.plain, { doubled: 2 }),
          () => Object.defineProperty(tx, 'plain', { value: 1 }),
          () => Object.defineProperty(tx, 'more', { value: 1 }),
          () => delete (tx as { plain?: Log }).plain,
          () => Object.freeze(tx),
        ]
        for (const change of changes) expect(change).toThrow(TypeError)
        expect([Object.keys(tx), tx.plain.level, Log.set]).toEqual([['name', 'plain'], 1, 0])
      })
    })

    test('lets what inherits from it have its own', async () => {
      await setUp().units.run(async (tx) => {
        const mine = Object.assign(Object.create(tx), { plain: 1, log: 2 })
        expect([mine.plain, mine.log, mine.name]).toEqual([1, 2, 'all'])
        expect(tx.plain).toBeInstanceOf(Log)
      })
    })

    test('gives nothing by its descriptors that works on', async () => {
      const { lines, units } = setUp()
      const { plain } = await units.run(async (tx) => Object.getOwnPropertyDescriptors(tx))
      await expect(plain.value?.write('late')).rejects.toMatchObject({ code: 'TRANSACTION_CLOSED' })
      expect([plain.enumerable, lines]).toEqual([true, []])
    })
  })

  test('units of two drivers do not join', async () => {
    const [a, b] = [scripted(), scripted()]
    await a.units.run(() => b.units.run(async () => {}, { propagation: 'never' }))
    expect([a.calls, b.calls]).toEqual([
      ['begin', 'commit'],
      ['begin', 'commit'],
    ])
  })

  test('an abort during a hook rolls back', async () => {
    const { calls, units } = scripted()
    const controller = new AbortController()
    const run = units.run(
      async (_, unit) => {
        unit.beforeCommit(() => {
          controller.abort(fault)
          return new Promise(() => {})
        })
      },
      { signal: controller.signal },
    )
    await expect(run).rejects.toBe(fault)
    expect(calls).toEqual(['begin', 'rollback'])
  })

  test('an abort during the commit does not take it back', async () => {
    const controller = new AbortController()
    const { calls, units } = scripted({ commit: () => controller.abort(fault) })
    await units.run(async () => {}, { signal: controller.signal })
    expect(calls).toEqual(['begin', 'commit'])
  })

  test('an abort of a part that joined fails the whole, of a nested one only that', async () => {
    const { calls, units } = scripted()
    await units.run(async () => {
      const controller = new AbortController()
      const part = units.run(() => new Promise<void>(() => {}), {
        propagation: 'nested',
        signal: controller.signal,
      })
      await Promise.resolve()
      controller.abort(fault)
      await expect(part).rejects.toBe(fault)
    })
    expect(calls.at(-1)).toBe('commit')
    const whole = units.run(async () => {
      const controller = new AbortController()
      const part = units.run(() => new Promise<void>(() => {}), { signal: controller.signal })
      controller.abort(fault)
      await part.catch(() => {})
    })
    await expect(whole).rejects.toMatchObject({ code: 'TRANSACTION_ABORTED', cause: fault })
    expect(calls.at(-1)).toBe('rollback')
  })

  test('reports what afterCommit throws as a warning', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { units } = scripted()
    await units.run(async (_, unit) => unit.afterCommit(() => Promise.reject(fault)))
    expect(warn).toHaveBeenCalledWith(
      '@base/domain UnitOfWork: afterCommit threw: Error: no stock',
      expect.objectContaining({ code: 'CALLBACK_THREW' }),
    )
    warn.mockRestore()
  })

  test('a circle of causes is no serialization failure', async () => {
    const { calls, units } = scripted()
    const circle = new Error('a')
    circle.cause = circle
    await expect(units.run(async () => Promise.reject(circle))).rejects.toBe(circle)
    expect(calls).toEqual(['begin', 'rollback'])
  })

  test.each([
    ['no driver', () => createUnitOfWork(undefined as never)],
    ['a random that is none', () => createUnitOfWork({ begin: vi.fn() }, { random: 1 as never })],
  ])('refuses %s', (_, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  })
})
