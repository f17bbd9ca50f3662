import { checkFunction, checkOneOf, checkText } from '@base/core/options'
import type { Condition } from './definition.js'
import { list, type RoleNames, readPermissionList, readRoleNames, record } from './definition-parts.js'
import { place, wrong } from './place.js'

/** A policy as it is run. */
export interface CheckedPolicy {
  readonly id: string
  readonly effect: 'allow' | 'deny'
  readonly roles: readonly string[] | undefined
  readonly actions: readonly string[]
  readonly where: ((input: object) => Condition<unknown>) | undefined
  readonly when: ((input: object) => unknown) | undefined
}

const KEYS = ['id', 'effect', 'roles', 'actions', 'where', 'when']

/** Checks the policies; without any there are none. */
export function readPolicies(value: unknown, roles: RoleNames): readonly CheckedPolicy[] {
  const policies = list(value ?? [], 'policies').map((one, index) =>
    readPolicy(one, `policies.${index}`, roles),
  )
  const ids = new Set<string>()
  for (const { id } of policies) {
    if (ids.has(id)) throw wrong('policies', 'policies of which no two have the same id', id)
    ids.add(id)
  }
  return policies
}

function readPolicy(value: unknown, option: string, roles: RoleNames): CheckedPolicy {
  const { id, effect, roles: ofRoles, actions, where, when } = record(value, option, KEYS)
  if (checkText(id, place(`${option}.id`)).startsWith('role:'))
    throw wrong(`${option}.id`, 'a text that does not begin with role:', id)
  const given = readPermissionList(actions, `${option}.actions`)
  if (given.length === 0) throw wrong(`${option}.actions`, 'a list of one action at least', actions)
  return Object.freeze({
    id: id as string,
    effect: checkOneOf(effect, ['allow', 'deny'], place(`${option}.effect`)),
    roles: ofRoles === undefined ? undefined : readRoleNames(ofRoles, `${option}.roles`, roles),
    actions: [...new Set(given)],
    where: optionalFunction<CheckedPolicy['where']>(where, `${option}.where`),
    when: optionalFunction<CheckedPolicy['when']>(when, `${option}.when`),
  })
}

function optionalFunction<F>(value: unknown, option: string): F | undefined {
  return value === undefined ? undefined : (checkFunction(value as () => unknown, place(option)) as F)
}
