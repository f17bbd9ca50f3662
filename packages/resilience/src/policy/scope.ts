import { CallContext, type Cancellation } from './call-context.js'
import { listen } from './listen.js'
import { holdAll } from './slot.js'

/** A call that a policy may give up although its caller does not. What is inside hears of both. */
export class Scope extends CallContext implements Cancellation {
  protected readonly parent: CallContext
  #reason: unknown
  #givenUp = false
  #ended = false
  #controller: AbortController | undefined
  #listeners: Set<() => void> | undefined
  #unfollow: (() => void) | undefined
  #letGo: (() => void) | undefined

  constructor(parent: CallContext) {
    super(
      parent.fn,
      parent.caller,
      parent.key,
      parent.priority,
      parent.attempt,
      undefined,
      parent.slot,
      parent,
    )
    this.parent = parent
    this.scope = this
  }

  override get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.aborted) this.#controller.abort(this.reason)
      else this.follow()
    }
    return this.#controller.signal
  }

  override get aborted(): boolean {
    return this.#givenUp || (!this.#ended && this.parent.aborted)
  }

  override get reason(): unknown {
    return this.#givenUp ? this.#reason : this.parent.reason
  }

  listen(listener: () => void): () => void {
    this.#listeners ??= new Set()
    const listeners = this.#listeners
    listeners.add(listener)
    this.follow()
    return () => listeners.delete(listener)
  }

  /** From now on it is given up as soon as its parent is. */
  follow(): void {
    if (this.#unfollow !== undefined || this.#ended || !this.parent.abortable) return
    this.#unfollow = listen(this.parent, () => this.giveUp(this.parent.reason))
  }

  /** Tells everything inside that the call is no longer wanted. */
  giveUp(reason: unknown): void {
    if (this.#givenUp || this.#ended) return
    this.#givenUp = true
    this.#reason = reason
    this.#unfollow?.()
    this.#controller?.abort(reason)
    for (const listener of this.#listeners ?? []) listener()
    this.left()
  }

  /** For the policy whose scope it is: it has just been given up. */
  protected left(): void {}

  /** Nobody waits for it any more; the function may not have noticed, and keeps its slots until it has settled. */
  leave(): void {
    this.#letGo = holdAll(this.slot)
  }

  /** The function has settled: nothing will be given up any more. */
  end(): void {
    this.#ended = true
    this.#unfollow?.()
    this.#letGo?.()
  }
}
