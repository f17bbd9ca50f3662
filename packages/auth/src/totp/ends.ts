/** When something is over, by subject, in milliseconds since 1970. What is over is forgotten when the next one comes. */
export class Ends {
  readonly #ends = new Map<string, number>()

  get size(): number {
    return this.#ends.size
  }

  get(sub: string): number | undefined {
    return this.#ends.get(sub)
  }

  /** All last about as long, so that the oldest is over first. */
  set(sub: string, end: number, now: number): void {
    for (const [oldest, over] of this.#ends) {
      if (over > now) break
      this.#ends.delete(oldest)
    }
    this.#ends.delete(sub)
    this.#ends.set(sub, end)
  }

  /** Whether there was one that is not over. */
  take(sub: string, now: number): boolean {
    const end = this.#ends.get(sub)
    return this.#ends.delete(sub) && end !== undefined && end > now
  }
}
