import { AsyncResource } from 'node:async_hooks'
import { describe, expect, test } from 'vitest'
import type { Executor } from '../executor.js'
import {
  describeUnits,
  gate,
  item,
  itemsOn,
  type Repos,
  rejection,
  type TestUnits,
  turn,
} from './test-units.js'

const NESTED = { propagation: 'nested' } as const

const FAILED = new Error('This part fails.')

const LOST = {
  code: 'TRANSACTION_ABORTED',
  cause: { message: expect.stringContaining('was taken back with') },
}

/** A part of drizzle's, or a nested unit. */
const KINDS = ['part', 'nested unit'] as const
type Kind = (typeof KINDS)[number]

function begin(on: TestUnits, kind: Kind, tx: Repos, fn: (tx: Repos) => Promise<unknown>): Promise<unknown> {
  return kind === 'nested unit'
    ? on.units.run(fn, NESTED)
    : tx.raw.executor.transaction((executor) => fn({ items: itemsOn(executor), raw: { executor } }))
}

/** One that fails once something was done beside it. */
async function failBeside(
  on: TestUnits,
  kind: Kind,
  tx: Repos,
  beside: () => Promise<unknown>,
): Promise<void> {
  const [began, end] = [gate(), gate()]
  const failed = rejection(
    begin(on, kind, tx, async () => {
      began.open()
      await end.opened
      throw FAILED
    }),
  )
  await began.opened
  await beside()
  end.open()
  expect(await failed).toBe(FAILED)
}

/** A nested unit that is begun while a part runs, and what happens before the part ends. */
function waiting(
  on: TestUnits,
  signal: AbortSignal | undefined,
  meanwhile: (nested: Promise<unknown>) => unknown,
): Promise<void> {
  return on.units.run(async (tx) => {
    const [began, end] = [gate(), gate()]
    const part = tx.raw.executor.transaction(async () => {
      began.open()
      await end.opened
    })
    await began.opened
    await meanwhile(on.units.run((inner) => inner.items.save(item(1)), { ...NESTED, signal }))
    end.open()
    await part
  })
}

