import type { Clock } from '@base/core/clock'

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
  readonly #landed: (keys: readonly string[]) => Promise<void>
  readonly #byKey: Map<string, LateWrite> = new Map()

  /** `landed` is called when one has come back, also with an error: it may have been written all the same. */
  constructor(clock: Clock, landed: (keys: readonly string[]) => Promise<void>) {
    this.#clock = clock
    this.#landed = landed
  }

  follow(writing: Promise<unknown>, keys: readonly string[]): void {
    const land = () => {
      for (const key of keys) if (this.#byKey.get(key) === late) this.#byKey.delete(key)
      return this.#landed(keys)
    }
    const late: LateWrite = {
      until: this.#clock.monotonic() + LONGEST,
      landing: writing.then(land, land),
    }
    for (const key of keys) {
      this.#byKey.delete(key)
      this.#byKey.set(key, late)
      if (this.#byKey.size > MOST) this.#byKey.delete(this.#byKey.keys().next().value as string)
    }
  }

  /** Whether one of the keys may still be written. */
  touch(keys: readonly string[]): boolean {
    if (this.#byKey.size === 0) return false
    const now = this.#clock.monotonic()
    return keys.some((key) => (this.#byKey.get(key)?.until ?? now) > now)
  }

  /** Resolves when all of them have landed that are not taken for lost. */
  async settled(): Promise<void> {
    const now = this.#clock.monotonic()
    const open = [...this.#byKey.values()].filter(({ until }) => until > now)
    await Promise.all(open.map(({ landing }) => landing))
  }
}
