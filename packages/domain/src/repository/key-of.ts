import { isBuiltIn, isPlainObject } from '@base/core/kind'
import { invalidOption } from '@base/core/options'
import { ValueObject } from '../value-object/value-object.js'
import { ownTextOf, sorted } from './id-text.js'

/**
 * What a map finds an id by: itself, or of an object its own text and what it holds. An object is never found by a text.
 *
 * @throws InvalidOptionError where the id is an object that shows neither.
 */
export function keyOf(id: unknown): unknown {
  if (typeof id === 'string') return `text ${id}`
  return typeof id === 'object' && id !== null ? `object ${JSON.stringify(id, tagged)}` : id
}

/** What JSON would take for another thing is tagged. */
function tagged(this: Readonly<Record<string, unknown>>, name: string, json: unknown): unknown {
  const value = this[name]
  if (typeof value === 'bigint') return { $bigint: String(value) }
  if (typeof value === 'number' && !Number.isFinite(value)) return { $number: String(value) }
  if (isBuiltIn(value, 'Map')) return { $map: membersOf(value) }
  if (isBuiltIn(value, 'Set')) return { $set: membersOf(value) }
  if (typeof value !== 'object' || value === null) return json
  const own = ownTextOf(value)
  const held = heldBy(value, json)
  return own === undefined ? shown(value, held, name) : { $text: own, $holds: sorted(held) }
}

/** In any order, as they are compared. */
function membersOf(items: Iterable<unknown>): readonly string[] {
  return Array.from(items, (item) => JSON.stringify(item, tagged)).sort()
}

/** The JSON of a value object has lost its types. */
function heldBy(value: object, json: unknown): unknown {
  return value instanceof ValueObject && value.toJSON === ValueObject.prototype.toJSON ? value.props : json
}

/** Objects that show nothing would all be the same. */
function shown(value: object, held: unknown, name: string): unknown {
  const isNothing = typeof held === 'object' && held !== null && Object.keys(held).length === 0
  if (held !== undefined && (!isNothing || Array.isArray(held) || (name !== '' && isPlainObject(value))))
    return sorted(held)
  const place = { package: '@base/domain', pattern: 'Repository', option: 'id' }
  throw invalidOption(held, place, 'one with a text: a toString of its own, or fields that are not private')
}
