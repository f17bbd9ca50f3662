import { checkOptions, checkSignal } from '@base/core/options'
import { placesOf } from '../policy/place.js'

/** Options of {@link RateLimiter.peek}, {@link RateLimiter.reset} and {@link RateLimiter.block}. */
export interface RateLimiterCallOptions {
  /**
   * Ends the wait for the store: it rejects with the signal's reason. One that has aborted already keeps the store from
   * being asked. A store that has been asked is not stopped: what it does, it may do all the same.
   */
  readonly signal?: AbortSignal | undefined
}

/** The signal of a call, if there is one. @throws its reason where it has aborted, so that nobody asks for who has gone. */
export function signalOf(
  options: RateLimiterCallOptions | undefined,
  pattern: string,
): AbortSignal | undefined {
  if (options === undefined) return undefined
  const place = placesOf(pattern)
  const signal = checkSignal(checkOptions(options, place('options')).signal, place('signal'))
  // Not by its throwIfAborted, which polyfills may not have.
  if (signal?.aborted) throw signal.reason
  return signal
}