describeUnits((on) => {
  test.each<[string, (executor: Executor) => Promise<unknown>]>([
    ['saves many', (executor) => itemsOn(executor).saveMany([item(1), item(2)])],
    ['has a part', (executor) => executor.transaction((inner) => itemsOn(inner).save(item(1)))],
    ['has a nested unit', () => on.units.run((tx) => tx.items.save(item(1)), NESTED)],
  ])('a part that %s does not wait for a nested unit that waits for it', async (_, work) => {
    await on.units.run(async (tx) => {
      const part = tx.raw.executor.transaction(async (inner) => {
        await turn()
        await work(inner)
      })
      await Promise.all([part, on.units.run((inner) => inner.items.save(item(3)), NESTED)])
    })
    expect(await on.ids()).toEqual(expect.arrayContaining([1, 3]))
  })

  test('a nested unit and many that are saved at once within a part come one after the other', async () => {
    await on.units.run((tx) =>
      tx.raw.executor.transaction(async (executor) => {
        await Promise.all([
          on.units.run(({ items }) => items.saveMany([item(1), item(2)]), NESTED),
          itemsOn(executor).saveMany([item(3), item(4)]),
        ])
      }),
    )
    expect(await on.ids()).toEqual([1, 2, 3, 4])
  })

  test('from outside of the unit one may be begun within what is open', async () => {
    const [asked, work] = [gate(), gate()]
    let executor: Executor | undefined
    const outside = asked.opened.then(async () => {
      await (executor as Executor).transaction((inner) => itemsOn(inner).save(item(1)))
      work.open()
    })
    await on.units.run((tx) =>
      on.units.run(async () => {
        executor = tx.raw.executor
        asked.open()
        await work.opened
      }, NESTED),
    )
    await outside
    expect(await on.ids()).toEqual([1])
  })

  describe.each(KINDS)('what a %s was given', (kind) => {
    const CLOSED = { code: 'TRANSACTION_CLOSED' }

    test('is of no use after its end', async () => {
      await on.units.run(async (tx) => {
        let given: Repos | undefined
        await begin(on, kind, tx, async (inner) => {
          given = inner
          await inner.items.save(item(1))
        })
        expect(await rejection((given as Repos).items.save(item(2)))).toMatchObject(CLOSED)
        await tx.items.save(item(3))
      })
      expect(await on.ids()).toEqual([1, 3])
    })

    test('is of no use after its failure, so that nothing of it is committed', async () => {
      await on.units.run(async (tx) => {
        const end = gate()
        let late: Promise<unknown> | undefined
        const failed = rejection(
          begin(on, kind, tx, async (inner) => {
            late = rejection(end.opened.then(() => inner.items.save(item(1))))
            await inner.items.save(item(2))
            throw FAILED
          }),
        )
        expect(await failed).toBe(FAILED)
        end.open()
        expect(await late).toMatchObject(CLOSED)
      })
      expect(await on.ids()).toEqual([])
    })
  })

  test('a part cannot be begun in one that has ended', async () => {
    await on.units.run(async ({ raw }) => {
      let ended: Executor | undefined
      await raw.executor.transaction(async (inner) => {
        ended = inner
      })
      const begun = (ended as Executor).transaction((inner) => itemsOn(inner).save(item(1)))
      expect(await rejection(begun)).toMatchObject({ code: 'TRANSACTION_CLOSED' })
      const many = itemsOn(ended as Executor).saveMany([item(1), item(2)])
      expect(await rejection(many)).toMatchObject({ code: 'TRANSACTION_CLOSED' })
    })
    expect(await on.ids()).toEqual([])
  })

  describe('a nested unit that waits for a part', () => {
    test('is waited for by the unit, though nobody awaits it', async () => {
      await waiting(on, undefined, () => {})
      expect(await on.ids()).toEqual([1])
    })

    test('is ended by its signal, and the unit goes on', async () => {
      const controller = new AbortController()
      await waiting(on, controller.signal, async (nested) => {
        controller.abort(FAILED)
        expect(await rejection(nested)).toBe(FAILED)
      })
      expect(await on.ids()).toEqual([])
    })
  })

  describe.each(KINDS)('what is done beside a %s that fails is taken back with it', (kind) => {
    test('so the unit fails', async () => {
      const run = on.units.run((tx) => failBeside(on, kind, tx, () => itemsOn(tx.raw.executor).save(item(1))))
      expect(await rejection(run)).toMatchObject(LOST)
      expect(await on.ids()).toEqual([])
    })

    test.each<[string, (executor: Executor) => Promise<unknown>]>([
      ['a statement', (executor) => itemsOn(executor).save(item(1))],
      ['a part', (executor) => executor.transaction((inner) => itemsOn(inner).save(item(1)))],
    ])('so the unit fails, also where %s came from elsewhere', async (_, work) => {
      const elsewhere = new AsyncResource('elsewhere')
      const run = on.units.run((tx) =>
        failBeside(on, kind, tx, () => elsewhere.runInAsyncScope(work, null, tx.raw.executor)),
      )
      expect(await rejection(run)).toMatchObject(LOST)
      expect(await on.ids()).toEqual([])
    })

    test.each(KINDS)('so a %s around it fails, and the unit goes on', async (around) => {
      await on.units.run(async (tx) => {
        const work = (inner: Repos) =>
          failBeside(on, kind, inner, () => itemsOn(inner.raw.executor).save(item(1)))
        expect(await rejection(begin(on, around, tx, work))).toMatchObject(LOST)
        await tx.items.save(item(2))
      })
      expect(await on.ids()).toEqual([2])
    })

    test('so the unit fails, also where that is in a hook', async () => {
      const run = on.units.run(async (tx, unit) => {
        await tx.items.save(item(1))
        unit.beforeCommit(() => failBeside(on, kind, tx, () => itemsOn(tx.raw.executor).save(item(2))))
      })
      expect(await rejection(run)).toMatchObject(LOST)
      expect(await on.ids()).toEqual([])
    })

    test('and what is done before and after it stays', async () => {
      await on.units.run(async (tx) => {
        await itemsOn(tx.raw.executor).save(item(1))
        await failBeside(on, kind, tx, async () => {})
        await itemsOn(tx.raw.executor).save(item(2))
      })
      expect(await on.ids()).toEqual([1, 2])
    })
  })

  describe.each([
    ['a nested unit', { propagation: 'nested' }],
    ['one that joins', { propagation: 'required' }],
  ] as const)('the hooks of %s within a part', (_, options) => {
    const hooked = async (fails: boolean, isWithinAnother: boolean) => {
      const called: string[] = []
      await on.units.run(async (tx) => {
        const part = tx.raw.executor.transaction(async (executor) => {
          const unit = () =>
            on.units.run(async (inner, { beforeCommit, afterCommit }) => {
              await inner.items.save(item(1))
              if (options.propagation === 'required') beforeCommit(() => called.push('before'))
              afterCommit(() => called.push('after'))
            }, options)
          await (isWithinAnother ? executor.transaction(unit) : unit())
          if (fails) throw FAILED
        })
        if (fails) expect(await rejection(part)).toBe(FAILED)
        else await part
        await tx.items.save(item(2))
      })
      return called
    }

    test.each([false, true])(
      'are not called where the part is taken back (within another: %s)',
      async (deep) => {
        expect(await hooked(true, deep)).toEqual([])
        expect(await on.ids()).toEqual([2])
      },
    )

    test.each([false, true])('are called where it is kept (within another: %s)', async (deep) => {
      expect(await hooked(false, deep)).toEqual(
        options.propagation === 'required' ? ['before', 'after'] : ['after'],
      )
      expect(await on.ids()).toEqual([1, 2])
    })
  })

  test('the hooks of a unit, and of one of its own within a part, are called though the part is taken back', async () => {
    const called: string[] = []
    await on.units.run(async (tx, unit) => {
      const part = tx.raw.executor.transaction(async () => {
        unit.afterCommit(() => called.push('whole'))
        const own = on.units.run(async (_, { afterCommit }) => afterCommit(() => called.push('own')), {
          propagation: 'requires_new',
        })
        await own.catch((error) => {
          expect(error).toMatchObject({ code: 'UNSUPPORTED' })
          called.push('own')
        })
        throw FAILED
      })
      expect(await rejection(part)).toBe(FAILED)
      await tx.items.save(item(1))
    })
    expect(called).toEqual(['own', 'whole'])
  })

  test('a hook that is none is refused within a part too', async () => {
    await on.units.run((tx) =>
      tx.raw.executor.transaction(() =>
        on.units.run(async (_, unit) => {
          for (const add of [unit.beforeCommit, unit.afterCommit])
            expect(() => add('x' as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
        }),
      ),
    )
  })
})
