import { isAppError } from '@base/core/errors'
import { err } from '@base/core/result'
import { assert, type Law } from '@base/core/testing'
import { always } from '../specification/combine.js'
import { finish, gate, turns } from './gate.js'
import { refuses, rejection } from './refusal.js'
import { type ItemUnits, idsOf, item } from './subject.js'

/** The ids that are committed. */
export async function committed(units: ItemUnits): Promise<number[]> {
  return idsOf(await units.run(({ items }) => items.find(always(), { orderBy: [{ field: 'id' }] })))
}

/** All or nothing, and apart from others. */
export function atomicity(law: Law<ItemUnits>): void {
  undoing(law)
  ownWrites(law)
  isolating(law)
  choosing(law)
}

/** What is kept, and what is taken back. */
function undoing(law: Law<ItemUnits>): void {
  law('what succeeds is committed, and its value comes through', async (units) => {
    const value = await units.run(async ({ items }) => {
      await items.saveMany([item(1), item(2)])
      return 'done'
    })
    assert.equal(value, 'done')
    assert.deepEqual(await committed(units), [1, 2])
  })

  law('what throws is rolled back, and its error comes through', async (units) => {
    const fault = new Error('no stock')
    const run = units.run(async ({ items }) => {
      await items.save(item(1))
      await items.save(item(2))
      throw fault
    })
    assert.equal(await rejection(run), fault)
    assert.deepEqual(await committed(units), [])
  })

  law('what the function returns is a success, also a Result that is an error', async (units) => {
    const refused = await units.run(async ({ items }) => {
      await items.save(item(1))
      return err('no stock')
    })
    assert.deepEqual(refused, err('no stock'))
    assert.deepEqual(await committed(units), [1])
  })

  law('changes and deletions are rolled back too', async (units) => {
    const [first] = await units.run(({ items }) => items.saveMany([item(1, 10), item(2)]))
    const run = units.run(async ({ items }) => {
      await items.save({ ...item(1, 11), version: first?.version ?? 0 })
      await items.delete(2)
      throw new Error('no stock')
    })
    await rejection(run)
    assert.deepEqual(await committed(units), [1, 2])
    assert.equal((await units.run(({ items }) => items.getById(1))).n, 10)
  })
}

/** What a unit sees of its own. */
function ownWrites(law: Law<ItemUnits>): void {
  law('a unit sees its own writes', async (units) => {
    await units.run(async ({ items }) => {
      await items.save(item(1, 10))
      assert.equal((await items.getById(1)).n, 10)
      assert.equal(await items.count(always()), 1)
      assert.equal(await items.delete(1), true)
      assert.equal(await items.exists(always()), false)
    })
  })

  law('a row is one object within a unit, until it is written', async (units) => {
    await units.run(async ({ items }) => {
      const saved = await items.save(item(1, 10))
      const byId = await items.getById(1)
      const [found] = await items.find(always())
      const { items: page } = await items.findPage(always())
      const one: typeof saved | undefined = await items.findOne(always())
      for (const read of [byId, found, page[0], one]) assert.ok(read === saved)
      const changed = await items.save({ ...saved, n: 11 })
      assert.ok(changed !== saved && (await items.getById(1)) === changed)
      assert.equal(changed.n, 11)
    })
    const [one, other] = await Promise.all([1, 2].map(() => units.run(({ items }) => items.getById(1))))
    assert.ok(one !== other)
  })
}

/** What others see of it, and change meanwhile. */
function isolating(law: Law<ItemUnits>): void {
  law('others do not see what is not committed', async (units) => {
    const [wrote, end] = [gate(), gate()]
    const writer = units.run(async ({ items }) => {
      await items.save(item(1))
      wrote.open()
      await end.opened
      throw new Error('no stock')
    })
    const failed = rejection(writer)
    await wrote.opened
    const reader = committed(units)
    reader.catch(() => {})
    await turns()
    end.open()
    await failed
    assert.deepEqual(await reader, [])
  })

  law('of two who change the same at once none is lost', async (units, advance) => {
    await units.run(({ items }) => items.save(item(1, 0)))
    const add = () =>
      units.run(async ({ items }) => {
        const read = await items.getById(1)
        await turns()
        await items.save({ ...read, n: read.n + 1 })
      })
    const outcomes = await finish(Promise.allSettled([add(), add(), add()]), advance)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected')
        assert.equal(isAppError(outcome.reason) && outcome.reason.kind, 'conflict')
    }
    const succeeded = outcomes.filter(({ status }) => status === 'fulfilled').length
    assert.ok(succeeded > 0, 'one at least should have succeeded')
    assert.equal((await units.run(({ items }) => items.getById(1))).n, succeeded)
  })
}

/** What can be asked of a unit. */
function choosing(law: Law<ItemUnits>): void {
  law('readOnly refuses writes', async (units) => {
    const run = units.run(({ items }) => items.save(item(1)), { readOnly: true })
    await rejection(run)
    assert.deepEqual(await committed(units), [])
    assert.equal(await units.run(({ items }) => items.count(always()), { readOnly: true }), 0)
  })

  law('every isolation is taken, and what is none is refused', async (units) => {
    for (const isolation of ['read committed', 'repeatable read', 'serializable'] as const) {
      await units.run(({ items }) => items.count(always()), { isolation })
    }
    const fn = async () => {}
    await refuses(units.run(fn, { isolation: 'dirty' as never }), 'INVALID_OPTION')
    await refuses(units.run(fn, { propagation: 'maybe' as never }), 'INVALID_OPTION')
    await refuses(units.run(fn, { readOnly: 1 as never }), 'INVALID_OPTION')
    await refuses(units.run(undefined as never), 'INVALID_OPTION')
  })
}
