/** The roles from which each role inherits directly. */
export type Parents = ReadonlyMap<string, readonly string[]>

/** A role on the way, and which of its parents are still to be visited. */
interface Step {
  readonly role: string
  readonly left: string[]
}

/** A ring of roles, its first role once more at the end; undefined where there is none. */
export function findRing(parents: Parents): readonly string[] | undefined {
  const done = new Set<string>()
  for (const start of parents.keys()) {
    const ring = done.has(start) ? undefined : ringFrom(start, parents, done)
    if (ring !== undefined) return ring
  }
  return undefined
}

function ringFrom(start: string, parents: Parents, done: Set<string>): readonly string[] | undefined {
  const stepTo = (role: string): Step => ({ role, left: [...(parents.get(role) ?? [])] })
  const trail = [stepTo(start)]
  const onTrail = new Set([start])
  for (let step = trail.at(-1); step !== undefined; step = trail.at(-1)) {
    const next = step.left.pop()
    if (next === undefined) {
      trail.pop()
      onTrail.delete(step.role)
      done.add(step.role)
    } else if (onTrail.has(next)) {
      const roles = trail.map(({ role }) => role)
      return [...roles.slice(roles.indexOf(next)), next]
    } else if (!done.has(next)) {
      onTrail.add(next)
      trail.push(stepTo(next))
    }
  }
  return undefined
}
