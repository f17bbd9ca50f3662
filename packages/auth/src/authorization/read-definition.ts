import { isFieldPath } from '@base/core/expression'
import { checkText } from '@base/core/options'
import { parseAction } from './action-name.js'
import {
  entries,
  list,
  type RoleNames,
  readPermissionList,
  readRoleNames,
  record,
} from './definition-parts.js'
import type { Parents } from './find-ring.js'
import { place, wrong } from './place.js'
import { type CheckedPolicy, readPolicies } from './read-policies.js'

/** The fields that one role may use in one action. */
interface FieldRule {
  readonly role: string
  readonly action: string
  readonly paths: readonly string[]
}

/** A definition that was checked and copied. */
export interface CheckedDefinition {
  readonly parents: Parents
  readonly permissions: ReadonlyMap<string, readonly string[]>
  readonly policies: readonly CheckedPolicy[]
  readonly fields: readonly FieldRule[]
}

const KEYS = ['roles', 'inherits', 'permissions', 'policies', 'fields']

/** Checks a definition; rings of roles are found where the graph is made. */
export function readDefinition(definition: unknown): CheckedDefinition {
  const options = record(definition, 'definition', KEYS)
  const roles = readRoles(options['roles'])
  return {
    parents: readInherits(options['inherits'], roles),
    permissions: readPermissions(options['permissions'], roles),
    policies: readPolicies(options['policies'], roles),
    fields: readFields(options['fields'], roles),
  }
}

function readRoles(value: unknown): RoleNames {
  const names = list(value, 'roles').map((name, index) => checkText(name, place(`roles.${index}`)))
  const roles = new Set(names)
  if (roles.size < names.length) throw wrong('roles', 'names of which none comes twice', value)
  return roles
}

function readInherits(value: unknown, roles: RoleNames): Parents {
  const parents = new Map<string, readonly string[]>([...roles].map((role) => [role, []]))
  for (const [role, ofRole] of entries(value, 'inherits', roles))
    parents.set(role, readRoleNames(ofRole, `inherits.${role}`, roles))
  return parents
}

function readPermissions(value: unknown, roles: RoleNames): ReadonlyMap<string, readonly string[]> {
  return new Map(
    entries(value, 'permissions', roles).map(([role, ofRole]) => [
      role,
      readPermissionList(ofRole, `permissions.${role}`),
    ]),
  )
}

function readFields(value: unknown, roles: RoleNames): readonly FieldRule[] {
  return entries(value, 'fields', roles).flatMap(([role, rules]) =>
    Object.entries(record(rules, `fields.${role}`)).map(([action, paths]) => {
      const option = `fields.${role}.${action}`
      if (parseAction(action) === undefined) throw wrong(`fields.${role}`, "keyed by 'type:verb'", action)
      for (const path of list(paths, option))
        if (!isFieldPath(path))
          throw wrong(option, 'paths of names, none of them empty or of a prototype', path)
      return { role, action, paths: [...(paths as readonly string[])] }
    }),
  )
}
