import type { StandardSchemaV1 } from './standard-schema.js'

const anything: StandardSchemaV1<unknown, unknown> = {
  '~standard': { version: 1, vendor: '@base/core', validate: (value) => ({ value }) },
}

/**
 * A schema that lets everything through and believes you about its type: for what you made yourself, never for what comes
 * from outside.
 *
 * @example
 * const placed = unchecked<{ orderId: string }>()
 * await validate(placed, { orderId: '7' }) // { ok: true, value: { orderId: '7' } }
 */
export function unchecked<T>(): StandardSchemaV1<T, T> {
  return anything as StandardSchemaV1<unknown, never> as StandardSchemaV1<T, T>
}
