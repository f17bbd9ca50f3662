import type { Clock } from '@base/core/clock'
import type { Caller, Outcome } from './price-client.ts'

/** As long as anybody would wait for a price. */
const PATIENCE = 10_000

/** Asks for prices with `fetch` alone, to see what the policies are good for; it gives up after ten seconds. */
export class PlainClient implements Caller {
  readonly #url: string
  readonly #fetch: typeof fetch
  readonly #clock: Clock

  constructor(url: string, fetch: typeof globalThis.fetch, clock: Clock) {
    this.#url = url
    this.#fetch = fetch
    this.#clock = clock
  }

  async ask(): Promise<Outcome> {
    const controller = new AbortController()
    const timer = this.#clock.schedule(PATIENCE, () => controller.abort())
    try {
      const response = await this.#fetch(`${this.#url}/price`, { signal: controller.signal })
      await response.text()
      return response.ok ? 'fresh' : 'failed'
    } catch {
      return 'failed'
    } finally {
      timer.cancel()
    }
  }
}
