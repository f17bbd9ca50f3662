import { isAppError } from '@base/core/errors'
import { assert, type Law } from '@base/core/testing'
import { answer, gate } from './gate.js'
import { refuses, rejection } from './refusal.js'
import { type ItemUnits, item } from './subject.js'
import { committed } from './unit-atomicity.js'

const fault = new Error('no stock')

const ONE_AT_A_TIME =
  "a unit of its own within another has no answer: where the system can hold one only, the driver's begin has to reject it, which has " +
  "`within` set, with an error of kind 'unsupported'; where it can hold more, it took longer than these four seconds"

/** Saves one, and fails. */
const failing = (units: ItemUnits, id: number, propagation: 'required' | 'nested' | 'mandatory') =>
  units.run(
    async ({ items }) => {
      await items.save(item(id))
      throw fault
    },
    { propagation },
  )

/** Units within units. */
export function propagation(law: Law<ItemUnits>): void {
  joining(law)
  nesting(law)
  besideNested(law)
  failingWithin(law)
  standing(law)
  asking(law)
}

/** Units that join the one around them. */
function joining(law: Law<ItemUnits>): void {
  law('required joins: it sees what is not committed, and is rolled back with the rest', async (units) => {
    const run = units.run(async ({ items }) => {
      await items.save(item(1))
      await units.run(async (inner) => {
        assert.equal((await inner.items.getById(1)).id, 1)
        await inner.items.save(item(2))
      })
      throw fault
    })
    assert.equal(await rejection(run), fault)
    assert.deepEqual(await committed(units), [])
  })

  law('a failure that was swallowed fails the unit all the same', async (units) => {
    for (const propagation of ['required', 'mandatory'] as const) {
      const run = units.run(async ({ items }) => {
        await items.save(item(1))
        await failing(units, 2, propagation).catch(() => {})
      })
      const error = await rejection(run)
      assert.ok(isAppError(error, 'TRANSACTION_ABORTED'), `${error}`)
      assert.equal(error.kind, 'conflict')
      assert.equal(error.cause, fault)
      assert.deepEqual(await committed(units), [])
    }
  })
}

/** Units of their own within another, of which each ends with the one around it. */
function nesting(law: Law<ItemUnits>): void {
  law('nested fails alone', async (units) => {
    await units.run(async ({ items }) => {
      await items.save(item(1))
      assert.equal(await rejection(failing(units, 2, 'nested')), fault)
      assert.equal(await items.findById(2), undefined)
      await items.save(item(3))
    })
    assert.deepEqual(await committed(units), [1, 3])
  })

  law('nested is rolled back with the unit around it', async (units) => {
    const run = units.run(async () => {
      await units.run(({ items }) => items.save(item(1)), { propagation: 'nested' })
      throw fault
    })
    await rejection(run)
    assert.deepEqual(await committed(units), [])
  })

  law('nested opens a unit where there is none', async (units) => {
    await units.run(({ items }) => items.save(item(1)), { propagation: 'nested' })
    await rejection(failing(units, 2, 'nested'))
    assert.deepEqual(await committed(units), [1])
  })
}

/** What goes on beside a nested unit. */
function besideNested(law: Law<ItemUnits>): void {
  law('nested units that are begun at once do not take each other along', async (units) => {
    await units.run(async () => {
      const outcomes = await Promise.allSettled([
        units.run(({ items }) => items.save(item(1)), { propagation: 'nested' }),
        failing(units, 2, 'nested'),
        units.run(({ items }) => items.save(item(3)), { propagation: 'nested' }),
      ])
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled'],
      )
    })
    assert.deepEqual(await committed(units), [1, 3])
  })

  law('what a unit does while a nested one runs is not lost with that one alone', async (units) => {
    const [begun, goesOn] = [gate(), gate()]
    const run = units.run(async ({ items }) => {
      const nested = units.run(
        async (tx) => {
          await tx.items.save(item(1))
          begun.open()
          await goesOn.opened
          throw fault
        },
        { propagation: 'nested' },
      )
      await begun.opened
      const saved = items.save(item(2))
      goesOn.open()
      await Promise.allSettled([nested, saved])
    })
    const failure = await run.catch((error) => error)
    assert.ok(failure === undefined || isAppError(failure, 'TRANSACTION_ABORTED'), `${failure}`)
    assert.deepEqual(await committed(units), failure === undefined ? [2] : [])
  })
}

