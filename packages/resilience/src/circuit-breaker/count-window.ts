import type { Outcomes, Tally, Verdict } from './window.js'

const FAILED = 1
const SLOW = 2

/** The last `size` calls, a byte each in a ring. */
export class CountWindow implements Outcomes {
  readonly #isBad: Verdict
  readonly #ring: Uint8Array
  readonly #tally: Tally = { calls: 0, failures: 0, slow: 0 }
  #next = 0

  constructor(size: number, isBad: Verdict) {
    this.#ring = new Uint8Array(size)
    this.#isBad = isBad
  }

  count(failed: boolean, slow: boolean): boolean {
    const tally = this.#tally
    const ring = this.#ring
    if (tally.calls === ring.length) this.#forget(ring[this.#next] as number)
    else tally.calls++
    ring[this.#next] = (failed ? FAILED : 0) | (slow ? SLOW : 0)
    this.#next = this.#next + 1 === ring.length ? 0 : this.#next + 1
    if (failed) tally.failures++
    if (slow) tally.slow++
    return (failed || slow) && this.#isBad(tally)
  }

  #forget(outcome: number): void {
    if ((outcome & FAILED) !== 0) this.#tally.failures--
    if ((outcome & SLOW) !== 0) this.#tally.slow--
  }
}
