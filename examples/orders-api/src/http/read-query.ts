import { ValidationError } from '@base/core/errors'
import { type StandardSchemaV1, validate } from '@base/core/schema'
import type { Context } from 'hono'
import { QUERY } from './problem.ts'

/**
 * The query of a request as the schema makes it.
 *
 * @throws ValidationError with every problem; its paths begin with `?`, for they are no places in a body.
 */
export async function readQuery<T>({ req }: Context, schema: StandardSchemaV1<unknown, T>): Promise<T> {
  const result = await validate(schema, req.query())
  if (result.ok) return result.value
  throw new ValidationError({
    issues: result.error.issues.map((issue) => ({ ...issue, path: `${QUERY}${issue.path}` })),
  })
}
