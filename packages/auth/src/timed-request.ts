import { untilAborted } from '@base/core/abort'
import type { Clock } from '@base/core/clock'

/** How long a request may take. */
export interface RequestTime {
  readonly clock: Clock
  /** In milliseconds, body included. */
  readonly timeout: number
  /** Names the timer. */
  readonly name: string
  /** What a request that takes longer fails with. */
  readonly tooSlow: () => Error
  /** Ends the wait before. */
  readonly signal?: AbortSignal | undefined
}

/** How requests are made. */
export interface RequestRules extends Pick<RequestTime, 'clock' | 'timeout'> {
  readonly fetch: typeof globalThis.fetch
}

/** What a request gives, unless its time is over before. Its signal is aborted then, and when it has ended: nothing of it goes on. */
export async function timedRequest<T>(
  { clock, timeout, name, tooSlow, signal }: RequestTime,
  request: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  let timer: ReturnType<Clock['schedule']> | undefined
  const over = new Promise<never>((_, reject) => {
    timer = clock.schedule(timeout, () => reject(tooSlow()), { name })
  })
  try {
    // In a race, for a fetch that somebody brings may not listen to its signal.
    return await untilAborted(Promise.race([request(controller.signal), over]), signal)
  } finally {
    timer?.cancel()
    controller.abort()
  }
}
