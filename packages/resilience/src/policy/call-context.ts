import type { PolicyContext, PolicyFunction } from './policy.js'
import { holdAll, type Slot } from './slot.js'

/** What can end a call beside its caller: a policy that gave it up. */
export interface Cancellation {
  readonly aborted: boolean
  readonly reason: unknown
  readonly signal: AbortSignal
  /** Calls the listener once, when the call is given up, until the function that is returned is called. */
  listen(listener: () => void): () => void
}

/** A wait of a call in a queue of ours. */
export interface Wait {
  /** How much of it says nothing of the dependency, in milliseconds, up to now. */
  readonly excused: number
}

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
  }

  get signal(): AbortSignal {
    const given = this.scope?.signal ?? this.caller
    if (given !== undefined) return given
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
    return (this.scope ?? this.caller) !== undefined
  }

  /** Whether it was given up, by its caller or by a policy around it. */
  get aborted(): boolean {
    return (this.scope ?? this.caller)?.aborted === true
  }

  /** Why it was given up. */
  get reason(): unknown {
    return (this.scope ?? this.caller)?.reason
  }

  /** How long it has waited in queues of ours, as far as that says nothing of the dependency, in milliseconds. */
  get waited(): number {
    return this.#waited + (this.#wait?.excused ?? 0)
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
}
