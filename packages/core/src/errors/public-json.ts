/** What JSON can carry. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

const MAX_DEPTH = 8
const MAX_VALUES = 1_000

/** Names, without case and separators, whose values are secrets wherever they stand. */
const SECRET_NAMES: ReadonlySet<string> = new Set([
  'password',
  'passwd',
  'passphrase',
  'pwd',
  'secret',
  'clientsecret',
  'secretkey',
  'token',
  'accesstoken',
  'refreshtoken',
  'idtoken',
  'bearer',
  'authorization',
  'apikey',
  'privatekey',
  'credentials',
  'cookie',
  'setcookie',
])

const SECRET = '[secret]'
const UNREADABLE = '[unreadable]'

/** One copy under way: the objects above the present one, and how many values may still be added. */
interface Copying {
  readonly parents: object[]
  left: number
}

/**
 * A plain copy for the outside: errors lose text and stack, secrets their value, and what JSON cannot carry becomes
 * text. Bounded in depth and in the number of values, so that no input can make it large; never throws, whatever a
 * getter or a proxy does.
 */
export function toPublicJson(record: Readonly<Record<string, unknown>>): Readonly<Record<string, JsonValue>> {
  try {
    return copyEntries(record, { parents: [], left: MAX_VALUES })
  } catch {
    return {}
  }
}

/** A text for the outside: the password of a URL in it is replaced. */
export function toPublicText(text: string): string {
  return text.includes('://') ? text.replace(/(:\/\/[^\s/:@]*:)[^\s/@]+@/g, `$1${SECRET}@`) : text
}

function copyEntries(record: object, copying: Copying): Record<string, JsonValue> {
  copying.parents.push(record)
  const entries: [string, JsonValue][] = []
  for (const name of Object.keys(record)) {
    if (--copying.left < 0) break
    entries.push([name, isSecretName(name) ? SECRET : copyProperty(record, name, copying)])
  }
  copying.parents.pop()
  return Object.fromEntries(entries)
}

function copyProperty(record: object, name: string, copying: Copying): JsonValue {
  const depth = copying.parents.length
  try {
    return copy((record as Record<string, unknown>)[name], copying)
  } catch {
    copying.parents.length = depth
    return UNREADABLE
  }
}

function copy(value: unknown, copying: Copying): JsonValue {
  switch (typeof value) {
    case 'string':
      return toPublicText(value)
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'bigint':
      return String(value)
    case 'object':
      return value === null ? null : copyObject(value, copying)
    default:
      // undefined, a function, a symbol: nothing that a reader outside could use.
      return null
  }
}

function copyObject(value: object, copying: Copying): JsonValue {
  if (copying.parents.includes(value)) return '[circular]'
  if (copying.parents.length >= MAX_DEPTH) return '[too deep]'
  if (value instanceof Error) return '[error]'
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return '[binary]'
  if (Array.isArray(value) || value instanceof Set) return copyItems(value, copying)
  if (value instanceof Map) return copyEntries(Object.fromEntries(value), copying)
  // Dates, secrets and value objects know best how they print.
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON !== 'function') return copyEntries(value, copying)
  const own: unknown = toJSON.call(value)
  return own === value ? copyEntries(value, copying) : copyNested(own, value, copying)
}

function copyItems(items: Iterable<unknown> & object, copying: Copying): readonly JsonValue[] {
  const copies: JsonValue[] = []
  for (const item of items) {
    if (--copying.left < 0) break
    copies.push(copyNested(item, items, copying))
  }
  return copies
}

function copyNested(value: unknown, parent: object, copying: Copying): JsonValue {
  copying.parents.push(parent)
  const result = copy(value, copying)
  copying.parents.pop()
  return result
}

function isSecretName(name: string): boolean {
  return SECRET_NAMES.has(name.replace(/[^a-zA-Z]/g, '').toLowerCase())
}
