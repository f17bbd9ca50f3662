import { checkText, invalidOption } from '@base/core/options'
import { placeOf } from '../place.js'
import type { Authorization, Roles } from './authorization.js'
import type { RoleGraph } from './role-graph.js'

/** The face that users have of the roles. */
export class RoleRegistry<S, R extends string> implements Roles<S, R> {
  readonly #graph: RoleGraph
  readonly #authorization: () => Authorization<S, string>

  constructor(graph: RoleGraph, authorization: () => Authorization<S, string>) {
    this.#graph = graph
    this.#authorization = authorization
  }

  get names(): readonly string[] {
    return this.#graph.names
  }

  compose<Name extends string>(name: Name, parts: readonly R[]): Authorization<S, R | Name> {
    checkText(name, optionOf('name'))
    const parents = [...new Set<string>(Array.isArray(parts) ? parts : [])]
    if (parents.length === 0) throw invalidOption(parts, optionOf('parts'), 'a list of one role at least')
    for (const part of parents)
      if (this.#graph.parents(part) === undefined)
        throw invalidOption(part, optionOf('parts'), 'roles that there are')
    const known = this.#graph.parents(name)
    if (known === undefined) this.#graph.add(name, Object.freeze(parents))
    else if (!isSame(known, parents))
      throw invalidOption(name, optionOf('name'), 'a name that no other role has')
    return this.#authorization() as Authorization<S, R | Name>
  }

  inherited(role: string): readonly string[] {
    return this.#graph.lineage(role)
  }
}

function isSame(known: readonly string[], parts: readonly string[]): boolean {
  return known.length === parts.length && known.every((role) => parts.includes(role))
}

const optionOf = /* @__PURE__ */ placeOf('Authorization.roles.compose')
