import { isFieldPath } from '@base/core/expression'
import { checkOneOf, invalidOption, type OptionPlace } from '@base/core/options'
import type { Path } from '../specification/paths.js'

const MAX_KEYS = 16

/** One key of an order. */
export interface OrderBy<T = unknown> {
  /**
   * The path of the field: text is ordered by code point, NaN after all other numbers, `false` before `true`. In memory an
   * object whose JSON is its text, such as an e-mail address, goes by that, and another one is refused; a date is none of these.
   */
  readonly field: Path<T>
  /** Which way. @defaultValue 'asc' */
  readonly direction?: 'asc' | 'desc' | undefined
  /** Where null and undefined go. @defaultValue 'last' in ascending order, 'first' in descending, as in PostgreSQL */
  readonly nulls?: 'first' | 'last' | undefined
}

/** A key of an order, checked, with nothing left to default. */
export interface OrderKey {
  /** The path of the field. */
  readonly field: string
  /** Which way. */
  readonly direction: 'asc' | 'desc'
  /** Where null and undefined go. */
  readonly nulls: 'first' | 'last'
}

/**
 * Checks an order and fills in its defaults: for adapters.
 *
 * @throws InvalidOptionError where it is no list of at most 16 keys, each with a field of its own.
 */
export function readOrder(orderBy: unknown, place: Omit<OptionPlace, 'option'>): readonly OrderKey[] {
  if (orderBy === undefined) return []
  const where = { ...place, option: 'orderBy' }
  if (!Array.isArray(orderBy) || orderBy.length > MAX_KEYS) {
    throw invalidOption(orderBy, where, `an array of at most ${MAX_KEYS} keys such as { field, direction }`)
  }
  const keys = orderBy.map((key: unknown, index) => readKey(key, { ...where, option: `orderBy[${index}]` }))
  const fields = keys.map(({ field }) => field)
  if (new Set(fields).size < fields.length)
    throw invalidOption(fields.join(), where, 'a list without a field twice')
  return keys
}

function readKey(key: unknown, place: OptionPlace): OrderKey {
  const { field, direction = 'asc', nulls } = (key ?? {}) as Partial<OrderKey>
  const at = (name: string) => ({ ...place, option: `${place.option}.${name}` })
  if (!isFieldPath(field)) throw invalidOption(field, at('field'), 'the path of a field')
  checkOneOf(direction, ['asc', 'desc'], at('direction'))
  if (nulls !== undefined) checkOneOf(nulls, ['first', 'last'], at('nulls'))
  return { field, direction, nulls: nulls ?? (direction === 'asc' ? 'last' : 'first') }
}
