import { assert, type Law } from '@base/core/testing'
import type { OrderBy } from '../pagination/order.js'
import type { Page } from '../pagination/page.js'
import { memoryRepository } from '../repository/memory-repository.js'
import type { Repository } from '../repository/repository.js'
import { always } from '../specification/combine.js'
import { type SpecificationRow, specificationRows } from './specification-rows.js'
import { idsOf } from './subject.js'

/** Keeps the rows of `specificationConformance`. */
export type Rows = Repository<SpecificationRow, number>

type Order = readonly OrderBy<SpecificationRow>[]

const FIELDS = ['text', 'number', 'big', 'flag', 'date'] as const
/** So few that pages begin and end among rows that have null, and between them and others. */
const LIMIT = 4

const ORDERS: readonly Order[] = [
  ...FIELDS.flatMap((field) =>
    (['asc', 'desc'] as const).flatMap((direction) =>
      ([undefined, 'first', 'last'] as const).map((nulls) => [{ field, direction, nulls }]),
    ),
  ),
  [{ field: 'flag' }, { field: 'date', direction: 'desc' }],
  [
    { field: 'big', direction: 'desc', nulls: 'last' },
    { field: 'text', nulls: 'first' },
  ],
]

const nameOf = (orderBy: Order): string => JSON.stringify(orderBy)

/** The ids in order, as memory has them. */
async function expected(orderBy: Order): Promise<number[]> {
  const rows: Rows = memoryRepository<SpecificationRow, number>({ id: ({ id }) => id })
  await rows.saveMany(specificationRows)
  return idsOf(await rows.find(always(), { orderBy }))
}

/** All pages from a cursor on, one way or the other. */
async function walk(
  rows: Rows,
  orderBy: Order,
  way: 'after' | 'before',
  from: string | null,
): Promise<number[]> {
  const seen: number[] = []
  let cursor = from
  // No more than it can take: what repeats rows would go on for ever.
  for (let pages = 0; pages <= specificationRows.length; pages++) {
    const page: Page<SpecificationRow> = await rows.findPage(always(), {
      orderBy,
      limit: LIMIT,
      [way]: cursor,
    })
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = page.pageInfo
    if (way === 'after') seen.push(...idsOf(page.items))
    else seen.unshift(...idsOf(page.items))
    cursor = way === 'after' ? endCursor : startCursor
    if (!(way === 'after' ? hasNextPage : hasPreviousPage)) break
  }
  return seen
}

/** Orders of every kind of value, nulls among them. */
export function ordering(law: Law<Rows>): void {
  law('every kind of value has its order, and null its place in it', async (rows) => {
    await rows.saveMany(specificationRows)
    for (const orderBy of ORDERS)
      assert.deepEqual(
        idsOf(await rows.find(always(), { orderBy })),
        await expected(orderBy),
        nameOf(orderBy),
      )
  })

  law('pages lose and repeat no row, whatever is null', async (rows) => {
    await rows.saveMany(specificationRows)
    for (const orderBy of ORDERS) {
      const whole = await expected(orderBy)
      assert.deepEqual(await walk(rows, orderBy, 'after', null), whole, `after, ${nameOf(orderBy)}`)
      const { endCursor } = (await rows.findPage(always(), { orderBy, limit: 100 })).pageInfo
      assert.deepEqual(
        await walk(rows, orderBy, 'before', endCursor),
        whole.slice(0, -1),
        `before, ${nameOf(orderBy)}`,
      )
    }
  })
}
