const FIRST_ROOM = 4

/** Spends in order of time, in a ring that doubles: the oldest go, the newest come. */
export class Spends {
  total = 0
  newest = 0
  /** Moment and amount in turn. */
  #ring = new Float64Array(2 * FIRST_ROOM)
  #first = 0
  #size = 0

  add(now: number, amount: number): void {
    if (this.#size > 0 && this.newest === now) {
      const last = this.#at(this.#size - 1)
      this.#ring[last + 1] = (this.#ring[last + 1] as number) + amount
    } else {
      if (this.#size * 2 === this.#ring.length) this.#grow()
      const next = this.#at(this.#size++)
      this.#ring[next] = now
      this.#ring[next + 1] = amount
    }
    this.newest = now
    this.total += amount
  }

  /** Forgets those up to a moment. */
  forget(until: number): void {
    while (this.#size > 0 && (this.#ring[this.#first] as number) <= until) {
      this.total -= this.#ring[this.#first + 1] as number
      this.#first = this.#at(1)
      this.#size--
    }
  }

  /** When the last of the oldest came that make up an amount; there must be as much. */
  gone(amount: number): number {
    let index = 0
    for (let sum = 0; index < this.#size; index++) {
      sum += this.#ring[this.#at(index) + 1] as number
      if (sum >= amount) break
    }
    return this.#ring[this.#at(index)] as number
  }

  #at(index: number): number {
    return (this.#first + 2 * index) % this.#ring.length
  }

  #grow(): void {
    const ring = new Float64Array(this.#ring.length * 2)
    ring.set(this.#ring.subarray(this.#first))
    ring.set(this.#ring.subarray(0, this.#first), this.#ring.length - this.#first)
    this.#ring = ring
    this.#first = 0
  }
}
