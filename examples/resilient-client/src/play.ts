import type { Clock } from '@base/core/clock'
import type { Caller } from './price-client.ts'
import type { PriceServer } from './price-server.ts'
import type { Phase } from './script.ts'
import { type Row, Tally } from './tally.ts'

/** Who plays. */
export interface Cast {
  readonly clock: Clock
  readonly server: PriceServer
  readonly caller: Caller
}

/** Lets the script happen: tells the server how to behave, and asks at the pace of each phase. */
export class Play {
  readonly #cast: Cast
  readonly #script: readonly Phase[]
  readonly #tallies: Tally[] = []
  readonly #all = new Tally('all')

  constructor(cast: Cast, script: readonly Phase[]) {
    this.#cast = cast
    this.#script = script
  }

  /** The phases that have begun. */
  get rows(): readonly Row[] {
    return this.#tallies.map(({ row }) => row)
  }

  /** All of them together. */
  get total(): Row {
    return this.#all.row
  }

  /** Resolves when the last call has ended. */
  async run(): Promise<void> {
    const { clock, server } = this.#cast
    const calls = new Set<Promise<void>>()
    let due = clock.monotonic()
    for (const { name, lasts, every, server: behaviour } of this.#script) {
      const tally = new Tally(name)
      this.#tallies.push(tally)
      server.behave(behaviour)
      // By the time that is due, so that what is late once is not late for ever.
      for (const end = due + lasts; due < end; due += every) {
        const call: Promise<void> = this.#call(tally).then(() => void calls.delete(call))
        calls.add(call)
        await clock.sleep(Math.max(0, Math.round(due + every - clock.monotonic())))
      }
    }
    await Promise.all(calls)
  }

  async #call(tally: Tally): Promise<void> {
    const { clock, caller } = this.#cast
    const began = clock.monotonic()
    for (const each of [tally, this.#all]) each.began()
    const outcome = await caller.ask()
    for (const each of [tally, this.#all]) each.ended(outcome, clock.monotonic() - began)
  }
}
