import type { Duration } from '../duration/duration.js'

/** What a conformance suite tests, and how it lets time pass. */
export interface Subject<T> {
  /** What is tested. */
  readonly subject: T
  /** Lets time pass for it: `TestClock.advance` in memory; a real system shortens its leases, or waits. */
  readonly advance: (duration: Duration) => unknown
  /** Closes what `make` opened. */
  readonly dispose: () => unknown
}

/** Makes a fresh subject; called once for each law. */
export type Make<T> = () => Subject<T> | Promise<Subject<T>>

/** Options of every conformance suite. */
export interface ConformanceOptions {
  /** The runner's `test`: that of vitest, node:test, jest or bun. */
  readonly test: (name: string, fn: () => Promise<void>) => unknown
}
