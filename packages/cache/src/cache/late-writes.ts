import type { Clock } from '@base/core/clock'
import { AgedMap } from '../store/aged-map.js'

/** A write that has not come back for so long is taken for lost, in milliseconds. */
const LONGEST = 60_000
/** More keys are not remembered. */
const MOST = 10_000

interface LateWrite {
  readonly until: number
  readonly landing: Promise<void>
}

/** Writes that took too long: nobody waits for them any more, and they may still land. */
export class LateWrites {
  readonly #clock: Clock
  readonly #landed: (keys: readonly string[], unguarded: readonly string[]) => Promise<void>
  /** All that are under way of each key. */
  readonly #byKey: AgedMap<string, readonly LateWrite[]> = new AgedMap(MOST)

  /**
   * `landed` is called when one has come back, also with an error: it may have been written all the same. `unguarded` are those of
   * its keys that were not remembered until then.
   */
  constructor(
    clock: Clock,
    landed: (keys: readonly string[], unguarded: readonly string[]) => Promise<void>,
  ) {
    this.#clock = clock
    this.#landed = landed
  }

  follow(writing: Promise<unknown>, keys: readonly string[]): void {
    const land = () => {
      const unguarded = keys.filter((key) => !this.#openOf(key).includes(late))
      for (const key of keys) this.#remove(key, late)
      return this.#landed(keys, unguarded)
    }
    const late: LateWrite = {
      until: this.#clock.monotonic() + LONGEST,
      landing: writing.then(land, land),
    }
    for (const key of keys) this.#byKey.set(key, [...this.#openOf(key), late])
  }

  /** Whether one of the keys may still be written. */
  touch(keys: readonly string[]): boolean {
    return this.#byKey.size > 0 && keys.some((key) => this.#openOf(key).length > 0)
  }

  /** Resolves when all of them have landed that are not taken for lost. */
  async settled(): Promise<void> {
    const open = [...this.#byKey.keys()].flatMap((key) => this.#openOf(key))
    await Promise.all(new Set(open.map(({ landing }) => landing)))
  }

  #openOf(key: string): readonly LateWrite[] {
    const now = this.#clock.monotonic()
    return this.#byKey.get(key)?.filter(({ until }) => until > now) ?? []
  }

  #remove(key: string, late: LateWrite): void {
    const others = this.#openOf(key).filter((other) => other !== late)
    if (others.length === 0) this.#byKey.delete(key)
    else this.#byKey.set(key, others)
  }
}
