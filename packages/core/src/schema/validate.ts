import { UnsupportedError } from '../errors/errors.js'
import type { ValidationError } from '../errors/validation-error.js'
import type { Result } from '../result/result.js'
import { checkSchema } from './check-schema.js'
import { toResult } from './issues.js'
import type { StandardSchemaV1 } from './standard-schema.js'

/**
 * Validates a value with a schema of any library that follows Standard Schema, synchronous or asynchronous. What is wrong
 * comes back as one {@link ValidationError}, each problem with its path as a dotted text.
 *
 * @example
 * const order = z.object({ lines: z.array(z.object({ quantity: z.int().min(1) })) })
 * const result = await validate(order, { lines: [{ quantity: 0 }] })
 * if (!result.ok) console.log(result.error.issues[0]?.path) // lines.0.quantity
 *
 * @throws InvalidOptionError, as a rejection, where `schema` is none. What the code in a schema throws is a fault, and
 * stays one: the promise rejects with it.
 */
export async function validate<T>(
  schema: StandardSchemaV1<unknown, T>,
  input: unknown,
): Promise<Result<T, ValidationError>> {
  return toResult(await checkSchema(schema, 'validate').validate(input))
}

/**
 * {@link validate} at once, for a schema that does not wait.
 *
 * @example
 * const result = validateSync(z.int(), 7) // { ok: true, value: 7 }
 *
 * @throws {@link UnsupportedError} where the schema is asynchronous; InvalidOptionError where it is none; and what the
 * code in it throws.
 */
export function validateSync<T>(
  schema: StandardSchemaV1<unknown, T>,
  input: unknown,
): Result<T, ValidationError> {
  const standard = checkSchema(schema, 'validateSync')
  const said = standard.validate(input)
  if (!isPromiseLike(said)) return toResult(said)
  // Nobody waits for it, so nobody would see it fail.
  Promise.resolve(said).catch(() => {})
  throw new UnsupportedError({
    message: `The schema of ${standard.vendor} is asynchronous, and is needed at once here; use validate.`,
  })
}

/** A promise of another library or realm counts too. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null)?.then === 'function'
}
