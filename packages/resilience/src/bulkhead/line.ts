/** Someone in a {@link Line}. */
export interface Place {
  readonly priority: number
  /** The number of its arrival: who took a while to get in line stands where it came. */
  readonly arrival: number
  /** Where the line keeps it; -1 where it stands in none. */
  index: number
}

/**
 * A queue: the higher priority first, and who came first within one.
 *
 * A binary heap whose members know where they are: to come, to go and to leave early cost log n, whatever the priorities
 * and their order.
 */
export class Line<P extends Place> {
  readonly #heap: P[] = []

  get size(): number {
    return this.#heap.length
  }

  /** Whose turn it is. */
  get first(): P | undefined {
    return this.#heap[0]
  }

  add(place: P): void {
    this.#rise(place, this.#heap.length)
  }

  /** Nothing happens where it has left before. */
  remove(place: P): void {
    const { index } = place
    if (index < 0) return
    place.index = -1
    const last = this.#heap.pop() as P
    if (last === place) return
    this.#sink(last, index)
    this.#rise(last, last.index)
  }

  #rise(place: P, from: number): void {
    let index = from
    while (index > 0) {
      const above = (index - 1) >>> 1
      const other = this.#heap[above] as P
      if (!isBefore(place, other)) break
      this.#put(other, index)
      index = above
    }
    this.#put(place, index)
  }

  #sink(place: P, from: number): void {
    let index = from
    for (;;) {
      const [left, right] = [this.#heap[2 * index + 1], this.#heap[2 * index + 2]]
      const next = left !== undefined && right !== undefined && isBefore(right, left) ? right : left
      if (next === undefined || !isBefore(next, place)) break
      const below = next.index
      this.#put(next, index)
      index = below
    }
    this.#put(place, index)
  }

  #put(place: P, index: number): void {
    this.#heap[index] = place
    place.index = index
  }
}

function isBefore(one: Place, other: Place): boolean {
  return one.priority === other.priority ? one.arrival < other.arrival : one.priority > other.priority
}
