import type { Context } from 'hono'
import { z } from 'zod'

/** Query parameters of every list. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^\d{1,3}$/, 'must be a whole number from 1 to 100')
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= 100, 'must be a whole number from 1 to 100')
    .default(20),
}

/** A part of a list, and where the rest is. */
export interface Page<T> {
  readonly items: readonly T[]
  /** Path and query of the next page; null on the last. */
  readonly next: string | null
}

/**
 * A page out of `limit + 1` rows: the row too many only says that there is more.
 *
 * @param key names a row's place in the order of the list, for `after`.
 */
export function toPage<T>(
  { req }: Context,
  rows: readonly T[],
  limit: number,
  key: (row: T) => string | number,
): Page<T> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  if (rows.length <= limit || last === undefined) return { items, next: null }
  const query = new URLSearchParams({ ...req.query(), after: String(key(last)) })
  return { items, next: `${req.path}?${query}` }
}
