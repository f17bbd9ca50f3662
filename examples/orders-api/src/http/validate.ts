import { ValidationError, type ValidationIssue } from '@base/core/errors'
import type { StandardSchemaV1 } from '@standard-schema/spec'

/**
 * The input as the schema makes it, whichever library the schema is from.
 *
 * @throws ValidationError with every problem at once.
 */
export async function validate<S extends StandardSchemaV1>(
  schema: S,
  input: unknown,
): Promise<StandardSchemaV1.InferOutput<S>> {
  return accept(await schema['~standard'].validate(input))
}

/** {@link validate} for a schema that does not wait for anything. */
export function validateSync<S extends StandardSchemaV1>(
  schema: S,
  input: unknown,
): StandardSchemaV1.InferOutput<S> {
  const result = schema['~standard'].validate(input)
  if (result instanceof Promise) throw new TypeError('validateSync was given an asynchronous schema.')
  return accept(result)
}

function accept<T>(result: StandardSchemaV1.Result<T>): T {
  if (result.issues === undefined) return result.value
  throw new ValidationError({ issues: result.issues.map(toIssue) })
}

function toIssue({ path = [], message }: StandardSchemaV1.Issue): ValidationIssue {
  const keys = path.map((segment) => (typeof segment === 'object' ? segment.key : segment))
  return { path: keys.map(String).join('.'), message }
}
