interface Entry<T> {
  readonly value: T
  readonly expiresAt: number
}

/** Sweeping fewer is not worth it. */
const LEAST_TO_SWEEP = 256

/**
 * Values with an end, by the wall clock, as tokens have: if it steps back, tokens live longer, and so must these. What has ended is
 * dropped by a sweep whenever the map has doubled since the last one: so it is never more than twice what lives, without a timer.
 * Not when it is read: a clock that is ahead for a moment would forget what holds again once it is right.
 */
export class ExpiringMap<T> {
  readonly #now: () => number
  readonly #entries = new Map<string, Entry<T>>()
  #sweepAt = LEAST_TO_SWEEP

  constructor(now: () => number) {
    this.#now = now
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key)
    return entry !== undefined && entry.expiresAt > this.#now() ? entry.value : undefined
  }

  /** The longer of two times counts. */
  set(key: string, value: T, ttl: number): void {
    const before = this.#entries.get(key)?.expiresAt ?? 0
    this.#entries.set(key, { value, expiresAt: Math.max(before, this.#now() + ttl) })
    if (this.#entries.size >= this.#sweepAt) this.#sweep()
  }

  #sweep(): void {
    const now = this.#now()
    for (const [key, { expiresAt }] of this.#entries) {
      if (expiresAt <= now) this.#entries.delete(key)
    }
    this.#sweepAt = Math.max(LEAST_TO_SWEEP, this.#entries.size * 2)
  }
}
