import { onAbort } from '@base/core/abort'
import { isAppError } from '@base/core/errors'
import type { PolicyContext, PolicyFunction } from '@base/resilience/policy'

/** One call on its way through a breaker of opossum, which knows nothing of signals, nor of who calls. */
export class Job implements PolicyContext {
  readonly attempt = 1
  readonly key: string | undefined
  readonly #fn: PolicyFunction<unknown>
  readonly #caller: AbortSignal | undefined
  #unlisten: (() => void) | undefined
  #controller: AbortController | undefined
  #over = false
  #abandoned: { readonly reason: unknown } | undefined
  #failure: { readonly error: unknown } | undefined

  constructor(fn: PolicyFunction<unknown>, caller: AbortSignal | undefined, key: string | undefined) {
    this.#fn = fn
    this.#caller = caller
    this.key = key
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      const controller = new AbortController()
      this.#controller = controller
      const caller = this.#caller
      if (this.#abandoned !== undefined) controller.abort(this.#abandoned.reason)
      else if (caller?.aborted) controller.abort(caller.reason)
      else if (caller && !this.#over) this.#unlisten = onAbort(caller, () => controller.abort(caller.reason))
    }
    return this.#controller.signal
  }

  readonly waitUntil = (promise: PromiseLike<unknown>): void => {
    // Whoever holds a slot for it stands around this policy, and waits for the function itself.
    Promise.resolve(promise).then(undefined, () => {})
  }

  /** Whether its caller gave it up. A timeout around the breaker did not: it has waited for an answer. */
  get isGivenUp(): boolean {
    return this.#caller?.aborted === true && !isAppError(this.#caller.reason, 'TIMEOUT')
  }

  /** What the breaker's action does: never throws, and gives a promise whatever the function gives. */
  async run(): Promise<unknown> {
    try {
      const fn = this.#fn
      return await fn(this)
    } catch (error) {
      this.#failure = { error }
      throw error
    } finally {
      this.#end()
    }
  }

  /** Whether this is what the function itself failed with. */
  failedWith(error: unknown): boolean {
    return this.#failure !== undefined && Object.is(this.#failure.error, error)
  }

  /** The breaker has given it up; the function may still run. */
  abandon(reason: unknown): void {
    if (this.#over) return
    this.#end()
    // Whoever looks at the signal only now is told as well.
    this.#abandoned = { reason }
    this.#controller?.abort(reason)
  }

  /** What it was abandoned with because of this error of the breaker. */
  toldOf(error: unknown): unknown {
    const reason = this.#abandoned?.reason
    return reason instanceof Error && reason.cause === error ? reason : undefined
  }

  #end(): void {
    this.#over = true
    this.#unlisten?.()
  }
}
