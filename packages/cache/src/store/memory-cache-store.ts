import { type Clock, systemClock } from '@base/core/clock'
import { checkInteger, checkMethods, checkOptions } from '@base/core/options'
import type { CacheStore, Entry, NewEntry, StoreReadOptions, StoreSetOptions } from './cache-store.js'
import { MemoryEngine, type MemoryLimits, NO_SLOT } from './memory-engine.js'
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
  const store = portOf(engine, clock)
  engines.set(store, engine)
  return store
}

const WHERE = { package: '@base/cache', pattern: 'memoryCacheStore' } as const

const engines = new WeakMap<object, MemoryEngine>()

/** The memory behind a store that {@link memoryCacheStore} made, to be read without promises; not that of a wrapped one. */
export function engineOf(store: object): MemoryEngine | undefined {
  return engines.get(store)
}

function limitsOf({ maxEntries, maxBytes }: MemoryCacheStoreOptions): MemoryLimits {
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

/** Methods of its own, so that a copy of the object with some of them replaced works as a store. */
function portOf(engine: MemoryEngine, clock: Clock): CacheStore<unknown> {
  const sweeper = new Sweeper(engine, clock)
  return {
    encoding: 'objects',
    getMany: async (keys, tags, options) => {
      options?.signal?.throwIfAborted()
      return {
        entries: keys.map((key) => read(engine, clock, key)),
        marks: tags.map((tag) => BigInt(engine.tags.markOf(tag))),
        version: BigInt(engine.version),
      }
    },
    set: async (key, entry, options) => write(engine, clock, key, entry, options),
    setMany: async (entries, options) =>
      entries.map(([key, entry]) => write(engine, clock, key, entry, options)),
    delete: async (keys) => BigInt(engine.delete(keys, clock.monotonic())),
    bumpTags: async (tags) => engine.bump(tags, clock.monotonic()),
    scan: (pattern, options) => scan(engine, clock, pattern, options),
    clear: async () => engine.clear(clock.monotonic()),
    close: async () => sweeper.close(),
  }
}

function read(engine: MemoryEngine, clock: Clock, key: string): Entry<unknown> | undefined {
  const now = clock.monotonic()
  const slot = engine.find(key, now)
  if (slot === NO_SLOT) return undefined
  const { values, versions, freshUntil, goneAt, extras } = engine.slots
  const wall = clock.now() - now
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

function write(
  engine: MemoryEngine,
  clock: Clock,
  key: string,
  entry: NewEntry<unknown>,
  options?: StoreSetOptions,
): boolean {
  const now = clock.monotonic()
  const wall = clock.now()
  const offset = now - wall
  const since = options?.unlessDeletedSince
  const isWritten = engine.set(
    {
      key,
      held: entry.value,
      freshUntil: offset + entry.expiresAt,
      goneAt: offset + entry.staleUntil,
      tags: entry.tags,
      life: entry.expiresAt - (entry.createdAt ?? wall),
      loadTime: entry.loadTime ?? 0,
      since: since === undefined ? undefined : Number(since),
    },
    now,
  )
  // Older loads are refused also once it is gone.
  if (since === undefined) engine.protect([key], now, engine.version)
  return isWritten
}

async function* scan(
  engine: MemoryEngine,
  clock: Clock,
  pattern: string,
  options?: StoreReadOptions,
): AsyncGenerator<string> {
  for (const key of [...engine.keys()]) {
    options?.signal?.throwIfAborted()
    if (matchesPattern(pattern, key) && engine.holds(key, clock.monotonic())) yield key
  }
}
