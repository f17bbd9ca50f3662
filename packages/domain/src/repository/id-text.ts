import { isBuiltIn, isPlainObject } from '@base/core/kind'
import { invalidOption } from '@base/core/options'
import { placeOf } from '../place.js'
import { bytesOf, isObject, kindOf } from '../value-object/object-kind.js'
import { ValueObject } from '../value-object/value-object.js'

/** The text of an id: that of its own, or else what it holds. @throws InvalidOptionError as {@link contentOf} does. */
export function textOf(id: unknown): string {
  return isObject(id) ? (ownTextOf(id) ?? contentOf(id)) : String(id)
}

/**
 * What an object shows: JSON with sorted names. What JSON would lose, or take for another thing, is a text there that
 * begins with `$`, and a text that does so has one more. A field that is `undefined` is none.
 *
 * @throws InvalidOptionError where it is an object that shows nothing, for all such would be the same.
 */
export function contentOf(id: object): string {
  return JSON.stringify(id, marked)
}

function marked(this: Readonly<Record<string, unknown>>, name: string, json: unknown): unknown {
  const value = this[name]
  if (!isObject(value)) return markedPrimitive(value, Array.isArray(this))
  if (isBuiltIn(value, 'Map') || isBuiltIn(value, 'Set')) return `$${kindOf(value)} ${membersOf(value)}`
  if (ArrayBuffer.isView(value)) return `$${kindOf(value)} ${bytesOf(value).join()}`
  const own = ownTextOf(value)
  const held = heldBy(value, json)
  return own === undefined ? shown(value, held, name) : `$${JSON.stringify([own, sorted(held)], marked)}`
}

function markedPrimitive(value: unknown, isListed: boolean): unknown {
  if (typeof value === 'string') return value.startsWith('$') ? `$${value}` : value
  if (typeof value === 'bigint') return `$${value}n`
  // JSON has null for them.
  const isLost = typeof value === 'number' ? !Number.isFinite(value) : value === undefined && isListed
  return isLost ? `$${value}` : value
}

/** In any order, as they are compared. */
function membersOf(items: Iterable<unknown>): string {
  return JSON.stringify(Array.from(items, (item) => JSON.stringify([item], marked)).sort())
}

/** The JSON of a value object has lost its types. */
function heldBy(value: object, json: unknown): unknown {
  return value instanceof ValueObject && value.toJSON === ValueObject.prototype.toJSON ? value.props : json
}

function shown(value: object, held: unknown, name: string): unknown {
  const isEmpty = Array.isArray(held) || (name !== '' && isPlainObject(value))
  if (isObject(held) && (isEmpty || Object.keys(held).length > 0)) return sorted(held)
  const allowed = 'one with a text: a toString of its own, or fields that are not private'
  throw invalidOption(held, placeOf('Entity')('id'), allowed)
}

/**
 * The text that an object has of its own: what `String` makes of it, where that is more than its kind, or else its JSON,
 * where that is no object. What the platform makes of arrays, views and dates leaves something out.
 */
function ownTextOf(id: object): string | undefined {
  if (Array.isArray(id) || ArrayBuffer.isView(id)) return undefined
  const kind = kindOf(id)
  // Without a prototype it has nothing that would make a text.
  const isText = kind !== '[object Date]' && ('toString' in id || Symbol.toPrimitive in id)
  const own = isText ? String(id) : kind
  if (own !== kind) return own
  const json = (id as { toJSON?: () => unknown }).toJSON?.()
  return json === undefined || isObject(json) ? undefined : String(json)
}

function sorted(value: unknown): unknown {
  if (!isObject(value) || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
