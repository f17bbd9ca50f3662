/** PostgreSQL's serialization_failure and deadlock_detected, and our own. */
const RETRIED: ReadonlySet<unknown> = new Set(['40001', '40P01', 'SERIALIZATION_FAILURE'])

/** How long a chain of causes is followed, for it may be a circle. */
const MAX_CAUSES = 16

const FIRST_PAUSE = 10
const LONGEST_PAUSE = 1_000

/** Whether the system asks to run the transaction again: by the `code` of the error or of one along its causes. */
export function isSerializationFailure(error: unknown): boolean {
  let link = error
  for (let depth = 0; depth < MAX_CAUSES && typeof link === 'object' && link !== null; depth++) {
    const { code, cause } = link as { code?: unknown; cause?: unknown }
    if (RETRIED.has(code)) return true
    link = cause
  }
  return false
}

/** The pause after so many runs, in whole milliseconds: it doubles, and chance spreads it from 0 to the whole. */
export function pauseAfter(runs: number, random: () => number): number {
  return Math.round(random() * Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (runs - 1)))
}
