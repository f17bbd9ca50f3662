import { AgedMap } from '../store/aged-map.js'
import type { Flight } from './flight.js'

/** So many of a key are kept. */
const MOST = 6
/** Those of so many keys are kept: what hangs for ever is forgotten in the end. */
const MOST_KEYS = 1_000

/** Flights that did not land when they were told to: nobody joins them any more, and their late values still count. */
export class Overdue {
  readonly #byKey: AgedMap<string, readonly Flight[]> = new AgedMap()

  /** The oldest of a key are added first. Gives those that are too much then, which are still there. */
  add(flight: Flight): readonly Flight[] {
    const all = [...this.of(flight.key), flight]
    this.#byKey.set(flight.key, all)
    if (this.#byKey.size > MOST_KEYS) return this.#byKey.oldest?.[1] ?? []
    return all.slice(0, Math.max(0, all.length - MOST))
  }

  remove(flight: Flight): void {
    const rest = this.#byKey.get(flight.key)?.filter((other) => other !== flight)
    if (rest === undefined || rest.length === 0) this.#byKey.delete(flight.key)
    else this.#byKey.set(flight.key, rest)
  }

  of(key: string): readonly Flight[] {
    return this.#byKey.get(key) ?? []
  }

  /** Those of its key that began before a flight. */
  before(flight: Flight): readonly Flight[] {
    const all = this.of(flight.key)
    const place = all.indexOf(flight)
    return place === -1 ? all : all.slice(0, place)
  }
}
