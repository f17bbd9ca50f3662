import type { Timer } from '../clock/clock.js'

/** A timer of a {@link TestClock}. */
export interface Entry {
  readonly due: number
  readonly fn: () => void
  readonly name: string
  /** How many timers before it each scheduled the next for the same time. */
  readonly chain: number
  keepsAlive: boolean
}

/** Timers in order of time, then of scheduling. */
export class TimerQueue {
  readonly #entries: Entry[] = []

  add(entry: Entry): Timer {
    this.#entries.splice(this.#placeOf(entry.due), 0, entry)
    return {
      cancel: () => {
        const index = this.#entries.indexOf(entry)
        if (index !== -1) this.#entries.splice(index, 1)
      },
      ref: () => {
        entry.keepsAlive = true
      },
      unref: () => {
        entry.keepsAlive = false
      },
    }
  }

  /** Removes and returns the next one, if it is due by then; one that is due never is not. */
  take(until: number): Entry | undefined {
    const [next] = this.#entries
    if (next === undefined || next.due > until || next.due === Number.POSITIVE_INFINITY) return undefined
    return this.#entries.shift()
  }

  /** Those that keep a process alive. */
  pending(): readonly Entry[] {
    return this.#entries.filter(({ keepsAlive }) => keepsAlive)
  }

  /** After those that are due at the same time. */
  #placeOf(due: number): number {
    let low = 0
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#entries[middle]?.due ?? due) <= due) low = middle + 1
      else high = middle
    }
    return low
  }
}
