import { AgedMap } from '../store/aged-map.js'
import type { BusMessage } from './message.js'

/** More are not remembered. */
const MOST = 1_000

/** Which number came last from whom. */
export class Senders {
  readonly #own: string
  readonly #last = new AgedMap<string, number>()

  constructor(own: string) {
    this.#own = own
  }

  /** Whether a message before this one did not arrive, or may not have: of a sender that is new, all but the first tell so. */
  isGap({ from, number, invalidation }: BusMessage): boolean {
    if (from === this.#own) return false
    const last = this.#last.get(from) ?? 0
    this.#last.set(from, number)
    if (this.#last.size > MOST) this.#last.deleteOldest()
    return number !== (invalidation === undefined ? last : last + 1)
  }
}
