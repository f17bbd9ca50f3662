import { assert, type Law } from '@base/core/testing'
import type { OrderBy } from '../pagination/order.js'
import type { Page } from '../pagination/page.js'
import { always, never } from '../specification/combine.js'
import { refuses } from './refusal.js'
import { type Item, type Items, idsOf, item } from './subject.js'

type Order = readonly OrderBy<Item>[]

const ORDERS: readonly Order[] = [
  [],
  [{ field: 'n' }],
  [{ field: 'n', direction: 'desc' }],
  [{ field: 'version', direction: 'desc' }, { field: 'n' }],
  [{ field: 'n', direction: 'desc' }, { field: 'id' }],
]

/** Seven of three values of `n`, two of them saved twice. */
async function fill(items: Items): Promise<void> {
  const saved = await items.saveMany([5, 2, 7, 1, 6, 3, 4].map((id) => item(id, id % 3)))
  await items.saveMany(saved.slice(0, 2))
}

/** All pages from the first to the last; each must say exactly what lies beside it. */
async function walk(items: Items, orderBy: Order, limit: number): Promise<number[]> {
  const seen: number[] = []
  let after: string | null = null
  while (seen.length < 100) {
    const page: Page<Item> = await items.findPage(always(), { orderBy, limit, after })
    assert.equal(page.pageInfo.hasPreviousPage, seen.length > 0, 'whether there is a page before')
    seen.push(...idsOf(page.items))
    if (!page.pageInfo.hasNextPage) return seen
    assert.equal(page.items.length, limit, 'a page that is not the last is full')
    after = page.pageInfo.endCursor
  }
  throw new Error('the pages do not end')
}

/** Pages. */
export function paging(law: Law<Items>): void {
  pages(law)
  pageSizes(law)
  cursors(law)
}

/** What pages show. */
function pages(law: Law<Items>): void {
  law('pages are the ordered list, cut, and say exactly what lies beside them', async (items) => {
    await fill(items)
    for (const orderBy of ORDERS) {
      const whole = idsOf((await items.findPage(always(), { orderBy, limit: 100 })).items)
      if (orderBy.length > 0) assert.deepEqual(whole, idsOf(await items.find(always(), { orderBy })))
      for (const limit of [1, 2, 3, 7]) assert.deepEqual(await walk(items, orderBy, limit), whole)
    }
  })

  law('pages lead back the way they came', async (items) => {
    await fill(items)
    for (const orderBy of ORDERS) {
      const { items: all, pageInfo } = await items.findPage(always(), { orderBy, limit: 100 })
      const back = await items.findPage(always(), { orderBy, limit: 2, before: pageInfo.endCursor })
      assert.deepEqual(idsOf(back.items), idsOf(all).slice(-3, -1))
      assert.deepEqual([back.pageInfo.hasPreviousPage, back.pageInfo.hasNextPage], [true, true])
      const first = await items.findPage(always(), { orderBy, limit: 9, before: back.pageInfo.startCursor })
      assert.deepEqual(idsOf(first.items), idsOf(all).slice(0, -3))
      assert.deepEqual([first.pageInfo.hasPreviousPage, first.pageInfo.hasNextPage], [false, true])
    }
  })

  law('nothing is repeated or left out while others are added and deleted', async (items) => {
    await items.saveMany([item(10), item(20), item(30), item(40)])
    const orderBy = [{ field: 'n' }] as const
    const first = await items.findPage(always(), { orderBy, limit: 2 })
    await items.saveMany([item(5), item(15), item(25)])
    await items.delete(10)
    await items.delete(20)
    const second = await items.findPage(always(), { orderBy, limit: 10, after: first.pageInfo.endCursor })
    assert.deepEqual(idsOf(second.items), [25, 30, 40])
    const back = await items.findPage(always(), { orderBy, limit: 10, before: second.pageInfo.startCursor })
    assert.deepEqual(idsOf(back.items), [5, 15])
  })
}

/** How much a page holds. */
function pageSizes(law: Law<Items>): void {
  law('a page of nothing has no cursors', async (items) => {
    await items.save(item(1))
    const { items: none, pageInfo } = await items.findPage(never())
    assert.deepEqual([...none], [])
    assert.deepEqual(
      { ...pageInfo },
      { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    )
  })

  law('a page has 20 unless it is told otherwise', async (items) => {
    await items.saveMany(Array.from({ length: 21 }, (_, index) => item(index + 1)))
    const page = await items.findPage(always(), { orderBy: [{ field: 'n' }] })
    assert.equal(page.items.length, 20)
    assert.equal(page.pageInfo.hasNextPage, true)
  })
}

/** What cursors and options are refused. */
function cursors(law: Law<Items>): void {
  law('a bad cursor is refused, and never the first page', async (items) => {
    await fill(items)
    const orderBy = [{ field: 'n' }] as const
    const { startCursor } = (await items.findPage(always(), { orderBy, limit: 1 })).pageInfo
    const cursor = startCursor ?? ''
    for (const after of ['', 'x', '!!!', cursor.slice(1), `${cursor}.x`, btoa('[1]'), 7 as never]) {
      await refuses(items.findPage(always(), { orderBy, after }), 'INVALID_CURSOR')
      await refuses(items.findPage(always(), { orderBy, before: after }), 'INVALID_CURSOR')
    }
  })

  law('a cursor of another order is refused', async (items) => {
    await fill(items)
    const { endCursor } = (await items.findPage(always(), { orderBy: [{ field: 'n' }], limit: 1 })).pageInfo
    for (const orderBy of [[], [{ field: 'n', direction: 'desc' }], [{ field: 'version' }]] as const) {
      await refuses(items.findPage(always(), { orderBy, after: endCursor }), 'INVALID_CURSOR')
    }
  })

  law('wrong page options are refused', async (items) => {
    for (const limit of [0, -1, 1.5, 10_001, '5' as never]) {
      await refuses(items.findPage(always(), { limit }), 'INVALID_OPTION')
    }
    await refuses(items.findPage(always(), { after: 'x', before: 'y' }), 'INVALID_OPTION')
  })
}
