/**
 * The one text of a JSON value, whatever the order of its members, of which some may be undefined: RFC 8785, which is JavaScript's own JSON with members sorted
 * by their UTF-16 units. Departs from it for lone surrogates, which are escaped instead of refused.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = value as Readonly<Record<string, unknown>>
  const parts = Object.keys(members)
    .sort()
    .flatMap((key) => {
      const member = members[key]
      return member === undefined ? [] : `${JSON.stringify(key)}:${canonicalJson(member)}`
    })
  return `{${parts.join()}}`
}
