import { assert, type Law } from '@base/core/testing'
import { always, never } from '../specification/combine.js'
import { where } from '../specification/where.js'
import { refuses, rejection } from './refusal.js'
import { type Item, type Items, idsOf, item } from './subject.js'

const even = where<Item>().isIn('n', [2, 4])

/** Finding, counting, ordering. */
export function reading(law: Law<Items>): void {
  finding(law)
  streaming(law)
  refusing(law)
}

/** What is found. */
function finding(law: Law<Items>): void {
  law('findById gives undefined for what is not there, getById is not found', async (items) => {
    assert.equal(await items.findById(1), undefined)
    await refuses(items.getById(1), 'NOT_FOUND', { id: 1 })
    await items.save(item(1))
    assert.equal((await items.findById(1))?.id, 1)
  })

  law('find gives those that satisfy, and all of them', async (items) => {
    await items.saveMany([item(1), item(2), item(3), item(4)])
    assert.deepEqual(idsOf(await items.find(even)).sort(), [2, 4])
    assert.deepEqual(idsOf(await items.find(even.not())).sort(), [1, 3])
    assert.deepEqual(await items.find(never()), [])
  })

  law('count, exists and findOne agree with find', async (items) => {
    await items.saveMany([item(1), item(2), item(4)])
    assert.equal(await items.count(even), 2)
    assert.equal(await items.count(never()), 0)
    assert.equal(await items.exists(even), true)
    assert.equal(await items.exists(where<Item>().equals('n', 9)), false)
    assert.equal((await items.findOne(even, { orderBy: [{ field: 'n', direction: 'desc' }] }))?.id, 4)
    assert.equal(await items.findOne(never()), undefined)
  })

  law('an order is kept, and where it leaves a choice the id decides', async (items) => {
    await items.saveMany([item(10, 1), item(2, 1), item(3, 2), item(1, 3)])
    assert.deepEqual(idsOf(await items.find(always(), { orderBy: [{ field: 'n' }] })), [2, 10, 3, 1])
    const descending = { orderBy: [{ field: 'n', direction: 'desc' }] } as const
    assert.deepEqual(idsOf(await items.find(always(), descending)), [1, 3, 2, 10])
  })

  law('limit and offset cut the ordered list', async (items) => {
    await items.saveMany([item(3), item(1), item(2), item(4)])
    const orderBy = [{ field: 'n' }] as const
    assert.deepEqual(idsOf(await items.find(always(), { orderBy, limit: 2 })), [1, 2])
    assert.deepEqual(idsOf(await items.find(always(), { orderBy, limit: 2, offset: 1 })), [2, 3])
    assert.deepEqual(idsOf(await items.find(always(), { orderBy, offset: 9 })), [])
    assert.deepEqual(await items.find(always(), { limit: 0 }), [])
    await refuses(items.find(always(), { limit: -1 }), 'INVALID_OPTION')
    await refuses(items.find(always(), { offset: 0.5 }), 'INVALID_OPTION')
    // As JSON has it: it would read everything.
    await refuses(items.find(always(), { limit: null as never }), 'INVALID_OPTION')
    await refuses(items.find(always(), { offset: null as never }), 'INVALID_OPTION')
  })
}

/** What is found bit by bit. */
function streaming(law: Law<Items>): void {
  law('stream gives what find gives, in order', async (items) => {
    await items.saveMany([item(3), item(1), item(2)])
    const streamed: number[] = []
    for await (const { id } of items.stream(always(), { orderBy: [{ field: 'n' }] })) streamed.push(id)
    assert.deepEqual(streamed, [1, 2, 3])
    for await (const { id } of items.stream(always(), { orderBy: [{ field: 'n' }] })) {
      streamed.push(id)
      break
    }
    assert.deepEqual(streamed, [1, 2, 3, 1])
  })

  law('stream and findPage give those that find gives', async (items) => {
    await items.saveMany([item(1), item(2), item(3), item(4)])
    const orderBy = [{ field: 'n' }] as const
    for (const [specification, ids] of [
      [even, [2, 4]],
      [even.not(), [1, 3]],
      [never<Item>(), []],
    ] as const) {
      const streamed: number[] = []
      for await (const { id } of items.stream(specification, { orderBy })) streamed.push(id)
      assert.deepEqual(streamed, ids)
      assert.deepEqual(idsOf((await items.findPage(specification, { orderBy })).items), ids)
    }
  })
}

/** What is refused, and what is ended. */
function refusing(law: Law<Items>): void {
  law('an order by what is no field is refused', async (items) => {
    for (const orderBy of [
      [{ field: '' }],
      [{ field: 'n', direction: 'up' }],
      'n',
      [{ field: 'n' }, { field: 'n' }],
    ]) {
      await refuses(items.find(always(), { orderBy: orderBy as never }), 'INVALID_OPTION')
    }
  })

  law('an aborted signal ends a read with its reason', async (items) => {
    const reason = new Error('the client went away')
    const options = { signal: AbortSignal.abort(reason) }
    const all = always<Item>()
    const reads = [
      () => items.findById(1, options),
      () => items.getById(1, options),
      () => items.findOne(all, options),
      () => items.find(all, options),
      () => items.findPage(all, options),
      () => items.count(all, options),
      () => items.exists(all, options),
      async () => items.stream(all, options)[Symbol.asyncIterator]().next(),
    ]
    for (const read of reads) assert.equal(await rejection(read()), reason)
  })
}
