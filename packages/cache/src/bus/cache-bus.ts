/** Options of {@link CacheBus.subscribe}. */
export interface SubscribeOptions {
  /** Called when messages may have been lost, such as after a reconnection; the cache then drops what it cannot vouch for. */
  readonly onGap?: (() => void) | undefined
}

/**
 * Tells the caches of other processes what was changed.
 *
 * A message is a text of at most 64 KiB. Each subscriber gets those of all publishers, its own as well, each at most once,
 * those of one publisher in their order. Messages may be lost: a cache counts them, and finds out.
 */
export interface CacheBus {
  /** Resolves when the message is on its way; rejects where it certainly, or perhaps, is not. */
  publish(message: string): Promise<void>
  /** Calls `listener` with each message from the moment it resolves, until the function that it gives is called. */
  subscribe(
    listener: (message: string) => void,
    options?: SubscribeOptions,
  ): Promise<() => void | Promise<void>>
}
