import { assert, type Law } from '@base/core/testing'
import { always } from '../specification/combine.js'
import type { Unit } from '../unit-of-work/unit-of-work.js'
import { finish, gate } from './gate.js'
import { refuses, rejection } from './refusal.js'
import { type Items, type ItemUnits, item } from './subject.js'
import { committed } from './unit-atomicity.js'

/** Ends: closed handles, aborts, hooks, and running again. */
export function lifetime(law: Law<ItemUnits>): void {
  closing(law)
  aborting(law)
  hooksBefore(law)
  hooksAfter(law)
  retrying(law)
}

/** What is closed at the end. */
function closing(law: Law<ItemUnits>): void {
  law('its repositories and hooks are closed after the end', async (units) => {
    for (const fails of [false, true]) {
      let kept: { items: Items; unit: Unit } | undefined
      const run = units.run(async ({ items }, unit) => {
        kept = { items, unit }
        if (fails) throw new Error('no stock')
      })
      await run.catch(() => {})
      if (kept === undefined) throw new Error('it was not run')
      const { items, unit } = kept
      await refuses(items.save(item(1)), 'TRANSACTION_CLOSED')
      await refuses(items.findById(1), 'TRANSACTION_CLOSED')
      await refuses(items.stream(always())[Symbol.asyncIterator]().next(), 'TRANSACTION_CLOSED')
      await refuses((async () => unit.afterCommit(() => {}))(), 'TRANSACTION_CLOSED')
      await refuses((async () => unit.beforeCommit(() => {}))(), 'TRANSACTION_CLOSED')
      assert.deepEqual(await committed(units), [])
    }
  })
}

/** An end from outside. */
function aborting(law: Law<ItemUnits>): void {
  law('an aborted signal runs nothing', async (units) => {
    const reason = new Error('the client went away')
    let runs = 0
    const run = units.run(async () => runs++, { signal: AbortSignal.abort(reason) })
    assert.equal(await rejection(run), reason)
    assert.equal(runs, 0)
  })

  law('an abort rolls back, rejects with its reason, and the function can hear it', async (units) => {
    const reason = new Error('the client went away')
    const controller = new AbortController()
    const end = gate()
    const heard: boolean[] = []
    let late: Promise<unknown> | undefined
    const run = units.run(
      async ({ items }, unit) => {
        await items.save(item(1))
        late = end.opened.then(() => items.save(item(2)))
        late.catch(() => {})
        heard.push(unit.signal.aborted)
        controller.abort(reason)
        heard.push(unit.signal.aborted)
        await late
      },
      { signal: controller.signal },
    )
    assert.equal(await rejection(run), reason)
    assert.deepEqual(heard, [false, true])
    end.open()
    await refuses(late ?? Promise.resolve(), 'TRANSACTION_CLOSED')
    assert.deepEqual(await committed(units), [])
  })
}

/** What is done before the commit. */
function hooksBefore(law: Law<ItemUnits>): void {
  law('beforeCommit runs within the unit, after the function', async (units) => {
    const order: string[] = []
    await units.run(async ({ items }, unit) => {
      unit.beforeCommit(async () => {
        order.push('hook')
        await items.save(item(1))
        await units.run((tx) => tx.items.save(item(2)), { propagation: 'mandatory' })
      })
      order.push('function')
    })
    assert.deepEqual(order, ['function', 'hook'])
    assert.deepEqual(await committed(units), [1, 2])
  })

  law('a failure of beforeCommit rolls back', async (units) => {
    const fault = new Error('no stock')
    const run = units.run(async ({ items }, unit) => {
      unit.beforeCommit(() => {
        throw fault
      })
      await items.save(item(1))
    })
    assert.equal(await rejection(run), fault)
    assert.deepEqual(await committed(units), [])
  })
}

/** What is done after the commit. */
function hooksAfter(law: Law<ItemUnits>): void {
  law('afterCommit runs after the commit, and its failure changes nothing', async (units) => {
    const seen: unknown[] = []
    const value = await units.run(async ({ items }, unit) => {
      unit.afterCommit(async () => {
        seen.push(await committed(units))
        throw new Error('thrown by afterCommit, on purpose')
      })
      unit.afterCommit(() => seen.push('second'))
      await items.save(item(1))
      assert.deepEqual(seen, [])
      return 7
    })
    assert.equal(value, 7)
    assert.deepEqual(seen, [[1], 'second'])
  })

  law('afterCommit does not run for what was rolled back', async (units) => {
    const seen: string[] = []
    await units.run(async (_, unit) => {
      unit.afterCommit(() => seen.push('outer'))
      const nested = async (name: string, fails: boolean) =>
        units.run(
          async (_tx, inner) => {
            inner.afterCommit(() => seen.push(name))
            if (fails) throw new Error('no stock')
          },
          { propagation: 'nested' },
        )
      await nested('good', false)
      await nested('bad', true).catch(() => {})
      assert.deepEqual(seen, [])
    })
    assert.deepEqual([...seen].sort(), ['good', 'outer'])
    const failed = units.run(async (_, unit) => {
      unit.afterCommit(() => seen.push('never'))
      throw new Error('no stock')
    })
    await rejection(failed)
    assert.equal(seen.includes('never'), false)
  })
}

/** What is run again. */
function retrying(law: Law<ItemUnits>): void {
  law('a serialization failure runs the outermost unit again, from scratch', async (units, advance) => {
    for (const code of ['40001', '40P01']) {
      const hooks: number[] = []
      let runs = 0
      const run = units.run(async ({ items }, unit) => {
        const attempt = ++runs
        unit.afterCommit(() => hooks.push(attempt))
        assert.equal(await items.count(always()), code === '40001' ? 0 : 1)
        await units.run(async (tx) => {
          await tx.items.save(item(code === '40001' ? 1 : 2))
          if (attempt < 3) throw new Error('query failed', { cause: Object.assign(new Error('x'), { code }) })
        })
      })
      await finish(run, advance)
      assert.equal(runs, 3)
      assert.deepEqual(hooks, [3])
    }
    assert.deepEqual(await committed(units), [1, 2])
  })

  law('it is run 5 times at most, and other errors once', async (units, advance) => {
    for (const [code, expected] of [
      ['40001', 5],
      ['23505', 1],
    ] as const) {
      const fault = Object.assign(new Error('x'), { code })
      let runs = 0
      const run = units.run(async () => {
        runs++
        throw fault
      })
      assert.equal(await finish(rejection(run), advance), fault)
      assert.equal(runs, expected)
    }
  })
}
