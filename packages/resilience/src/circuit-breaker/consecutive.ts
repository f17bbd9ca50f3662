import type { Outcomes } from './window.js'

/** Failures in a row. */
export class Consecutive implements Outcomes {
  readonly #threshold: number
  failures: number

  constructor(threshold: number, failures: number) {
    this.#threshold = threshold
    this.failures = failures
  }

  good(): void {
    this.failures = 0
  }

  bad(): boolean {
    this.failures++
    return this.failures >= this.#threshold
  }

  end(): void {}
}
