import { InvalidCursorError, type Page } from '@base/domain/pagination'
import { type PageOptions, readPageOptions } from '@base/domain/repository'
import type { Specification } from '@base/domain/specification'
import { and, or, type SQL } from 'drizzle-orm'
import { sqlStateOf } from '../failures/postgres-error.js'
import { after, at, type KeyValues } from './keyset.js'
import type { Settings } from './options.js'
import { type RowKey, reversed, rowOrder } from './row-order.js'
import type { KeyedRow, RowReader } from './row-reader.js'

/** The page of those rows that the options ask for. */
export async function readPage<T>(
  settings: Settings<T>,
  reader: RowReader<T>,
  specification: Specification<T>,
  options: PageOptions<T>,
): Promise<Page<T>> {
  const { limit, cursor, backward } = readPageOptions(options)
  const keys = rowOrder(settings, options.orderBy)
  const from = cursor === undefined ? undefined : await keysOf(settings, keys, cursor)
  const order = backward ? reversed(keys) : keys
  const where = reader.where(specification, options)
  const { rows, isBehind } = await refusingBadKeys(from, async () => {
    const ahead = from === undefined ? where : and(where, after(order, from))
    const query = { operation: 'findPage', where: ahead, order, limit: limit + 1, signal: options.signal }
    const rows = await reader.keyed(query)
    const behind = from === undefined ? undefined : and(where, upTo(order, from))
    return { rows, isBehind: behind !== undefined && (await reader.any('findPage', behind, options.signal)) }
  })
  const shown = backward ? rows.slice(0, limit).reverse() : rows.slice(0, limit)
  const isAhead = rows.length > limit
  const cursorOf = async (row: KeyedRow | undefined) =>
    row === undefined ? null : settings.cursors.encode(keys, row.keys)
  return {
    items: shown.map(({ row }) => reader.entityOf(row)),
    pageInfo: {
      hasNextPage: backward ? isBehind : isAhead,
      hasPreviousPage: backward ? isAhead : isBehind,
      startCursor: await cursorOf(shown[0]),
      endCursor: await cursorOf(shown.at(-1)),
    },
  }
}

/** The rows that do not come after the one of the cursor; that one may be gone. */
function upTo(order: readonly RowKey[], from: KeyValues): SQL | undefined {
  return or(after(reversed(order), from), at(order, from))
}

async function keysOf<T>(
  settings: Settings<T>,
  order: readonly RowKey[],
  cursor: string,
): Promise<KeyValues> {
  const values = await settings.cursors.decode(order, cursor)
  if (values.every((value) => value === null || typeof value === 'string')) return values as KeyValues
  throw new InvalidCursorError('it is malformed')
}

/** Who makes cursors up can put a key into them that its column cannot hold. */
async function refusingBadKeys<R>(from: KeyValues | undefined, read: () => Promise<R>): Promise<R> {
  try {
    return await read()
  } catch (error) {
    if (from === undefined || sqlStateOf(error)?.startsWith('22') !== true) throw error
    throw new InvalidCursorError('it is malformed', error)
  }
}
