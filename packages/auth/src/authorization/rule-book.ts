import { type ActionName, parsePermission } from './action-name.js'
import type { CheckedDefinition } from './read-definition.js'
import type { CheckedPolicy } from './read-policies.js'

/** What is written about one permission, wildcards included. */
export interface Chapter {
  readonly permission: string
  /** The roles that have it, each with its reason. */
  readonly grants: Map<string, string>
  /** The policies for everyone. */
  readonly general: CheckedPolicy[]
  /** The policies for some roles, by role. */
  readonly byRole: Map<string, CheckedPolicy[]>
}

/** All that is written about one action. */
export interface ActionRules extends ActionName {
  /** The action by its full name. */
  readonly action: string
  /** What is said of the action itself, of its type, and of everything; what says nothing is left out. */
  readonly chapters: readonly Chapter[]
  /** Those with policies. */
  readonly policed: readonly Chapter[]
  /** The fields that each role may use; undefined where there is no rule. */
  readonly fields: ReadonlyMap<string, readonly string[]> | undefined
}

/** The rules by action, so that a check reads only those that can matter. */
export class RuleBook {
  readonly #chapters = new Map<string, Chapter>()
  readonly #fields = new Map<string, Map<string, readonly string[]>>()
  /** What is written somewhere by its full name, by type and verb. */
  readonly #types = new Map<string, Map<string, ActionRules>>()
  /** The same by that name. */
  readonly #actions = new Map<string, ActionRules>()

  constructor({ permissions, policies, fields }: CheckedDefinition) {
    for (const [role, ofRole] of permissions)
      for (const permission of ofRole)
        this.#chapter(permission).grants.set(role, `role:${role}:${permission}`)
    for (const policy of policies) for (const action of policy.actions) this.#enter(policy, action)
    for (const { role, action, paths } of fields)
      valueAt(this.#fields, action, () => new Map()).set(role, paths)
    for (const name of [...this.#chapters.keys(), ...this.#fields.keys()]) this.#index(name)
  }

  /** The rules of an action that is written somewhere by its full name. */
  find(action: string): ActionRules | undefined {
    return this.#actions.get(action)
  }

  /** Whether something is written about a type by its name. */
  hasType(type: string): boolean {
    return this.#types.has(type)
  }

  /** The rules of an action in its halves. What is not written anywhere comes under wildcards alone, and is not remembered. */
  rules(type: string, verb: string): ActionRules {
    return this.#types.get(type)?.get(verb) ?? this.#gather(type, verb)
  }

  #chapter(permission: string): Chapter {
    const empty = () => ({ permission, grants: new Map(), general: [], byRole: new Map() })
    return valueAt(this.#chapters, permission, empty)
  }

  #enter(policy: CheckedPolicy, action: string): void {
    const { general, byRole } = this.#chapter(action)
    if (policy.roles === undefined) general.push(policy)
    for (const role of policy.roles ?? []) valueAt(byRole, role, () => []).push(policy)
  }

  #index(name: string): void {
    const { type, verb } = parsePermission(name) as ActionName
    if (type === '*') return
    const verbs = valueAt(this.#types, type, () => new Map())
    if (verb === '*') return
    const rules = valueAt(verbs, verb, () => this.#gather(type, verb))
    this.#actions.set(name, rules)
  }

  #gather(type: string, verb: string): ActionRules {
    const action = `${type}:${verb}`
    const chapters = [action, `${type}:*`, '*'].flatMap((name) => this.#chapters.get(name) ?? [])
    const policed = chapters.filter(({ general, byRole }) => general.length > 0 || byRole.size > 0)
    return { type, verb, action, chapters, policed, fields: this.#fields.get(action) }
  }
}

/** The value of a key, which is made where there is none. */
function valueAt<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}
