/** Batches that have to be taken, one after the other, before larger ones are tried again; twice as many after each vain try. */
const PROBATION = 50
const LONGEST_PROBATION = 3_200

/** How large a batch may be, by its lines or its bytes: less after one was too large, and more again after many that were not. */
export class BatchLimit {
  readonly #highest: number
  #value: number
  /** Full batches that were taken since. */
  #taken = 0
  /** How many there have to be. */
  #probation = PROBATION
  /** Whether the limit is twice what it was. */
  #probes = false

  constructor(highest: number) {
    this.#highest = highest
    this.#value = highest
  }

  get value(): number {
    return this.#value
  }

  /** A batch of this size was too large. A vain try ends where it began. */
  lower(size: number): void {
    const before = Math.ceil(this.#value / 2)
    this.#value = this.#probes && before < size ? before : Math.ceil(size / 2)
    if (this.#probes) this.#probation = Math.min(this.#probation * 2, LONGEST_PROBATION)
    this.#probes = false
    this.#taken = 0
  }

  /** A full batch was taken. */
  raise(): void {
    this.#taken += 1
    if (this.#taken < this.#probation) return
    this.#probes = this.#value < this.#highest
    if (!this.#probes) this.#probation = PROBATION
    this.#value = Math.min(this.#value * 2, this.#highest)
    this.#taken = 0
  }

  /** What has failed, for whatever reason, is followed by as many. */
  restart(): void {
    this.#taken = 0
  }

  /** It was not for the size of the batch. */
  reset(): void {
    this.#value = this.#highest
    this.#probes = false
  }
}
