import type { CodecType } from '@base/core/codec'
import { invalidOption } from '@base/core/options'
import { type Result, unwrap } from '@base/core/result'
import { placeOf } from '../place.js'
import { frozenCopy } from './frozen-copy.js'
import { isObject } from './object-kind.js'
import { sameStructure } from './same-structure.js'

/** A registered symbol, so that two copies of the package in one process recognise each other's value objects. */
const BRAND = Symbol.for('@base/domain/value-object')

/**
 * A thing that is what it holds: an address, an amount, a range. Two of one class with the same contents are equal, and
 * nobody can change one.
 *
 * Contents are copied and frozen at construction, to any depth: plain objects, arrays, maps, sets and dates. Typed
 * arrays are copied, but their elements stay open. Instances of other classes are kept as they are, and compared by
 * their own `equals`. Check what you take in the constructor, or in a `parse` that returns a `Result`.
 *
 * @example
 * class Address extends ValueObject<{ street: string; city: string }> {
 *   get city(): string {
 *     return this.props.city
 *   }
 * }
 * const home = new Address({ street: 'Rua Augusta 1', city: 'Lisbon' })
 * home.equals(new Address({ street: 'Rua Augusta 1', city: 'Lisbon' })) // true
 * JSON.stringify(home) // '{"street":"Rua Augusta 1","city":"Lisbon"}'
 *
 * @see Eric Evans, Domain-Driven Design, "Value Objects"
 */
export abstract class ValueObject<Props extends object = object> {
  static {
    // biome-ignore lint/complexity/noThisInStatic: a bundler renames a class that names itself, and `name` is that name.
    Object.defineProperty(this.prototype, BRAND, { value: true })
  }

  /** What it holds, frozen. */
  declare readonly props: Readonly<Props>

  /** @throws InvalidOptionError where `props` is no object. */
  constructor(props: Props) {
    if (!isObject(props)) throw invalidOption(props, placeOf(new.target.name)('props'), 'an object')
    Object.defineProperty(this, 'props', { value: frozenCopy(props), enumerable: true })
  }

  /**
   * Whether the other is of the same class and holds the same: see the class. `false` for anything else, `null` and
   * `undefined` included.
   */
  equals(other: unknown): boolean {
    if (this === other) return true
    return (
      other instanceof ValueObject &&
      Object.getPrototypeOf(this) === Object.getPrototypeOf(other) &&
      sameStructure(this.props, other.props)
    )
  }

  /**
   * What `JSON.stringify` writes: the contents as JSON, dates as ISO text, bigints as decimal text, sets as arrays, maps
   * as arrays of pairs. To carry them with their types, give {@link valueObjectType} to a codec.
   */
  toJSON(): unknown {
    return toPlain(this.props)
  }
}

/** Whether it is a value object, made by this copy of the package or by another. */
export function isValueObject(value: object): value is ValueObject {
  return (value as { [BRAND]?: unknown })[BRAND] === true
}

/**
 * Lets a codec of `@base/core/codec` carry a class of value objects, so that a cache or a queue brings it back as one. One
 * that extends it is a class to name as well.
 *
 * @example
 * class Address extends ValueObject<{ city: string; since: Date }> {}
 * const codec = createCodec({ types: [valueObjectType('address', Address)] })
 * const home = new Address({ city: 'Lisbon', since: new Date(0) })
 * home.equals(codec.decode(codec.encode(home))) // true
 */
export function valueObjectType<Props extends object, V extends ValueObject<Props>>(
  name: string,
  type: new (props: Props) => V,
): CodecType<V>
/**
 * The same for a class whose constructor takes something else than its props, or is private, as of the ready-made ones:
 * carried is what its `toJSON` gives, and `parse` reads that, for the classes that extend it too.
 *
 * @example
 * const money = valueObjectType('money', Money, Money.fromJSON)
 * const email = valueObjectType('email', Email, Email.parse)
 */
export function valueObjectType<V extends ValueObject, Json>(
  name: string,
  type: { readonly prototype: V },
  parse: (json: Json) => Result<V, Error>,
): CodecType<V>
export function valueObjectType(
  name: string,
  type: { readonly prototype: ValueObject },
  parse?: (json: never) => Result<ValueObject, Error>,
): CodecType<ValueObject> {
  const make = type as new (props: object) => ValueObject
  const is = (value: unknown): value is ValueObject => value instanceof make
  // Made again would be the class that is named, and not the one that extends it.
  const isItself = (value: unknown): value is ValueObject =>
    is(value) && Object.getPrototypeOf(value) === make.prototype
  return parse === undefined
    ? { name, is: isItself, toValue: ({ props }) => props, fromValue: (props: object) => new make(props) }
    : { name, is, toValue: (instance) => instance.toJSON(), fromValue: (json) => unwrap(parse(json)) }
}

function toPlain(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (!isObject(value) || 'toJSON' in value) return value
  if (value instanceof Set || value instanceof Map || Array.isArray(value)) return Array.from(value, toPlain)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toPlain(item)]))
}
