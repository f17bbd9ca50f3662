import { invalidOption } from '../options/options.js'
import type { StandardSchemaProps, StandardSchemaV1 } from './standard-schema.js'

/** The part of a schema that validates, checked. A schema may be a function with properties, as arktype's are. */
export function checkSchema<T>(
  schema: StandardSchemaV1<unknown, T>,
  pattern: string,
): StandardSchemaProps<unknown, T> {
  const standard = (schema as Partial<StandardSchemaV1<unknown, T>> | null | undefined)?.['~standard']
  if (typeof standard?.validate === 'function') return standard
  const place = { package: '@base/core', pattern, option: 'schema' }
  throw invalidOption(schema, place, 'a Standard Schema, such as one of zod, valibot or arktype')
}
