/**
 * The text that an object has of its own: what `String` makes of it, where that is more than its kind. What the platform
 * makes of arrays, views and dates is none, for it leaves something out.
 */
export function ownTextOf(id: object): string | undefined {
  const kind = Object.prototype.toString.call(id)
  if (Array.isArray(id) || ArrayBuffer.isView(id) || kind === '[object Date]') return undefined
  // Without a prototype it has nothing that would make a text.
  const own = 'toString' in id || Symbol.toPrimitive in id ? String(id) : kind
  return own === kind ? undefined : own
}

/** For `JSON.stringify`: sorts the names of an object. */
export function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
