/** An extension that a server was asked for. */
export interface Extension {
  readonly ttl: number
  /** The shortest time of it and of those that had no answer while it had none. */
  least: number
  /** Whether there were none such. */
  isAlone: boolean
}

/** One more among those without an answer: the server may take them in any order, and the last one that it takes counts. */
export function addExtension(unanswered: Set<Extension>, ttl: number): Extension {
  const added: Extension = { ttl, least: ttl, isAlone: unanswered.size === 0 }
  for (const other of unanswered) {
    added.least = Math.min(added.least, other.ttl)
    other.least = Math.min(other.least, ttl)
    other.isAlone = false
  }
  unanswered.add(added)
  return added
}
