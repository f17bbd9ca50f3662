/** How often something is tried, by where. Integers from 1. */
export interface RunCounts {
  /** In every test run: few enough for seconds. */
  readonly ci: number
  /** In `pnpm soak`: enough to find what is rare. */
  readonly soak: number
}

/**
 * The number of runs of a property or a fuzz loop: that of the soak if `SOAK=1`, else that of every test run.
 *
 * @example
 * fc.assert(property, { numRuns: runs({ ci: 1_000, soak: 100_000 }) })
 */
export function runs({ ci, soak }: RunCounts): number {
  const count = process.env['SOAK'] === '1' ? soak : ci
  // fast-check takes 0 for a pass.
  if (!Number.isSafeInteger(count) || count < 1)
    throw new RangeError(`Runs are counted from 1, not ${count}.`)
  return count
}
