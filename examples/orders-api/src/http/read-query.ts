import { ValidationError } from '@base/core/errors'
import { validate } from '@base/core/schema'
import type { Context } from 'hono'
import type { z } from 'zod'
import { QUERY } from './problem.ts'

/**
 * The query of a request as the schema makes it.
 *
 * @throws ValidationError with every problem; its paths begin with `?`, for they are no places in a body.
 */
export async function readQuery<S extends z.ZodObject>({ req }: Context, schema: S): Promise<z.output<S>> {
  const query = req.query()
  const result = await validate(schema, query)
  const twice = Object.entries(req.queries()).filter(([, values]) => values.length > 1)
  if (result.ok && twice.length === 0) return result.value
  const unknown = Object.keys(query).filter((name) => !Object.hasOwn(schema.shape, name))
  const issues = [
    // The schema tells of all that it does not know in one issue, which has no place.
    ...(result.ok ? [] : result.error.issues.filter(({ path }) => path !== '')),
    ...unknown.map((path) => ({ path, message: 'is not known here' })),
    ...twice.map(([path]) => ({ path, message: 'must be there once' })),
  ]
  throw new ValidationError({ issues: issues.map((issue) => ({ ...issue, path: `${QUERY}${issue.path}` })) })
}
