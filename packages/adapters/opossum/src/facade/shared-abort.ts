import { onAbort } from '@base/core/abort'
import { errorKind } from '@base/core/errors'
import type { PolicyFunction } from '@base/resilience/policy'

/** In the next turn of the event loop. Taken at load, so that a test's fake timers do not stop it. */
const later: (fn: () => void) => unknown = setImmediate

/**
 * opossum's remedy for calls that hang: one controller for all of them, aborted where one takes too long, so that the action
 * can end by `getSignal()`. Once aborted it stays so, unless it is renewed where the circuit probes or closes.
 */
export class SharedAbort {
  readonly #renews: boolean
  #controller: AbortController | undefined

  constructor(controller: AbortController | undefined, renews: boolean) {
    this.#renews = renews
    this.#controller = controller ?? (renews ? new AbortController() : undefined)
  }

  get controller(): AbortController | undefined {
    return this.#controller
  }

  abort(): void {
    this.#controller?.abort()
  }

  /** An action that the signal ends once a policy within has given up on it, also where the call goes on. */
  ending<T>(act: () => Promise<T>): PolicyFunction<T> {
    const controller = this.#controller
    if (controller === undefined) return act
    return ({ signal }) => {
      const end = () => {
        // Where the call ends with it, that is told of first.
        if (errorKind(signal.reason) === 'timeout') later(() => controller.abort())
      }
      if (signal.aborted) end()
      else onAbort(signal, end)
      return act()
    }
  }

  renew(): void {
    if (this.#renews && this.#controller?.signal.aborted) this.#controller = new AbortController()
  }
}
