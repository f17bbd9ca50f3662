import { onAbort } from '@base/core/abort'
import type { Clock } from '@base/core/clock'
import { noteFailure } from './body-state.js'
import type { PreparedRequest } from './prepared-request.js'

/** What is worth reading to the end, so that its connection can be used again; a longer body is cut off with it. */
const MAX_DRAIN = 64 * 1024
const DRAIN_TIME = 1_000

/** A request that was sent, and its response. */
export class Exchange {
  readonly response: Response
  readonly #controller: AbortController

  constructor(response: Response, controller: AbortController) {
    this.response = response
    this.#controller = controller
  }

  /** Ends the connection. */
  abort(reason: unknown): void {
    this.#controller.abort(reason)
  }

  /** Nobody wants the response: gives its connection back, or ends it. Never throws. */
  discard(clock: Clock): void {
    const { body } = this.response
    if (!body || body.locked) return
    const reader = body.getReader()
    const cutOff = () => {
      reader.cancel().catch(ignore)
      this.#controller.abort()
    }
    const timer = clock.schedule(DRAIN_TIME, cutOff, { ref: false, name: 'http-client drain' })
    drain(reader)
      .then((isEmpty) => isEmpty || cutOff(), cutOff)
      .finally(() => timer.cancel())
  }
}

/** Sends it; the signal counts until there is a response. */
export async function send(
  fetch: typeof globalThis.fetch,
  { input, init, body }: PreparedRequest,
  signal: AbortSignal,
  clock: Clock,
): Promise<Exchange> {
  const controller = new AbortController()
  const stop = onAbort(signal, () => controller.abort(signal.reason))
  try {
    // Headers of its own for each attempt: a `fetch` may add to them.
    const headers = new Headers(init.headers)
    const response = await fetch(input, { ...init, headers, signal: controller.signal })
    const exchange = new Exchange(response, controller)
    if (!signal.aborted) return exchange
    // A fetch that does not heed its signal.
    exchange.discard(clock)
    throw signal.reason
  } catch (error) {
    noteFailure(error, body)
    throw error
  } finally {
    stop()
  }
}

/** Whether the end was reached. */
async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<boolean> {
  for (let bytes = 0; bytes <= MAX_DRAIN; ) {
    const { done, value } = await reader.read()
    if (done) return true
    bytes += value.byteLength
  }
  return false
}

function ignore(): void {}
