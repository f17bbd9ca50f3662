import { findRing, type Parents } from './find-ring.js'
import { wrong } from './place.js'

/** Roles, and what each inherits. No limit of depth, and no recursion that a deep one could break. */
export class RoleGraph {
  readonly #parents: Map<string, readonly string[]>
  /** The answers so far: never more than there are roles. */
  readonly #lineages = new Map<string, readonly string[]>()

  constructor(parents: Parents) {
    const ring = findRing(parents)
    if (ring !== undefined)
      throw wrong(
        `inherits.${ring[0]}`,
        `without a ring (${ring.join(' → ')})`,
        parents.get(ring[0] as string),
      )
    this.#parents = new Map(parents)
  }

  get names(): readonly string[] {
    return [...this.#parents.keys()]
  }

  /** The roles from which a role inherits directly; undefined for one that there is not. */
  parents(role: string): readonly string[] | undefined {
    return this.#parents.get(role)
  }

  /** Adds a role or gives it other parents; they are there already, and none inherits from it, so no ring can come of it. */
  set(role: string, parents: readonly string[]): void {
    this.#parents.set(role, parents)
    this.#lineages.clear()
  }

  /** Removes a role, from which none inherits. */
  delete(role: string): void {
    this.#parents.delete(role)
    this.#lineages.clear()
  }

  /** A role and all that it inherits from, the nearest first. Nothing for one that there is not, which is not remembered. */
  lineage(role: string): readonly string[] {
    const known = this.#lineages.get(role)
    if (known !== undefined) return known
    if (!this.#parents.has(role)) return []
    const seen = new Set([role])
    // A set is walked in order, and over what is added on the way.
    for (const next of seen) for (const parent of this.#parents.get(next) ?? []) seen.add(parent)
    const lineage = Object.freeze([...seen])
    this.#lineages.set(role, lineage)
    return lineage
  }

  /** The way from a role to one that it inherits from, both included. */
  path(from: string, to: string): readonly string[] {
    const cameFrom = new Map<string, string | undefined>([[from, undefined]])
    for (const [next] of cameFrom) {
      if (next === to) break
      for (const parent of this.#parents.get(next) ?? [])
        if (!cameFrom.has(parent)) cameFrom.set(parent, next)
    }
    const way: string[] = []
    for (let at: string | undefined = to; at !== undefined; at = cameFrom.get(at)) way.unshift(at)
    return way
  }
}
