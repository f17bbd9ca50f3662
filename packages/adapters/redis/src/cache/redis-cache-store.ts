import type { CacheStore, NewEntry, StoreRead, StoreReadOptions, StoreSetOptions } from '@base/cache/store'
import { type Clock, systemClock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkMethods, checkOptions, checkText, invalidOption, type OptionPlace } from '@base/core/options'
import type { RedisClient } from '../connection/client.js'
import { connect } from '../connection/connect.js'
import { Database } from './database.js'
import { Names } from './names.js'
import { Purge } from './purge.js'
import { ReadBatches } from './read-batches.js'
import { scanPages } from './scan.js'
import type { Write } from './shard.js'
import { type Part, Shards } from './shards.js'
import { TagMarks } from './tag-marks.js'

const DEFAULT_PREFIX = 'cache'
const MAX_PREFIX = 128
const DEFAULT_TIMEOUT: Duration = '1s'

/** Options of {@link redisCacheStore}; checked and read once. */
export interface RedisCacheStoreOptions {
  /**
   * Stands in braces before each key, so that nothing else has it: `{cache}:user:1`. Stores with different prefixes know nothing
   * of each other. 1 to 128 characters, no braces. @defaultValue 'cache'
   */
  readonly prefix?: string | undefined
  /**
   * How long Redis may take for an answer, whatever the client does, more than 0; then it is an UnavailableError. A cache does
   * not wait so long: 100 ms for a read, 250 ms for a write. @defaultValue '1s'
   */
  readonly timeout?: Duration | undefined
  /** The clock on which the cache measures lives. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/**
 * Keeps the entries of a cache in Redis, single or a cluster, for all processes: a layer of `createCache`.
 *
 * What is read in one tick is one round trip. Versions are the server's time in microseconds, or one above the last. A deletion
 * is remembered for a minute, and longer loads are refused, so a load never brings back what was deleted meanwhile, whichever
 * process deleted it. Marks of tags are kept, up to 100,000; beyond, the oldest entries go with the oldest marks. All of it
 * holds whatever Redis evicts. A server that has started again, or was promoted, may have lost what it was told last: what
 * it held before is not read any more.
 *
 * Clearing takes one step; the room is freed in the background, by SCAN and UNLINK. Keys of others are never touched.
 *
 * Needs Redis 6.2 or Valkey, and the right to run scripts.
 *
 * @example
 * const cache = createCache({ layers: [memoryCacheStore({ maxEntries: 10_000 }), redisCacheStore(client)] })
 *
 * @throws InvalidOptionError naming the option.
 * @throws UnavailableError from its methods, where Redis is away, full, or no master.
 */
export function redisCacheStore(
  client: RedisClient,
  options: RedisCacheStoreOptions = {},
): CacheStore<Uint8Array> {
  const place = (option: string): OptionPlace => ({
    package: '@base/redis',
    pattern: 'redisCacheStore',
    option,
  })
  const { prefix = DEFAULT_PREFIX, timeout = DEFAULT_TIMEOUT } = checkOptions(options, place('options'))
  const { clock = systemClock } = options
  return new RedisCacheStore({
    database: new Database(connect(client, 'redisCacheStore'), client),
    prefix: checkPrefix(prefix, place('prefix')),
    timeout: toMilliseconds(timeout, { ...place('timeout'), positive: true }),
    clock: checkMethods(clock, ['now'], place('clock')),
  })
}

/** A text that can stand in the braces that decide a key's slot. */
function checkPrefix(prefix: unknown, place: OptionPlace): string {
  const text = checkText(prefix, { ...place, maxLength: MAX_PREFIX })
  if (!/[{}\p{Surrogate}]/u.test(text)) return text
  throw invalidOption(prefix, place, 'a text without braces and lone surrogates')
}

interface Settings {
  readonly database: Database
  readonly prefix: string
  readonly timeout: number
  readonly clock: Clock
}

class RedisCacheStore implements CacheStore<Uint8Array> {
  readonly encoding = 'bytes'
  readonly #settings: Settings
  readonly #names: Names
  readonly #tags: TagMarks
  readonly #shards: Shards
  readonly #reads: ReadBatches
  readonly #purge: Purge = new Purge((signal) => this.#free(signal))

  constructor(settings: Settings) {
    const { database, prefix, timeout } = settings
    this.#settings = settings
    this.#names = new Names(prefix, database.connection.isCluster)
    this.#tags = new TagMarks(database, this.#names.tags)
    this.#shards = new Shards(database, this.#names, this.#tags)
    this.#reads = new ReadBatches(this.#tags, this.#shards, timeout)
  }

  getMany(
    keys: readonly string[],
    tags: readonly string[],
    { signal }: StoreReadOptions = {},
  ): Promise<StoreRead<Uint8Array>> {
    return this.#reads.read(keys, tags, signal)
  }

  async set(key: string, entry: NewEntry<Uint8Array>, options: StoreSetOptions = {}): Promise<boolean> {
    const [written] = await this.setMany([[key, entry]], options)
    return written === true
  }

  async setMany(
    entries: readonly (readonly [key: string, entry: NewEntry<Uint8Array>])[],
    { unlessDeletedSince: since }: StoreSetOptions = {},
  ): Promise<readonly boolean[]> {
    const until = this.#until()
    const now = this.#settings.clock.now()
    const writes = entries.map(([key, entry]): Write => ({ key, entry, ttl: entry.staleUntil - now }))
    const version = since === undefined ? undefined : Number(since)
    const written = entries.map(() => true)
    const keys = entries.map(([key]) => key)
    await this.#inParts(keys, async ({ shard, places }) => {
      const part = places.map((place) => writes[place] as Write)
      const results = await shard.write(part, version, until)
      // Without a condition it is written, and then what is newer takes its place.
      if (since !== undefined)
        for (const [index, place] of places.entries()) written[place] = results[index] === true
    })
    return written
  }

  async delete(keys: readonly string[]): Promise<bigint> {
    const until = this.#until()
    const version = await this.#tags.take(until)
    await this.#inParts(keys, (part) => part.shard.delete(part.keys, version, until))
    return BigInt(version)
  }

  async bumpTags(tags: readonly string[]): Promise<void> {
    await this.#tags.mark(tags, this.#until())
  }

  async *scan(pattern: string, { signal }: StoreReadOptions = {}): AsyncGenerator<string> {
    for await (const page of this.#pages(pattern, signal)) yield* page
  }

  async clear(): Promise<void> {
    const until = this.#until()
    const version = await this.#tags.take(until)
    await Promise.all(this.#shards.all.map((shard) => shard.raise(version, until)))
    this.#purge.start()
  }

  close(): Promise<void> {
    return this.#purge.close()
  }

  #pages(pattern: string, signal: AbortSignal | undefined): AsyncGenerator<readonly string[]> {
    const { database, timeout } = this.#settings
    return scanPages(database.connection, this.#names, pattern, { timeout, signal })
  }

  async #free(signal: AbortSignal): Promise<void> {
    for await (const keys of this.#pages('*', signal)) {
      await this.#inParts(keys, (part) => part.shard.free(part.keys, this.#until()))
    }
  }

  async #inParts(keys: readonly string[], work: (part: Part) => Promise<void>): Promise<void> {
    await Promise.all(this.#shards.parts(keys).map(work))
  }

  #until(): number {
    return systemClock.monotonic() + this.#settings.timeout
  }
}
