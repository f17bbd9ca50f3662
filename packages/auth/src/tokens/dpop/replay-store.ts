/**
 * Where it is remembered what may come once only: {@link memoryReplayStore} for one process, a server for many.
 *
 * What a store must promise is in `replayStoreConformance` of `@base/auth/testing`.
 */
export interface ReplayStore {
  /**
   * Claims a key for so many milliseconds: `true` for the first who asks, `false` for every other until then. One atomic step,
   * so that of many at once one is first. `now` is the time of who asks, in milliseconds since 1970; a store that several
   * machines share goes by its own. A failure, also a lack of room, rejects: whoever asks then refuses.
   */
  claim(key: string, ttl: number, now: number): PromiseLike<boolean>
}
