import type { Timer } from '@base/core/clock'
import type { CallContext } from '../policy/call-context.js'
import type { Next } from '../policy/engine.js'
import { listen } from '../policy/listen.js'
import { isInnerRefusal } from '../policy/refusals.js'
import { Scope } from '../policy/scope.js'
import type { HedgeReason } from './events.js'

/** What a call needs of its hedge. */
export interface HedgeDesk {
  /** How long to wait before the hedge of that number, in milliseconds; Infinity where there is none. */
  delay(hedge: number): number
  /** Whether a failure starts another call, rather than ending this one. */
  accepts(error: unknown): boolean
  /** Whether there may be another hedge; if so it is counted, and told of. */
  permit(hedge: number, reason: HedgeReason, error: unknown): boolean
  /** Calls `fn` after the delay. */
  schedule(delay: number, fn: () => void): Timer
  /** A call was answered: by its first attempt, or by a hedge. */
  answered(byHedge: boolean, start: number): void
  /** What losers are aborted with. */
  lost(): unknown
}

/** One call and its hedges: who is under way, and who waits for the answer. */
export class HedgedCall {
  readonly #desk: HedgeDesk
  readonly #next: Next
  readonly #ctx: CallContext
  readonly #start: number
  readonly #first: Scope
  /** Those whose function has not settled. */
  readonly #running: Set<Scope> = new Set()
  #hedges = 0
  #timer: Timer | undefined
  /** The last that is no refusal of a breaker or bulkhead inside. */
  #failure: { readonly error: unknown } | undefined
  #settled = false
  #unlisten: () => void = ignore
  #resolve: (value: unknown) => void = ignore
  #reject: (reason: unknown) => void = ignore

  constructor(desk: HedgeDesk, next: Next, ctx: CallContext, start: number) {
    this.#desk = desk
    this.#next = next
    this.#ctx = ctx
    this.#start = start
    this.#first = new Scope(ctx)
  }

  begin(): unknown {
    this.#running.add(this.#first)
    let result: unknown
    try {
      result = this.#next(this.#first)
    } catch (error) {
      this.#end(this.#first)
      if (this.#ctx.aborted || !this.#desk.accepts(error)) throw error
      return this.#open(() => this.#goOnAfter(error))
    }
    if (!(result instanceof Promise)) {
      this.#end(this.#first)
      this.#desk.answered(false, this.#start)
      return result
    }
    const pending = result
    return this.#open(() => {
      this.#follow(this.#first, pending)
      if (this.#ctx.aborted) this.#giveUp()
      else this.#wait()
    })
  }

  #giveUp(): void {
    this.#settle(true)
    this.#reject(this.#ctx.reason)
  }

  #open(go: () => void): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
      this.#unlisten = listen(this.#ctx, () => this.#giveUp())
      go()
    })
  }

  #follow(attempt: Scope, result: Promise<unknown>): void {
    result
      .then(
        (value) => this.#answered(attempt, value),
        (error: unknown) => {
          this.#failed(attempt, error)
          return new Promise(ignore)
        },
      )
      // Settles nothing any more: the stack of an error goes on through these functions to whoever awaits the call.
      .then(this.#resolve, this.#reject)
  }

  #answered(attempt: Scope, value: unknown): void {
    this.#end(attempt)
    if (this.#settled) return
    this.#desk.answered(attempt !== this.#first, this.#start)
    this.#settle(false)
    this.#resolve(value)
  }

  #failed(attempt: Scope, error: unknown): void {
    this.#end(attempt)
    if (this.#settled) return
    if (this.#desk.accepts(error)) this.#goOnAfter(error)
    else this.#fail(error)
  }

  /** The next one now, and the delay anew; the error, if nobody is left who could succeed. */
  #goOnAfter(error: unknown): void {
    if (!isInnerRefusal(error)) this.#failure = { error }
    if (this.#hedge('failure', error)) this.#wait()
    else if (this.#running.size === 0 && !this.#settled) this.#fail(error)
  }

  #fail(error: unknown): void {
    this.#settle(false)
    // A refusal says less than what was wrong before.
    this.#reject(isInnerRefusal(error) && this.#failure !== undefined ? this.#failure.error : error)
  }

  /** For the delay, unless all is over. */
  #wait(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    let delay = this.#desk.delay(this.#hedges + 1)
    while (delay === 0 && this.#hedge('delay')) delay = this.#desk.delay(this.#hedges + 1)
    if (delay > 0 && delay < Number.POSITIVE_INFINITY && !this.#settled)
      this.#timer = this.#desk.schedule(delay, this.#overdue)
  }

  readonly #overdue = (): void => {
    this.#timer = undefined
    if (this.#hedge('delay')) this.#wait()
  }

  /** Whether there was another to be made. */
  #hedge(reason: HedgeReason, error?: unknown): boolean {
    if (this.#settled || !this.#desk.permit(this.#hedges + 1, reason, error)) return false
    this.#hedges++
    // A listener may have made the caller give up.
    if (this.#settled) return false
    const attempt = new Scope(this.#ctx)
    this.#running.add(attempt)
    let result: unknown
    try {
      result = this.#next(attempt)
    } catch (thrown) {
      this.#failed(attempt, thrown)
      return true
    }
    if (result instanceof Promise) this.#follow(attempt, result)
    else this.#answered(attempt, result)
    return true
  }

  #end(attempt: Scope): void {
    attempt.end()
    this.#running.delete(attempt)
  }

  /** Nobody waits any more, and whoever still runs is told. */
  #settle(givenUp: boolean): void {
    this.#settled = true
    this.#timer?.cancel()
    this.#timer = undefined
    this.#unlisten()
    if (this.#running.size === 0) return
    const reason = givenUp ? this.#ctx.reason : this.#desk.lost()
    for (const attempt of this.#running) {
      attempt.leave()
      attempt.giveUp(reason)
    }
  }
}

function ignore(): void {}
