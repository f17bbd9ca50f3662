import { type Clock, systemClock } from '@base/core/clock'
import { checkInteger, checkMethods, checkOptions } from '@base/core/options'
import type {
  CacheStore,
  Entry,
  NewEntry,
  StoreRead,
  StoreReadOptions,
  StoreSetOptions,
} from './cache-store.js'
import { MemoryEngine, NO_SLOT } from './memory-engine.js'
import { matchesPattern } from './pattern.js'
import { Sweeper } from './sweeper.js'

const DEFAULT_MAX_ENTRIES = 10_000

/** Options of {@link memoryCacheStore}; checked and read once. */
export interface MemoryCacheStoreOptions {
  /** The most entries, an integer from 1; `Infinity` only beside `maxBytes`. @defaultValue 10_000, without a limit where `maxBytes` is given */
  readonly maxEntries?: number | undefined
  /**
   * About how many bytes keys, values and tags may take, from 1,000. An entry that needs more than a quarter of it is not
   * stored. What was deleted in the last minute is remembered beside them, in a quarter more, or 200 kB.
   * @defaultValue no limit
   */
  readonly maxBytes?: number | undefined
  /** Source of time: that of the cache, for by another one its entries are freed too early or too late. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/**
 * Keeps entries in the memory of this process, the most useful ones where there is not enough room: S3-FIFO eviction, which
 * keeps more of what is read again than LRU does, and survives scans.
 *
 * Reading and writing take constant time. Lives are measured on the monotonic clock, so that a step of the wall clock
 * changes nothing. What has ended is never read again, and freed in small steps by a timer that does not hold the process.
 * Bytes are an estimate, exact for binaries, about right for texts, objects and tags, of which those that several entries
 * have count once.
 *
 * It keeps objects as they are: a cache copies or freezes them before. Several caches of one process may share it; when one
 * of them is closed, those that write go on.
 *
 * @example
 * const cache = createCache({ layers: [memoryCacheStore({ maxEntries: 50_000 })] })
 * await cache.set('user:1', { name: 'Ada' })
 *
 * @throws InvalidOptionError naming the option.
 * @see {@link CacheStore} for what it promises
 */
export function memoryCacheStore(options: MemoryCacheStoreOptions = {}): CacheStore<unknown> {
  const { clock = systemClock } = checkOptions(options, WHERE)
  checkMethods(clock, ['now', 'monotonic', 'schedule'], { ...WHERE, option: 'clock' })
  const engine = new MemoryEngine(limitsOf(options))
  const store = new MemoryStore(engine, clock).asPort()
  engines.set(store, engine)
  return store
}

const WHERE = { package: '@base/cache', pattern: 'memoryCacheStore' } as const

const engines = new WeakMap<object, MemoryEngine>()

/** The memory behind a store that {@link memoryCacheStore} made, to be read without promises; not that of a wrapped one. */
export function engineOf(store: object): MemoryEngine | undefined {
  return engines.get(store)
}

function limitsOf({ maxEntries, maxBytes }: MemoryCacheStoreOptions): {
  maxEntries: number
  maxBytes: number
} {
  const bounded = maxBytes !== undefined
  const fallback = bounded ? Number.POSITIVE_INFINITY : DEFAULT_MAX_ENTRIES
  const rules = { ...WHERE, option: 'maxEntries', min: 1, max: 2 ** 31, infinity: bounded }
  return {
    maxEntries: checkInteger(maxEntries === undefined ? fallback : maxEntries, rules),
    maxBytes: bounded
      ? checkInteger(maxBytes, { ...WHERE, option: 'maxBytes', min: 1_000 })
      : Number.POSITIVE_INFINITY,
  }
}

class MemoryStore {
  readonly #engine: MemoryEngine
  readonly #clock: Clock
  readonly #sweeper: Sweeper

  constructor(engine: MemoryEngine, clock: Clock) {
    this.#engine = engine
    this.#clock = clock
    this.#sweeper = new Sweeper(engine, clock)
  }

  /** Methods of its own, so that a copy of the object with some of them replaced works as a store. */
  asPort(): CacheStore<unknown> {
    return {
      encoding: 'objects',
      getMany: async (keys, tags, options) => this.#read(keys, tags, options),
      set: async (key, entry, options) => this.#set(key, entry, options),
      setMany: async (entries, options) => entries.map(([key, entry]) => this.#set(key, entry, options)),
      delete: async (keys) => BigInt(this.#engine.delete(keys, this.#clock.monotonic())),
      bumpTags: async (tags) => this.#engine.bump(tags, this.#clock.monotonic()),
      scan: (pattern, options) => this.#scan(pattern, options),
      clear: async () => this.#engine.clear(this.#clock.monotonic()),
      close: async () => this.#sweeper.close(),
    }
  }

  #read(keys: readonly string[], tags: readonly string[], options?: StoreReadOptions): StoreRead<unknown> {
    options?.signal?.throwIfAborted()
    return {
      entries: keys.map((key) => this.#entry(key)),
      marks: tags.map((tag) => BigInt(this.#engine.tags.markOf(tag))),
      version: BigInt(this.#engine.version),
    }
  }

  #entry(key: string): Entry<unknown> | undefined {
    const now = this.#clock.monotonic()
    const slot = this.#engine.find(key, now)
    if (slot === NO_SLOT) return undefined
    const { values, versions, freshUntil, goneAt, extras } = this.#engine.slots
    const wall = this.#clock.now() - now
    const { life = Number.POSITIVE_INFINITY, loadTime = 0 } = extras[slot] ?? {}
    const expiresAt = Math.round(wall + (freshUntil[slot] as number))
    return {
      value: values[slot],
      version: BigInt(versions[slot] as number),
      ...(life < Number.POSITIVE_INFINITY && { createdAt: expiresAt - life }),
      expiresAt,
      staleUntil: Math.round(wall + (goneAt[slot] as number)),
      tags: extras[slot]?.tags.map(({ name }) => name) ?? [],
      ...(loadTime > 0 && { loadTime }),
    }
  }

  #set(key: string, entry: NewEntry<unknown>, options?: StoreSetOptions): boolean {
    const now = this.#clock.monotonic()
    const offset = now - this.#clock.now()
    const since = options?.unlessDeletedSince
    const isWritten = this.#engine.set(
      {
        key,
        held: entry.value,
        freshUntil: offset + entry.expiresAt,
        goneAt: offset + entry.staleUntil,
        tags: entry.tags,
        life: entry.expiresAt - (entry.createdAt ?? this.#clock.now()),
        loadTime: entry.loadTime ?? 0,
        since: since === undefined ? undefined : Number(since),
      },
      now,
    )
    // Older loads are refused also once it is gone.
    if (since === undefined) this.#engine.protect([key], now, this.#engine.version)
    return isWritten
  }

  async *#scan(pattern: string, options?: StoreReadOptions): AsyncGenerator<string> {
    for (const key of [...this.#engine.keys()]) {
      options?.signal?.throwIfAborted()
      if (matchesPattern(pattern, key) && this.#engine.holds(key, this.#clock.monotonic())) yield key
    }
  }
}
