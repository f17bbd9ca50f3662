import { Scope } from '../policy/scope.js'
import { holdAll } from '../policy/slot.js'

/** One of the calls that race for one answer. */
export class Attempt extends Scope {
  #letGo: (() => void) | undefined

  /** Nobody waits for it any more; the function may not have noticed, and keeps its slots until it has settled. */
  leave(reason: unknown): void {
    this.#letGo = holdAll(this.slot)
    this.giveUp(reason)
  }

  override end(): void {
    super.end()
    this.#letGo?.()
  }
}
