import type { Outcomes } from './window.js'

/** Failures in a row. */
export class Consecutive implements Outcomes {
  readonly #threshold: number
  failures: number

  constructor(threshold: number, failures: number) {
    this.#threshold = threshold
    this.failures = failures
  }

  count(failed: boolean): boolean {
    this.failures = failed ? this.failures + 1 : 0
    return this.failures >= this.#threshold
  }
}
