import { isAppError } from '../errors/is-app-error.js'
import { ValidationError } from '../errors/validation-error.js'
import { fromBase64 } from './base64.js'
import type { CodecType } from './codec-type.js'
import { VIEWS } from './views.js'

/** More levels than an encoded value has: two for each of its own. */
const MAX_DEPTH = 2_000

type Types = ReadonlyMap<string, CodecType>

/** Makes the values of tags again, within the given JSON, which is changed. */
export function fromTagged(json: unknown, types: Types, depth = 0): unknown {
  if (typeof json !== 'object' || json === null) return json
  if (depth > MAX_DEPTH) throw malformed('is nested too deep')
  if (Array.isArray(json)) {
    for (let index = 0; index < json.length; index++) json[index] = fromTagged(json[index], types, depth + 1)
    return json
  }
  const keys = Object.keys(json)
  const [key] = keys
  if (key === undefined || !key.startsWith('$') || keys.length > 1) return untagRecord(json, types, depth)
  return untag(key, (json as Record<string, unknown>)[key], types, depth + 1)
}

function untagRecord(json: object, types: Types, depth: number): object {
  for (const [key, value] of Object.entries(json)) {
    const untagged = fromTagged(value, types, depth + 1)
    // Assigning to __proto__ would set the prototype; JSON.parse has made it a key like any other.
    if (untagged !== value) Object.defineProperty(json, key, { value: untagged })
  }
  return json
}

function untag(name: string, content: unknown, types: Types, depth: number): unknown {
  switch (name) {
    case '$undefined':
      return undefined
    case '$number':
      return numberOf(content)
    case '$bigint':
      return bigintOf(content)
    case '$date':
      return content === null ? new Date(Number.NaN) : dateOf(content)
    case '$url':
      return urlOf(content)
    case '$bytes':
      return binaryOf(content)
    case '$object':
      return untagRecord(objectOf(content), types, depth)
    case '$set':
      return new Set(arrayOf(name, fromTagged(content, types, depth)))
    case '$map':
      return new Map(arrayOf(name, fromTagged(content, types, depth)).map(pairOf))
    case '$type':
      return instanceOf(content, types, depth)
    default:
      throw malformed(`has an unknown tag ${name.slice(0, 40)}`)
  }
}

const NUMBERS: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-0', -0],
])

function numberOf(content: unknown): number {
  const value = NUMBERS.get(content)
  if (value === undefined) throw malformed('has a $number that is none')
  return value
}

function bigintOf(content: unknown): bigint {
  if (typeof content !== 'string' || !/^-?\d+$/.test(content)) throw malformed('has a $bigint that is none')
  return BigInt(content)
}

function dateOf(content: unknown): Date {
  const date = new Date(typeof content === 'string' ? content : Number.NaN)
  if (Number.isNaN(date.getTime())) throw malformed('has a $date that is none')
  return date
}

function urlOf(content: unknown): URL {
  if (typeof content !== 'string' || !URL.canParse(content)) throw malformed('has a $url that is none')
  return new URL(content)
}

function binaryOf(content: unknown): unknown {
  const [kind, base64, name = kind] = arrayOf('$bytes', content)
  const make = typeof name === 'string' && Object.hasOwn(VIEWS, name) ? VIEWS[name] : undefined
  if (make === undefined || typeof base64 !== 'string') throw malformed('has $bytes of an unknown kind')
  try {
    return make(fromBase64(base64))
  } catch (cause) {
    throw malformed('has $bytes that are none', cause)
  }
}

function instanceOf(content: unknown, types: Types, depth: number): unknown {
  const [name, value] = arrayOf('$type', content)
  const type = types.get(name as string)
  if (type === undefined) throw malformed('has a $type that is not registered')
  const inner = fromTagged(value, types, depth + 1)
  try {
    return type.fromValue(inner as never)
  } catch (error) {
    throw isAppError(error, 'VALIDATION') ? error : malformed(`has a ${type.name} that is none`, error)
  }
}

function objectOf(content: unknown): object {
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content
  throw malformed('has an $object that is none')
}

function arrayOf(name: string, content: unknown): readonly unknown[] {
  if (Array.isArray(content)) return content
  throw malformed(`has a ${name} that is no array`)
}

function pairOf(pair: unknown): readonly [unknown, unknown] {
  if (Array.isArray(pair) && pair.length === 2) return [pair[0], pair[1]]
  throw malformed('has a $map of something else than pairs')
}

function malformed(message: string, cause?: unknown): ValidationError {
  return new ValidationError({ issues: [{ path: '', message }], ...(cause !== undefined && { cause }) })
}
