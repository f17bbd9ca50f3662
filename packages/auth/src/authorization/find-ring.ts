/** The roles from which each role inherits directly. */
export type Parents = ReadonlyMap<string, readonly string[]>

/** A ring of roles, its first role once more at the end; undefined where there is none. No recursion, for they may be deep. */
export function findRing(parents: Parents): readonly string[] | undefined {
  /** The parents that are still to be visited, by role; a role that was reached and is not done is on the trail. */
  const left = new Map<string, string[]>()
  const done = new Set<string>()
  for (const start of parents.keys()) {
    const trail = [start]
    for (let role = trail.at(-1); role !== undefined; role = trail.at(-1)) {
      const ofRole = left.get(role) ?? [...(parents.get(role) ?? [])]
      left.set(role, ofRole)
      const next = ofRole.pop()
      if (next === undefined) {
        trail.pop()
        done.add(role)
      } else if (!left.has(next)) trail.push(next)
      else if (!done.has(next)) return [...trail.slice(trail.indexOf(next)), next]
    }
  }
  return undefined
}
