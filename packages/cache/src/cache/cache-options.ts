import type { Clock } from '@base/core/clock'
import type { Codec } from '@base/core/codec'
import type { Duration } from '@base/core/duration'
import type { Lock } from '@base/core/lock'
import type { CacheBus } from '../bus/cache-bus.js'
import type { CacheStore } from '../store/cache-store.js'

/** Which entries an event of yours makes invalid. */
export interface InvalidationRule {
  /** Keys. */
  readonly keys?: readonly string[] | undefined
  /** Tags. */
  readonly tags?: readonly string[] | undefined
  /** Patterns of keys, in which `*` stands for any characters. */
  readonly patterns?: readonly string[] | undefined
}

/** Options of {@link createCache}; checked and read once. */
export interface CacheOptions {
  /**
   * Where entries are kept, the nearest first: `[memoryCacheStore()]`, or that and a store that processes share. They are
   * closed with the cache.
   */
  readonly layers: readonly CacheStore[]
  /**
   * How long a read and a write of a layer may take, more than 0; a layer that takes longer is passed over. More for one that is
   * far away, or for values of some MB.
   * @defaultValue `{ read: '100ms', write: '250ms' }`
   */
  readonly layerTimeouts?:
    | {
        /** For a read, more than 0. @defaultValue '100ms' */
        readonly read?: Duration | undefined
        /** For a write, more than 0. @defaultValue '250ms' */
        readonly write?: Duration | undefined
      }
    | undefined
  /** Tells the caches of other processes what is invalid. Needed where several processes have a memory layer, and its `memoryTtl` is not soon enough. @defaultValue none */
  readonly bus?: CacheBus | undefined
  /** Stands before every key in the layers, so that several caches can share them. @defaultValue none */
  readonly namespace?: string | undefined
  /** How long an entry is fresh; `Infinity` is for ever. @defaultValue '5m' */
  readonly ttl?: Duration | undefined
  /** The ttl of keys that match a pattern, in which `*` stands for any characters; the first that matches counts. @defaultValue none */
  readonly ttlByPattern?: Readonly<Record<string, Duration>> | undefined
  /**
   * How long memory answers by itself, more than 0, before the layers below are asked whether an entry still holds: so late at
   * most a change by another process shows, without a `bus` or where that lost a message. What is still below is good for as
   * long once more; what was replaced there is replaced, and what is gone there goes; where they cannot be asked it stays.
   * `Infinity` is until its end. A layer alone has none to ask. Refused where the first of several is no `memoryCacheStore()`.
   * @defaultValue 5 s for entries with tags where there is no `bus`, else Infinity
   * @example
   * createCache({ layers: [memoryCacheStore(), redisCacheStore(client)], ttl: '1h', memoryTtl: '10s' })
   */
  readonly memoryTtl?: Duration | undefined
  /** The share of the ttl that is taken off at random, from and to, each from 0 to below 1, so that entries do not end together. @defaultValue [0.05, 0.15] */
  readonly jitter?: readonly [from: number, to: number] | undefined
  /** How long after its end an entry is served when its load fails. The loader then rests for 30 s. @defaultValue 0 */
  readonly grace?: Duration | undefined
  /** How long after its end an entry is served at once, while it is loaded anew in the background. @defaultValue 0 */
  readonly staleWhileRevalidate?: Duration | undefined
  /** How long to wait for a load where there is a stale value within its grace, which is served then; more than 0. @defaultValue Infinity */
  readonly softTimeout?: Duration | undefined
  /**
   * How long to wait for a load at all, more than 0. Its signal aborts then, and it has failed. One that goes on all the same is
   * joined for 5 minutes more, or where that is longer for its timeout once more, up to four times after others of its key that hung;
   * who comes later, or after a deletion, loads anew, and its late value is stored unless a newer one is known, or six more have hung since. @defaultValue Infinity
   */
  readonly hardTimeout?: Duration | undefined
  /** How long `null` is fresh, in place of `ttl`; a shorter ttl of a call or a key holds for it too. @defaultValue as any value */
  readonly negativeTtl?: Duration | undefined
  /**
   * Loads an entry that is read often anew in the background shortly before it ends, the earlier the longer its load takes,
   * never before the last fifth of its life. A number is the factor by which it is earlier, above 0; `true` is 1.
   * @defaultValue false
   * @see Vattani et al., "Optimal Probabilistic Cache Stampede Prevention", VLDB 2015
   */
  readonly earlyRefresh?: boolean | number | undefined
  /** Carries values that JSON does not, and classes of yours: `createCodec({ types })`. @defaultValue jsonCodec */
  readonly codec?: Codec | undefined
  /**
   * Lets one process of all run a loader, while the others wait for what it stores. Needs a layer that they share. One that does
   * not say within a write of a layer, or a quarter of the `hardTimeout`, whether it is free is done without, and after three
   * failures left alone for a second: then there is one load in each process. Loaders that ask for each other's keys in a circle are a `DEADLOCK` within a process; those of two processes wait until a `hardTimeout` ends it.
   * Caches that share one need a `namespace` each; a load that would wait for itself by way of its lock goes on without it, and an
   * `error` event tells.
   * @defaultValue none
   */
  readonly lock?: Lock | undefined
  /** What {@link Cache.invalidateFor} does at an event of yours, by its name. @defaultValue none */
  readonly invalidation?: Readonly<Record<string, (payload: never) => InvalidationRule>> | undefined
  /** Source of time; its stores get the same. @defaultValue systemClock */
  readonly clock?: Clock | undefined
  /** Source of chance: numbers from 0 to below 1. @defaultValue Math.random */
  readonly random?: (() => number) | undefined
}
