import { onAbort } from '@base/core/abort'
import type { Cancellation } from './cancellation.js'
import type { PolicyContext, PolicyFunction } from './policy.js'
import { holdAll, type Slot } from './slot.js'
import type { Wait } from './wait.js'

/**
 * One call on its way through the policies: the user's function travels in it, so that a pipeline is composed once and
 * not per call. It makes no AbortController unless its signal is read.
 */
export class CallContext implements PolicyContext {
  readonly fn: PolicyFunction<unknown>
  readonly key: string | undefined
  readonly priority: number
  readonly attempt: number
  /** The caller's own signal. */
  readonly caller: AbortSignal | undefined
  /** The innermost policy that may give up on this call. */
  scope: Cancellation | undefined
  /** The innermost slot that this call has taken. */
  slot: Slot | undefined
  /** The call as it came to the outermost policy. */
  readonly outermost: CallContext
  /** Of the outermost: the budgets of retries that it has paid into, so that it pays once to all who share one. */
  paid: object[] | undefined
  /** Whether it was given up in a queue of ours that moves: nothing was asked of the dependency. */
  turnedBack = false
  #waited = 0
  #wait: Wait | undefined
  #signal: AbortSignal | undefined

  constructor(
    fn: PolicyFunction<unknown>,
    caller: AbortSignal | undefined,
    key: string | undefined,
    priority: number,
    attempt: number,
    scope: Cancellation | undefined,
    slot: Slot | undefined,
    within?: CallContext,
  ) {
    this.fn = fn
    this.caller = caller
    this.key = key
    this.priority = priority
    this.attempt = attempt
    this.scope = scope
    this.slot = slot
    this.outermost = within === undefined ? this : within.outermost
    this.paid = undefined
  }

  get signal(): AbortSignal {
    if (this.scope !== undefined) return this.scope.signal
    if (this.caller !== undefined) return this.caller
    this.#signal ??= new AbortController().signal
    return this.#signal
  }

  /** Made when it is read, so that it can be taken out of the context. */
  get waitUntil(): (promise: PromiseLike<unknown>) => void {
    return (promise) => {
      const release = holdAll(this.slot)
      Promise.resolve(promise).then(release, release)
    }
  }

  /** Whether anything can end it early. */
  get abortable(): boolean {
    return this.scope !== undefined || this.caller !== undefined
  }

  /** Whether it was given up, by its caller or by a policy around it. */
  get aborted(): boolean {
    return this.scope === undefined ? this.caller?.aborted === true : this.scope.aborted
  }

  /** Why it was given up. */
  get reason(): unknown {
    return this.scope === undefined ? this.caller?.reason : this.scope.reason
  }

  /** Calls the listener once, when it is given up, until the function that is returned is called. */
  listen(listener: () => void): () => void {
    if (this.scope !== undefined) return this.scope.listen(listener)
    return this.caller === undefined ? nothing : onAbort(this.caller, listener)
  }

  /** How long it has waited in queues of ours, as far as that says nothing of the dependency, in milliseconds. */
  get waited(): number {
    return this.#wait === undefined ? this.#waited : this.#waited + this.#wait.excused
  }

  /** It waits in a queue of ours from now on. */
  beginWait(wait: Wait): void {
    this.#wait = wait
  }

  /** It waits no more, whether it goes on or not. */
  endWait(): void {
    this.#waited = this.waited
    this.#wait = undefined
  }

  /** It was given up in a queue of ours that moves; gives the reason to reject with. */
  turnBack(): unknown {
    this.turnedBack = true
    return this.reason
  }

  /** The same call in another attempt, with the slots that it had before its first. */
  again(attempt: number, slot: Slot | undefined): CallContext {
    return new CallContext(this.fn, this.caller, this.key, this.priority, attempt, this.scope, slot, this)
  }
}

function nothing(): void {}