/** A nested unit of which a part has failed. */
function failingWithin(law: Law<ItemUnits>): void {
  law('a swallowed failure within a nested unit fails that one only', async (units) => {
    await units.run(async ({ items }) => {
      await items.save(item(1))
      const nested = units.run(
        async (tx) => {
          await tx.items.save(item(2))
          await failing(units, 3, 'required').catch(() => {})
        },
        { propagation: 'nested' },
      )
      await refuses(nested, 'TRANSACTION_ABORTED')
    })
    assert.deepEqual(await committed(units), [1])
  })

  law(
    'what a nested unit changed in an object and did not save is gone with it, for who reads again',
    async (units) => {
      await units.run(async ({ items }) => {
        await items.save(item(1, 10))
        const nested = units.run(
          async (tx) => {
            Object.assign(await tx.items.getById(1), { n: 11 })
            throw fault
          },
          { propagation: 'nested' },
        )
        assert.equal(await rejection(nested), fault)
        assert.equal((await items.getById(1)).n, 10)
      })
    },
  )
}

/** Units that stand on their own, or may not. */
function standing(law: Law<ItemUnits>): void {
  law('requires_new stands on its own, where the system can do it', async (units) => {
    let isSupported = true
    const run = units.run(async ({ items }) => {
      await items.save(item(1))
      try {
        const own = units.run((tx) => tx.items.save(item(2)), { propagation: 'requires_new' })
        await answer(own, ONE_AT_A_TIME)
      } catch (error) {
        if (!isAppError(error) || error.kind !== 'unsupported') throw error
        isSupported = false
      }
      throw fault
    })
    const error = await rejection(run)
    if (error !== fault) throw error
    assert.deepEqual(await committed(units), isSupported ? [2] : [])
  })

  law('mandatory joins, and refuses to run without a unit', async (units) => {
    await refuses(failing(units, 1, 'mandatory'), 'TRANSACTION_REQUIRED')
    await units.run(() => units.run(({ items }) => items.save(item(2)), { propagation: 'mandatory' }))
    assert.deepEqual(await committed(units), [2])
  })

  law('never refuses to run within a unit', async (units) => {
    const never = () => units.run(({ items }) => items.save(item(1)), { propagation: 'never' })
    await units.run(() => refuses(never(), 'TRANSACTION_FORBIDDEN'))
    assert.deepEqual(await committed(units), [])
    await never()
    assert.deepEqual(await committed(units), [1])
  })
}

/** What a unit may ask of one that is there, or is no more. */
function asking(law: Law<ItemUnits>): void {
  law('joining with another isolation or readOnly is refused', async (units) => {
    const fn = async () => {}
    await units.run(
      async () => {
        await units.run(fn, { isolation: 'serializable', readOnly: true })
        await refuses(units.run(fn, { isolation: 'read committed' }), 'INVALID_OPTION')
        await refuses(units.run(fn, { readOnly: false }), 'INVALID_OPTION')
      },
      { isolation: 'serializable', readOnly: true },
    )
    await units.run(() => refuses(units.run(fn, { readOnly: true }), 'INVALID_OPTION'))
  })

  law('a unit that has ended is none', async (units) => {
    let late: (() => Promise<unknown>) | undefined
    const ended = new Promise<void>((resolve) => {
      late = async () => resolve()
    })
    let after: Promise<unknown> | undefined
    await units.run(async () => {
      after = ended.then(() => units.run(({ items }) => items.save(item(1)), { propagation: 'never' }))
    })
    await late?.()
    await after
    assert.deepEqual(await committed(units), [1])
  })
}
