import { ValidationError } from '@base/core/errors'
import { InvalidCursorError } from '@base/domain/pagination'
import type { PageOptions, Repository } from '@base/domain/repository'
import type { Specification } from '@base/domain/specification'
import type { Context } from 'hono'
import { z } from 'zod'
import { QUERY } from './problem.ts'

/** Query parameters of every list. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^\d{1,3}$/, 'must be a whole number from 1 to 100')
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= 100, 'must be a whole number from 1 to 100')
    .default(20),
  /** The cursor behind which the page begins. */
  after: z.string().optional(),
  /** A specification as JSON. */
  filter: z.string().optional(),
}

/** Answers with a page, and in `next` with path and query of the one after it; null on the last. */
export async function answerPage<T>(
  c: Context,
  pages: Pick<Repository<T, never>, 'findPage'>,
  specification: Specification<T>,
  options: PageOptions<T>,
  toView: (item: T) => unknown = (item) => item,
): Promise<Response> {
  const { items, pageInfo } = await pages.findPage(specification, options).catch((error) => {
    throw error instanceof InvalidCursorError ? wrongCursor(error) : error
  })
  const { hasNextPage, endCursor } = pageInfo
  const query = new URLSearchParams({ ...c.req.query(), after: endCursor ?? '' })
  return c.json({ items: items.map(toView), next: hasNextPage ? `${c.req.path}?${query}` : null })
}

function wrongCursor({ code, message }: InvalidCursorError): ValidationError {
  return new ValidationError({
    code,
    message,
    issues: [{ path: `${QUERY}after`, message: 'must be from a next link' }],
  })
}
