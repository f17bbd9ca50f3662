import type { Keys } from './prepared-limit.js'

/** A call that waits for what Redis decides. */
export interface Spend<Result> {
  readonly keys: Keys
  readonly cost: string
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/** `inOrder`: something else follows, which must not overtake it. */
type Send<Result> = (spends: readonly Spend<Result>[], inOrder: boolean) => void

/** Gathers what is asked for in one tick, for one command is cheaper than many. */
export class Spends<Result> {
  readonly #most: number
  readonly #send: Send<Result>
  #waiting: Spend<Result>[] = []

  /** `send` gets at most so many, and must settle each of them. */
  constructor(most: number, send: Send<Result>) {
    this.#most = most
    this.#send = send
  }

  add(keys: Keys, cost: string): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) process.nextTick(this.#flush, false)
      this.#waiting.push({ keys, cost, resolve, reject })
    })
  }

  /** Sends what was asked for so far, before something else that must not overtake it. */
  flush(): void {
    this.#flush(true)
  }

  readonly #flush = (inOrder: boolean): void => {
    const all = this.#waiting
    if (all.length === 0) return
    this.#waiting = []
    if (all.length <= this.#most) this.#send(all, inOrder)
    else
      for (let from = 0; from < all.length; from += this.#most)
        this.#send(all.slice(from, from + this.#most), inOrder)
  }
}
