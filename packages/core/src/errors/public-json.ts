/** What JSON can carry. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

const MAX_DEPTH = 8
const MAX_ITEMS = 1_000
const REDACTED = '[secret]'

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

/**
 * A plain copy for the outside: errors lose text and stack, secrets their value, and what JSON cannot carry becomes
 * text. Bounded in depth and length, so that no input can make it large; never throws, whatever a getter does.
 */
export function toPublicJson(record: Readonly<Record<string, unknown>>): Readonly<Record<string, JsonValue>> {
  return copyRecord(record, [])
}

function copyRecord(record: object, parents: readonly object[]): Record<string, JsonValue> {
  const names = Object.keys(record).slice(0, MAX_ITEMS)
  const path = [...parents, record]
  return Object.fromEntries(
    names.map((name) => [name, isSecretName(name) ? REDACTED : copy(read(record, name), path)]),
  )
}

function copy(value: unknown, parents: readonly object[]): JsonValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'bigint':
      return String(value)
    case 'object':
      return value === null ? null : copyObject(value, parents)
    default:
      // undefined, a function, a symbol: nothing that a reader outside could use.
      return null
  }
}

function copyObject(value: object, parents: readonly object[]): JsonValue {
  if (parents.includes(value)) return '[circular]'
  if (parents.length >= MAX_DEPTH) return '[too deep]'
  if (value instanceof Error) return '[error]'
  const path = [...parents, value]
  if (Array.isArray(value) || value instanceof Set)
    return [...value].slice(0, MAX_ITEMS).map((item) => copy(item, path))
  if (value instanceof Map) return copyRecord(Object.fromEntries(value), parents)
  const own = ownJson(value)
  return own === value ? copyRecord(value, parents) : copy(own, path)
}

/** Dates, secrets and value objects know best how they print. */
function ownJson(value: object): unknown {
  try {
    const { toJSON } = value as { toJSON?: unknown }
    return typeof toJSON === 'function' ? (toJSON.call(value) as unknown) : value
  } catch {
    return '[unreadable]'
  }
}

function read(record: object, name: string): unknown {
  try {
    return (record as Record<string, unknown>)[name]
  } catch {
    return '[unreadable]'
  }
}

function isSecretName(name: string): boolean {
  return SECRET_NAMES.has(name.replace(/[^a-zA-Z]/g, '').toLowerCase())
}
