import { parsePermission } from './action-name.js'
import { wrong } from './place.js'

/** The roles that there are. */
export type RoleNames = ReadonlySet<string>

/** A list of permissions. */
export function readPermissionList(value: unknown, option: string): readonly string[] {
  const permissions = list(value, option)
  for (const one of permissions)
    if (parsePermission(one) === undefined) throw wrong(option, "a list of 'type:verb', 'type:*' or '*'", one)
  return permissions as readonly string[]
}

/** A list of roles that there are. */
export function readRoleNames(value: unknown, option: string, roles: RoleNames): readonly string[] {
  const names = new Set(list(value, option) as readonly string[])
  for (const role of names) if (!roles.has(role)) throw wrong(option, 'a list of the names in roles', role)
  return [...names]
}

/** The entries by role; none where there is nothing. */
export function entries(value: unknown, option: string, roles: RoleNames): [string, unknown][] {
  const all = Object.entries(record(value ?? {}, option))
  for (const [role] of all) if (!roles.has(role)) throw wrong(option, 'keyed by the names in roles', role)
  return all.filter(([, ofRole]) => ofRole !== undefined)
}

/** An object; with `keys`, one that has no other. A misspelled option would be a rule that is not there. */
export function record(
  value: unknown,
  option: string,
  keys?: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(option, 'an object', value)
  const unknown = keys === undefined ? undefined : Object.keys(value).find((key) => !keys.includes(key))
  if (unknown !== undefined) throw wrong(option, `an object of ${keys?.join(', ')}`, unknown)
  return value as Readonly<Record<string, unknown>>
}

/** An array. */
export function list(value: unknown, option: string): readonly unknown[] {
  // A copy without holes: what is checked is what is used.
  if (Array.isArray(value)) return Array.from(value)
  throw wrong(option, 'an array', value)
}
