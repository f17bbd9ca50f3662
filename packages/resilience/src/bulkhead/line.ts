/** Someone in a {@link Line}. */
export interface Place {
  readonly priority: number
  /** The number of its arrival: who took a while to get in line stands where it came. */
  readonly arrival: number
  level: Level | undefined
  before: Place | undefined
  behind: Place | undefined
}

/** Those of one priority, as a list, so that anyone can leave at once. */
interface Level {
  readonly priority: number
  first: Place | undefined
  last: Place | undefined
}

/** A queue: the higher priority first, and who came first within one. */
export class Line<P extends Place> {
  size = 0
  /** The highest priority last, where it is taken out at no cost; none is empty. */
  readonly #levels: Level[] = []

  add(place: P): void {
    const level = this.#levelOf(place.priority)
    let before = level.last
    while (before !== undefined && before.arrival > place.arrival) before = before.before
    const behind = before === undefined ? level.first : before.behind
    place.level = level
    place.before = before
    place.behind = behind
    if (before === undefined) level.first = place
    else before.behind = place
    if (behind === undefined) level.last = place
    else behind.before = place
    this.size++
  }

  /** Nothing happens where it has left before. */
  remove(place: P): void {
    const { level, before, behind } = place
    if (level === undefined) return
    if (before === undefined) level.first = behind
    else before.behind = behind
    if (behind === undefined) level.last = before
    else behind.before = before
    place.level = undefined
    place.before = undefined
    place.behind = undefined
    if (level.first === undefined) this.#levels.splice(this.#indexOf(level.priority), 1)
    this.size--
  }

  /** Whose turn it is. */
  get first(): P | undefined {
    return this.#levels.at(-1)?.first as P | undefined
  }

  #levelOf(priority: number): Level {
    const index = this.#indexOf(priority)
    const found = this.#levels[index]
    if (found?.priority === priority) return found
    const level: Level = { priority, first: undefined, last: undefined }
    this.#levels.splice(index, 0, level)
    return level
  }

  /** Where the level of that priority is, or belongs. */
  #indexOf(priority: number): number {
    let low = 0
    let high = this.#levels.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#levels[middle] as Level).priority < priority) low = middle + 1
      else high = middle
    }
    return low
  }
}
