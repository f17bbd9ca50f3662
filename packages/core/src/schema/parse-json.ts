import type { ValidationError } from '../errors/validation-error.js'
import { checkInteger, checkOptions } from '../options/options.js'
import type { Result } from '../result/result.js'
import { checkSchema } from './check-schema.js'
import { toResult } from './issues.js'
import type { JsonError } from './json-error.js'
import { readJson } from './read-json.js'
import type { StandardSchemaV1 } from './standard-schema.js'

const DEFAULT_MAX_BYTES = 1_048_576
const DEFAULT_MAX_DEPTH = 64

/** Options of {@link parseJson}. */
export interface ParseJsonOptions {
  /** The most bytes that the text may have in UTF-8, an integer from 0, or `Infinity`. @defaultValue 1,048,576 (1 MiB) */
  readonly maxBytes?: number | undefined
  /** The deepest that arrays and objects may be nested; 0 allows a bare value only. An integer from 0, or `Infinity`. @defaultValue 64 */
  readonly maxDepth?: number | undefined
}

/**
 * A value out of a JSON text from outside, checked and typed by a schema. Never throws for a text, whatever it is.
 *
 * Accepted is what `JSON.parse` accepts, but for: more than `maxBytes`, nesting deeper than `maxDepth`, a key twice in one
 * object, the keys `__proto__` and `constructor` at any depth, also where they are written with escapes, and bytes that
 * are not UTF-8. One byte order mark at the start is passed over (RFC 8259, 8.1).
 *
 * @param input - A text, or its bytes in UTF-8; anything else is refused as malformed.
 *
 * @example
 * const order = await parseJson(orderSchema, await request.text(), { maxBytes: 65_536 })
 * if (!order.ok) return new Response(order.error.message, { status: httpStatusOf(order.error.kind) })
 *
 * @throws InvalidOptionError where `schema` is none or an option is wrong, and what the code in the schema throws: faults
 * of the program, not of the text. Both as rejections.
 */
export async function parseJson<T>(
  schema: StandardSchemaV1<unknown, T>,
  input: string | Uint8Array,
  options: ParseJsonOptions = {},
): Promise<Result<T, ValidationError | JsonError>> {
  const where = { package: '@base/core', pattern: 'parseJson', infinity: true }
  const { maxBytes = DEFAULT_MAX_BYTES, maxDepth = DEFAULT_MAX_DEPTH } = checkOptions(options, where)
  checkInteger(maxBytes, { ...where, option: 'maxBytes' })
  checkInteger(maxDepth, { ...where, option: 'maxDepth' })
  const standard = checkSchema(schema, 'parseJson')
  const read = readJson(input, maxBytes, maxDepth)
  return read.ok ? toResult(await standard.validate(read.value)) : read
}
