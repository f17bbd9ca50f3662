import { reportCallbackError } from '@base/core/events'
import type { PolicyContext } from '../policy/policy.js'
import type { Slot } from '../policy/slot.js'

/**
 * What a foreign policy may keep for a call: it is told of those who hold it as of a promise to wait for. One that throws
 * at that changes no call; it is reported.
 */
export class ForeignSlot implements Slot {
  readonly outer: Slot | undefined
  readonly #inner: PolicyContext
  #holds = 0
  #letGo: (() => void) | undefined

  constructor(outer: Slot | undefined, inner: PolicyContext) {
    this.outer = outer
    this.#inner = inner
  }

  hold(): void {
    this.#holds++
    if (this.#holds > 1) return
    const released = new Promise<void>((resolve) => {
      this.#letGo = resolve
    })
    try {
      this.#inner.waitUntil(released)
    } catch (error) {
      reportCallbackError(error, {
        package: '@base/resilience',
        pattern: 'pipeline',
        callback: 'waitUntil of a foreign policy',
      })
    }
  }

  release(): void {
    this.#holds--
    if (this.#holds === 0) this.#letGo?.()
  }
}
