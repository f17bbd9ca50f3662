import { ValidationError } from '@base/core/errors'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Context } from 'hono'
import { QUERY } from './problem.ts'
import { validate } from './validate.ts'

/**
 * The query of a request as the schema makes it.
 *
 * @throws ValidationError with every problem; its paths begin with `?`, for they are no places in a body.
 */
export async function readQuery<S extends StandardSchemaV1>(
  { req }: Context,
  schema: S,
): Promise<StandardSchemaV1.InferOutput<S>> {
  try {
    return await validate(schema, req.query())
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error
    throw new ValidationError({
      issues: error.issues.map((issue) => ({ ...issue, path: `${QUERY}${issue.path}` })),
    })
  }
}
