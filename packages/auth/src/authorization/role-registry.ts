import { checkText, invalidOption, type OptionPlace } from '@base/core/options'
import { placeOf } from '../place.js'
import type { Authorization, Roles } from './authorization.js'
import type { RoleGraph } from './role-graph.js'

/** The face that users have of the roles. */
export class RoleRegistry<S, R extends string> implements Roles<S, R> {
  readonly #graph: RoleGraph
  readonly #authorization: Authorization<S, string>
  readonly #composed = new Set<string>()

  constructor(graph: RoleGraph, authorization: Authorization<S, string>) {
    this.#graph = graph
    this.#authorization = authorization
  }

  get names(): readonly string[] {
    return this.#graph.names
  }

  compose<Name extends string>(
    name: Name,
    parts: readonly (R | (string & {}))[],
  ): Authorization<S, R | Name> {
    checkText(name, optionOf.compose('name'))
    const parents = this.#readParts(parts, optionOf.compose('parts'))
    const known = this.#graph.parents(name)
    if (known !== undefined && !isSame(known, parents))
      throw invalidOption(name, optionOf.compose('name'), 'a name that no other role has')
    if (known === undefined) {
      this.#graph.set(name, parents)
      this.#composed.add(name)
    }
    return this.#authorization as Authorization<S, R | Name>
  }

  replace(name: string, parts: readonly (R | (string & {}))[]): void {
    this.#checkComposed(name, optionOf.replace('name'))
    const option = optionOf.replace('parts')
    const parents = this.#readParts(parts, option)
    const inRing = parents.find((part) => this.#graph.lineage(part).includes(name))
    if (inRing !== undefined)
      throw invalidOption(inRing, option, 'roles that do not inherit from the role itself')
    this.#graph.set(name, parents)
  }

  remove(name: string): void {
    if (this.#graph.parents(name) === undefined) return
    const option = optionOf.remove('name')
    this.#checkComposed(name, option)
    if (this.#graph.names.some((other) => this.#graph.parents(other)?.includes(name)))
      throw invalidOption(name, option, 'a role that is no part of another')
    this.#graph.delete(name)
    this.#composed.delete(name)
  }

  inherited(role: string): readonly string[] {
    return this.#graph.lineage(role)
  }

  #checkComposed(name: string, option: OptionPlace): void {
    if (!this.#composed.has(name)) throw invalidOption(name, option, 'the name of a composed role')
  }

  #readParts(parts: readonly string[], option: OptionPlace): readonly string[] {
    const parents = [...new Set<string>(Array.isArray(parts) ? parts : [])]
    if (parents.length === 0) throw invalidOption(parts, option, 'a list of one role at least')
    for (const part of parents)
      if (this.#graph.parents(part) === undefined) throw invalidOption(part, option, 'roles that there are')
    return Object.freeze(parents)
  }
}

function isSame(known: readonly string[], parts: readonly string[]): boolean {
  return known.length === parts.length && known.every((role) => parts.includes(role))
}

const optionOf = {
  compose: /* @__PURE__ */ placeOf('Authorization.roles.compose'),
  replace: /* @__PURE__ */ placeOf('Authorization.roles.replace'),
  remove: /* @__PURE__ */ placeOf('Authorization.roles.remove'),
}
