/** A place that a call takes until its function has really settled. */
export interface Slot {
  /** The slot of the policy around it. */
  readonly outer: Slot | undefined
  /** Keeps it taken until {@link Slot.release}. Nothing happens once it was given back. */
  hold(): void
  /** Ends one {@link Slot.hold}. */
  release(): void
}

/** Keeps a slot, and those around it, until what is returned is called. */
export function holdAll(innermost: Slot | undefined): () => void {
  for (let slot = innermost; slot !== undefined; slot = slot.outer) slot.hold()
  return () => {
    for (let slot = innermost; slot !== undefined; slot = slot.outer) slot.release()
  }
}
