import { assert, type Law } from '@base/core/testing'
import { always, never } from '../specification/combine.js'
import { where } from '../specification/where.js'
import { refuses, rejection } from './refusal.js'
import { type Item, type Items, idsOf, item } from './subject.js'

/** Every way to read the only one. */
function readersOf(items: Items): (() => Promise<Item | undefined>)[] {
  const all = always<Item>()
  return [
    () => items.getById(1),
    () => items.findById(1),
    () => items.findOne(all),
    async () => (await items.find(all))[0],
    async () => (await items.findPage(all)).items[0],
    async () => {
      for await (const found of items.stream(all)) return found
      return undefined
    },
  ]
}

/** Saving and deleting. */
export function writing(law: Law<Items>): void {
  versions(law)
  savingMany(law)
  deleting(law)
  writingApart(law)
}

/** Each save on the version that it has read. */
function versions(law: Law<Items>): void {
  law('a new one gets version 1, and each save adds one', async (items) => {
    const first = await items.save(item(1, 10))
    assert.deepEqual({ ...first }, { id: 1, n: 10, version: 1 })
    const second = await items.save({ ...first, n: 11 })
    assert.deepEqual({ ...second }, { id: 1, n: 11, version: 2 })
    assert.deepEqual({ ...(await items.getById(1)) }, { id: 1, n: 11, version: 2 })
  })

  law('a stale version is a conflict that names it, and changes nothing', async (items) => {
    const read = await items.save(item(1, 10))
    await items.save({ ...read, n: 11 })
    await refuses(items.save({ ...read, n: 12 }), 'CONFLICT', { id: 1, expected: 1, actual: 2 })
    assert.equal((await items.getById(1)).n, 11)
  })

  law('a version from the future is a conflict', async (items) => {
    await items.save(item(1))
    await refuses(items.save({ ...item(1), version: 7 }), 'CONFLICT', { id: 1, expected: 7, actual: 1 })
  })

  law('a new one whose id exists is a conflict, and changes nothing', async (items) => {
    await items.save(item(1, 10))
    await refuses(items.save(item(1, 11)), 'CONFLICT', { id: 1, expected: 0, actual: 1 })
    assert.equal((await items.getById(1)).n, 10)
  })

  law('one that is gone is not found, and is not made again', async (items) => {
    const read = await items.save(item(1))
    await items.delete(1)
    await refuses(items.save(read), 'NOT_FOUND', { id: 1 })
    assert.equal(await items.findById(1), undefined)
  })

  law('a deleted id is free for a new one', async (items) => {
    await items.save(item(1, 10))
    await items.delete(1)
    assert.equal((await items.save(item(1, 11))).version, 1)
  })
}

/** Several at once. */
function savingMany(law: Law<Items>): void {
  law('saveMany saves new and changed ones, and gives them back in their order', async (items) => {
    const read = await items.save(item(1, 10))
    const saved = await items.saveMany([item(3), { ...read, n: 11 }, item(2)])
    assert.deepEqual(
      saved.map(({ id, version }) => [id, version]),
      [
        [3, 1],
        [1, 2],
        [2, 1],
      ],
    )
    assert.equal(await items.count(always()), 3)
    assert.deepEqual(await items.saveMany([]), [])
  })

  law('saveMany saves none where one is stale, and names it', async (items) => {
    const read = await items.save(item(2, 20))
    await items.save({ ...read, n: 21 })
    await refuses(items.saveMany([item(1), read, item(3)]), 'CONFLICT', { id: 2, expected: 1, actual: 2 })
    assert.equal(await items.count(always()), 1)
    await refuses(items.saveMany([item(4), { ...item(5), version: 3 }]), 'NOT_FOUND', { id: 5 })
    assert.equal(await items.findById(4), undefined)
  })
}

/** Deletion, of one and of those that satisfy. */
function deleting(law: Law<Items>): void {
  law('delete says whether there was one', async (items) => {
    await items.save(item(1))
    assert.equal(await items.delete(1), true)
    assert.equal(await items.delete(1), false)
    assert.equal(await items.findById(1), undefined)
  })

  law('deleteWhere deletes those that satisfy, and says how many', async (items) => {
    await items.saveMany([item(1), item(2), item(3)])
    assert.equal(await items.deleteWhere(where<Item>().greaterThan('n', 1)), 2)
    assert.equal(await items.deleteWhere(never()), 0)
    assert.deepEqual(idsOf(await items.find(always())), [1])
  })

  law('deleteWhere deletes everything only where it is told to', async (items) => {
    await items.save(item(1))
    for (const all of [
      always<Item>(),
      never<Item>().not(),
      always<Item>().and(never<Item>().not()),
      where<Item>().isNotIn('id', []),
    ]) {
      await refuses(items.deleteWhere(all), 'INVALID_OPTION')
    }
    // From a query, say: only `true` is a yes.
    await refuses(items.deleteWhere(always(), { all: 'false' as never }), 'INVALID_OPTION')
    assert.equal(await items.count(always()), 1)
    assert.equal(await items.deleteWhere(always(), { all: true }), 1)
  })
}

/** What callers do meanwhile. */
function writingApart(law: Law<Items>): void {
  law('what was saved and what was read can change without being saved', async (items) => {
    const mine = { id: 1, n: 10, version: 0 }
    const saved: { n: number } = await items.save(mine)
    mine.n = 11
    saved.n = 12
    for (const read of readersOf(items)) {
      assert.equal((await read())?.n, 10)
      Object.assign((await read()) ?? {}, { n: 13 })
      assert.equal((await read())?.n, 10)
    }
    assert.equal(mine.version, 0)
  })

  law('an aborted signal ends a write with its reason, and nothing is written', async (items) => {
    await items.save(item(1))
    const reason = new Error('the client went away')
    const signal = AbortSignal.abort(reason)
    const writes = [
      () => items.save(item(2), { signal }),
      () => items.saveMany([item(2)], { signal }),
      () => items.delete(1, { signal }),
      () => items.deleteWhere(always(), { all: true, signal }),
    ]
    for (const write of writes) assert.equal(await rejection(write()), reason)
    assert.deepEqual(idsOf(await items.find(always())), [1])
  })
}
