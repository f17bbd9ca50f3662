/**
 * What JSON would not show, as something that it does: entries of maps and headers, items of sets, what is in a box. An object
 * that is none of these is given back.
 */
export function toPlain(value: object): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value
  if (value instanceof Map) return fromEntries(value)
  if (value instanceof Set) return [...value]
  if (ArrayBuffer.isView(value)) return `[${value.constructor.name}, ${value.byteLength} bytes]`
  if (value instanceof ArrayBuffer) return `[ArrayBuffer, ${value.byteLength} bytes]`
  if (isEntries(value)) return fromEntries(value)
  if (
    value instanceof Number ||
    value instanceof String ||
    value instanceof Boolean ||
    value instanceof BigInt
  ) {
    return value.valueOf()
  }
  if (value instanceof RegExp || value instanceof URL) return String(value)
  if (value instanceof Promise) return '[Promise]'
  return value
}

/** Headers, URLSearchParams and FormData are lists of entries. */
function isEntries(value: object): value is Iterable<readonly [unknown, unknown]> {
  const tag: unknown = (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag]
  return (tag === 'Headers' || tag === 'URLSearchParams' || tag === 'FormData') && Symbol.iterator in value
}

/** An object where all keys are texts or numbers, or else the entries. */
function fromEntries(entries: Iterable<readonly [unknown, unknown]>): unknown {
  const plain: Record<string, unknown> = Object.create(null)
  const list: (readonly [unknown, unknown])[] = [...entries]
  for (const [key, value] of list) {
    if (typeof key !== 'string' && typeof key !== 'number') return list
    // A name may be there more than once, as in a query.
    plain[key] = key in plain ? [plain[key], value].flat() : value
  }
  return plain
}
