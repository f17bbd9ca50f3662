import type { CallContext, Wait } from '../policy/call-context.js'
import { Scope } from '../policy/scope.js'
import type { Deadlined, Deadlines } from './deadlines.js'
import type { Origin } from './origin.js'

/** A call under a timeout: the context of what is inside, and its own entry in the queue of deadlines. */
export class TimedCall extends Scope implements Deadlined {
  deadline = 0
  earlier: Deadlined | undefined = undefined
  later: Deadlined | undefined = undefined
  origin: Origin | undefined = undefined
  readonly #deadlines: Deadlines
  readonly #onExpiry: () => unknown
  #reject: ((reason: unknown) => void) | undefined

  constructor(ctx: CallContext, deadlines: Deadlines, onExpiry: () => unknown) {
    super(ctx)
    this.#deadlines = deadlines
    this.#onExpiry = onExpiry
    deadlines.add(this)
  }

  expire(): void {
    if (this.aborted) return
    this.giveUp(this.#onExpiry())
  }

  protected override left(): void {
    this.#deadlines.remove(this)
    if (this.#reject !== undefined) this.#desert(this.#reject)
  }

  override end(): void {
    super.end()
    this.#deadlines.remove(this)
  }

  override beginWait(wait: Wait): void {
    super.beginWait(wait)
    this.parent.beginWait(wait)
  }

  override endWait(): void {
    super.endWait()
    this.parent.endWait()
  }

  override turnBack(): unknown {
    // A timeout of its own says nothing of the call around it.
    if (this.parent.aborted) this.parent.turnBack()
    return super.turnBack()
  }

  /** Settles as the function does, or rejects as soon as the call is given up. */
  race(result: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      // By the two functions themselves: the stack of an error goes on through them to whoever awaits the call.
      this.cooperate(result).then(resolve, reject)
      if (this.aborted) this.#desert(reject)
      else this.#reject = reject
    })
  }

  /** Settles as the function does; a failure after the call was given up is that of the giving up. */
  cooperate(result: Promise<unknown>): Promise<unknown> {
    return result.then(
      (value) => {
        this.end()
        return value
      },
      (error: unknown) => {
        throw this.fail(error)
      },
    )
  }

  /** What a failure of the function is to the caller. */
  fail(error: unknown): unknown {
    const thrown = this.aborted ? this.reason : error
    this.end()
    return thrown
  }

  /** The caller goes on. */
  #desert(reject: (reason: unknown) => void): void {
    this.leave()
    reject(this.reason)
  }
}
