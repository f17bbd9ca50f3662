import type { AuditJson } from './audit-entry.js'

/** A value with members that may be missing. */
export type CanonicalInput = AuditJson | { readonly [key: string]: unknown } | readonly unknown[]

/**
 * The one text of a JSON value, whatever the order of its members: RFC 8785, which is JavaScript's own JSON with members sorted
 * by their UTF-16 units. Departs from it for lone surrogates, which are escaped instead of refused.
 */
export function canonicalJson(value: CanonicalInput): string {
  if (Array.isArray(value)) return `[${value.map((item: AuditJson) => canonicalJson(item)).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = value as Readonly<Record<string, AuditJson | undefined>>
  const parts = Object.keys(members)
    .sort()
    .flatMap((key) => {
      const member = members[key]
      return member === undefined ? [] : `${JSON.stringify(key)}:${canonicalJson(member)}`
    })
  return `{${parts.join()}}`
}
