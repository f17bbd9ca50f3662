import type { Page } from '../pagination/page.js'
import { compareKeys } from '../pagination/row-order.js'
import { readPageOptions } from './checks.js'
import { orderRows, rowOrder } from './memory-order.js'
import type { Settings } from './memory-settings.js'
import type { PageOptions } from './repository.js'
import type { Stored } from './store.js'

/** The page of those rows that the options ask for. */
export async function pageOf<T, Id>(
  settings: Settings<T, Id>,
  rows: readonly Stored<T>[],
  options: PageOptions<T>,
): Promise<Page<T>> {
  const { limit, cursor, backward } = readPageOptions(options)
  const { order, keysOf } = rowOrder(settings, options.orderBy)
  const sorted = orderRows(rows, { order, keysOf })
  const from = cursor === undefined ? undefined : await settings.cursors.decode(order, cursor)
  const side = (row: Stored<T>) => (from === undefined ? 1 : compareKeys(order, keysOf(row.entity), from))
  const found = sorted.findIndex((row) => (backward ? side(row) >= 0 : side(row) > 0))
  const cut = found === -1 ? sorted.length : found
  const start = backward ? Math.max(0, cut - limit) : cut
  const end = backward ? cut : Math.min(cut + limit, sorted.length)
  const items = sorted.slice(start, end)
  const cursorOf = async (row: Stored<T> | undefined) =>
    row === undefined ? null : settings.cursors.encode(order, keysOf(row.entity))
  return {
    items: items.map(({ entity }) => settings.toGiven(entity)),
    pageInfo: {
      hasNextPage: end < sorted.length,
      hasPreviousPage: start > 0,
      startCursor: await cursorOf(items[0]),
      endCursor: await cursorOf(items.at(-1)),
    },
  }
}
