import type { TimedKms } from './ask-kms.js'

/** For how long what was given out is kept, in milliseconds. */
export const LONGEST_USE = 3_600_000

/** What is fetched anew after an hour, after so many uses, when another key becomes primary, and where it has failed. */
export class Renewed<T> {
  readonly #access: TimedKms
  readonly #fetch: (access: TimedKms) => Promise<T>
  readonly #mostUses: number
  #last:
    | { readonly id: string; readonly until: number; readonly fetched: Promise<T>; uses: number }
    | undefined

  constructor(access: TimedKms, fetch: (access: TimedKms) => Promise<T>, mostUses: number) {
    this.#access = access
    this.#fetch = fetch
    this.#mostUses = mostUses
  }

  get(): Promise<T> {
    const { kms, clock } = this.#access
    const now = clock.monotonic()
    const id = kms.primaryId
    const last = this.#last
    if (last !== undefined && last.id === id && now < last.until && last.uses++ < this.#mostUses)
      return last.fetched
    const next = { id, until: now + LONGEST_USE, fetched: this.#fetch(this.#access), uses: 1 }
    this.#last = next
    next.fetched.catch(() => {
      if (this.#last === next) this.#last = undefined
    })
    return next.fetched
  }
}
