import type { Flight } from './flight.js'

/** So many of a key are kept. */
const MOST = 6

/** Flights that did not land when they were told to: nobody joins them any more, and their late values still count. */
export class Overdue {
  readonly #byKey: Map<string, readonly Flight[]> = new Map()

  /** The oldest of a key are added first. Gives the one that is too much then, which is still there. */
  add(flight: Flight): Flight | undefined {
    const all = [...this.of(flight.key), flight]
    this.#byKey.set(flight.key, all)
    return all.length > MOST ? all[0] : undefined
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
