import { type ActionName, parseAction, parsePermission } from './action-name.js'
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
  readonly #types = new Map<string, Map<string, ActionRules>>()
  readonly #actions = new Map<string, ActionRules>()

  constructor({ permissions, policies, fields }: CheckedDefinition) {
    for (const [role, ofRole] of permissions)
      for (const permission of ofRole)
        this.#chapter(permission).grants.set(role, `role:${role}:${permission}`)
    for (const policy of policies) for (const action of policy.actions) this.#enter(policy, action)
    for (const { role, action, paths } of fields) this.#enterFields(role, action, paths)
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
    const known = this.#chapters.get(permission)
    if (known !== undefined) return known
    const chapter: Chapter = { permission, grants: new Map(), general: [], byRole: new Map() }
    this.#chapters.set(permission, chapter)
    return chapter
  }

  #enter(policy: CheckedPolicy, action: string): void {
    const { general, byRole } = this.#chapter(action)
    if (policy.roles === undefined) general.push(policy)
    for (const role of policy.roles ?? []) {
      const ofRole = byRole.get(role)
      if (ofRole === undefined) byRole.set(role, [policy])
      else ofRole.push(policy)
    }
  }

  #enterFields(role: string, action: string, paths: readonly string[]): void {
    const known = this.#fields.get(action)
    if (known === undefined) this.#fields.set(action, new Map([[role, paths]]))
    else known.set(role, paths)
  }

  #index(name: string): void {
    const type = parsePermission(name)?.type
    if (type !== undefined && type !== '*' && !this.#types.has(type)) this.#types.set(type, new Map())
    const action = parseAction(name)
    if (action === undefined || this.#actions.has(name)) return
    const rules = this.#gather(action.type, action.verb)
    this.#actions.set(name, rules)
    this.#types.get(action.type)?.set(action.verb, rules)
  }

  #gather(type: string, verb: string): ActionRules {
    const action = `${type}:${verb}`
    const chapters = [action, `${type}:*`, '*'].flatMap((name) => this.#chapters.get(name) ?? [])
    const policed = chapters.filter(({ general, byRole }) => general.length > 0 || byRole.size > 0)
    return { type, verb, action, chapters, policed, fields: this.#fields.get(action) }
  }
}
