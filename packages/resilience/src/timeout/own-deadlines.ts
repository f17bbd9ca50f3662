import type { Clock, Timer } from '@base/core/clock'
import type { Deadlined, Deadlines } from './deadlines.js'

/** Where a timer belongs to the request that set it, and is gone with it: one timer for each that may expire. */
export class OwnDeadlines implements Deadlines {
  readonly #clock: Clock
  readonly #duration: number
  /** Weak: a request that is cancelled takes nothing out. */
  readonly #timers = new WeakMap<Deadlined, Timer>()

  constructor(clock: Clock, duration: number) {
    this.#clock = clock
    this.#duration = duration
  }

  add(entry: Deadlined): void {
    const expire = () => {
      this.#timers.delete(entry)
      entry.expire()
    }
    this.#timers.set(entry, this.#clock.schedule(this.#duration, expire, { name: 'timeout' }))
  }

  remove(entry: Deadlined): void {
    this.#timers.get(entry)?.cancel()
    this.#timers.delete(entry)
  }
}
