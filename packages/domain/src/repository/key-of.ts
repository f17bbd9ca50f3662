/** What a map finds an id by: itself, or its JSON, with sorted names, where it is an object. */
export function keyOf(id: unknown): unknown {
  return typeof id === 'object' && id !== null ? JSON.stringify(id, sorted) : id
}

function sorted(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
