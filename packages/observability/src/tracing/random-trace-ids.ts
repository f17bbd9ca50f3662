let known = false

/** Whether the trace ids that start in this process are known to be random in their last seven bytes. */
export function areTraceIdsRandom(): boolean {
  return known
}

/** Says that they are, until what is returned is called. */
export function sayTraceIdsAreRandom(): () => void {
  known = true
  return () => {
    known = false
  }
}
