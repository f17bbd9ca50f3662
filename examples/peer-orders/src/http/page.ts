import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { invalid } from '../problem.ts'

const LIMIT = 'must be a whole number from 1 to 100'

/** Query parameters of every list. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^\d{1,3}$/, LIMIT)
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= 100, LIMIT)
    .default(20),
  /** The cursor behind which the page begins. */
  after: z.string().max(1_000).optional(),
}

/** What an item of a list is ordered by, and how callers see it. */
export interface PageOptions<T> {
  readonly key: (row: T) => string | number
  readonly toView: (row: T) => unknown
}

/** An answer with a page of rows, and in `next` path and query of the one after it; null on the last. */
export function pageOf<T>(
  { url }: FastifyRequest,
  list: string,
  rows: readonly T[],
  limit: number,
  { key, toView }: PageOptions<T>,
) {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  // One more than asked for was read: then there is a next page.
  if (last === undefined || rows.length <= limit) return { items: page.map(toView), next: null }
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  searchParams.set('after', Buffer.from(JSON.stringify([list, key(last)])).toString('base64url'))
  return { items: page.map(toView), next: `${pathname}?${searchParams}` }
}

/** The key of the row behind which a page begins. @throws 422 `INVALID_CURSOR` for a cursor that is none of this list */
export function cursorOf<T>(list: string, after: string | undefined, key: z.ZodType<T>): T | undefined {
  if (after === undefined) return undefined
  try {
    const content = JSON.parse(Buffer.from(after, 'base64url').toString())
    return z.tuple([z.literal(list), key]).parse(content)[1]
  } catch {
    throw invalid([{ parameter: 'after', detail: 'must be from a next link' }], 'INVALID_CURSOR')
  }
}
