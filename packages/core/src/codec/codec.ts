import { ValidationError } from '../errors/validation-error.js'
import {
  checkFunction,
  checkOptions,
  checkText,
  invalidOption,
  type OptionPlace,
} from '../options/options.js'
import type { CodecType } from './codec-type.js'
import { fromTagged } from './decode.js'
import { isPlainJson, toTagged } from './encode.js'

/** Turns values into text and back. What comes back is equal, of the same types, and shares nothing with what went in. */
export interface Codec {
  /**
   * The value as text.
   *
   * @throws UnsupportedError naming the path of what cannot be carried: a function, a symbol, an instance of a class that
   * nobody registered, a cycle, or anything nested deeper than 500.
   */
  encode(value: unknown): string
  /**
   * The value of a text that `encode` made.
   *
   * @throws {@link ValidationError} where the text is not of that form.
   */
  decode(text: string): unknown
}

/** Options of {@link createCodec}. */
export interface CodecOptions {
  /** Classes of yours. @defaultValue none */
  readonly types?: readonly CodecType[] | undefined
}

const place = (option: string): OptionPlace => ({ package: '@base/core', pattern: 'createCodec', option })

/**
 * Makes a codec: JSON that also carries `Date`, `Map`, `Set`, `bigint`, `undefined`, `NaN`, `±Infinity`, `−0`, typed
 * arrays, `Buffer` (a `Uint8Array` where there is none), `ArrayBuffer`, `URL`, and the classes you name. One that extends
 * any of these is a class to name; what extends `Array`, such as the rows of some drivers, comes back as an array.
 *
 * What JSON carries is written as JSON; everything else as an object with one key that begins with `$`, such as
 * `{"$bigint":"7"}`. An object of yours with such a key is marked, so that it comes back as it was. Holes of arrays come
 * back as `undefined`, objects without a prototype as plain ones; symbol keys, what is not enumerable, names of an array
 * beside its places, and accessors' functions do not travel.
 *
 * @example
 * class Point {
 *   constructor(readonly x: number, readonly y: number) {}
 * }
 * const codec = createCodec({
 *   types: [
 *     {
 *       name: 'point',
 *       is: (value): value is Point => value instanceof Point,
 *       toValue: ({ x, y }: Point) => [x, y],
 *       fromValue: ([x, y]: [number, number]) => new Point(x, y),
 *     },
 *   ],
 * })
 * codec.decode(codec.encode({ at: new Point(1, 2), seen: new Set([1n]) })) // { at: Point { x: 1, y: 2 }, seen: Set { 1n } }
 *
 * @throws {@link InvalidOptionError} naming a type that is not whole, or whose name comes twice.
 */
export function createCodec(options: CodecOptions = {}): Codec {
  const { types = [] } = checkOptions(options, place('options'))
  const byName = checkTypes(types)
  const list = [...byName.values()]
  return {
    encode: (value) =>
      JSON.stringify(list.length === 0 && isPlainJson(value) ? value : toTagged(value, list)) as string,
    decode: (text) => {
      const json = parse(text)
      // Every tag begins so; a text without one is plain JSON.
      return text.includes('"$') ? fromTagged(json, byName) : json
    },
  }
}

/** The codec without classes of yours: see {@link createCodec}. */
export const jsonCodec: Codec = createCodec()

function parse(text: string): unknown {
  // Of what a store gives for nothing, `JSON.parse` would make a value.
  if (typeof text !== 'string')
    throw new ValidationError({ issues: [{ path: '', message: 'is not a text' }] })
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ValidationError({ issues: [{ path: '', message: 'is not JSON' }], cause })
  }
}

function checkTypes(types: readonly CodecType[]): ReadonlyMap<string, CodecType> {
  if (!Array.isArray(types)) throw invalidOption(types, place('types'), 'an array of types')
  const byName = new Map<string, CodecType>()
  for (const [index, type] of types.entries()) {
    const at = `types[${index}]`
    checkText(type?.name, place(`${at}.name`))
    checkFunction(type.is, place(`${at}.is`))
    checkFunction(type.toValue, place(`${at}.toValue`))
    checkFunction(type.fromValue, place(`${at}.fromValue`))
    if (byName.has(type.name)) throw invalidOption(type.name, place(`${at}.name`), 'unique')
    byName.set(type.name, type)
  }
  return byName
}
