import type { Outcome } from './price-client.ts'

/** What became of the calls of one phase, by when they began. */
export interface Row {
  readonly phase: string
  readonly calls: number
  readonly fresh: number
  readonly stale: number
  readonly failed: number
  /** The time within which 95 of 100 calls ended, in milliseconds; 0 where none did. */
  readonly p95: number
}

/** Counts the calls of one phase. */
export class Tally {
  readonly #phase: string
  readonly #outcomes = { fresh: 0, stale: 0, failed: 0 }
  readonly #times: number[] = []
  #calls = 0

  constructor(phase: string) {
    this.#phase = phase
  }

  began(): void {
    this.#calls++
  }

  ended(outcome: Outcome, time: number): void {
    this.#outcomes[outcome]++
    this.#times.push(Math.round(time))
  }

  get row(): Row {
    const sorted = this.#times.toSorted((a, b) => a - b)
    const p95 = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0
    return { phase: this.#phase, calls: this.#calls, ...this.#outcomes, p95 }
  }
}
