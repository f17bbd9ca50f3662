import type { Clock } from '@base/core/clock'
import { checkFunction, checkInteger } from '@base/core/options'
import { reveal } from '../store/guarded.js'
import { isolate } from '../store/isolate.js'
import { type MemoryEngine, NO_SLOT } from '../store/memory-engine.js'
import type { Cache, CachedEntry, CachedFunction, CachedOptions, WarmUpResult } from './cache.js'
import { cachedFunction } from './cached-function.js'
import type { CacheCore } from './core.js'
import type { EntryOptions, LoadOptions } from './entry-options.js'
import type { CacheEventName, CacheEvents } from './events.js'
import type { Found } from './found.js'
import type { Invalidation } from './invalidation.js'
import type { LoadContext } from './load-context.js'
import { Reader } from './reader.js'
import { lifeOf, rulesOf, scopedTags } from './rules.js'
import { checkKey, invalidKey, type Scope } from './scope.js'
import { checkRecord } from './settings.js'
import type { CacheStats } from './stats.js'
import { warmUp } from './warm-up.js'

/** A namespace of a cache; the outermost is the cache. */
export class LayeredCache implements Cache {
  readonly #core: CacheCore
  readonly #scope: Scope
  readonly #reader: Reader
  readonly #top: MemoryEngine | undefined
  readonly #clock: Clock
  readonly #refreshesEarly: boolean

  constructor(core: CacheCore, scope: Scope) {
    this.#core = core
    this.#scope = scope
    this.#top = core.layers.top.engine
    this.#clock = core.settings.clock
    this.#refreshesEarly = core.settings.earlyRefresh > 0
    this.#reader = new Reader(core, scope)
  }

  async get<T>(key: string): Promise<T | undefined> {
    const slot = this.#freshSlot(key)
    if (slot !== NO_SLOT) return this.#hit(slot, key) as T
    return (await this.#reader.get(checkKey(key))) as T | undefined
  }

  async getOrSet<T>(
    key: string,
    load: (context: LoadContext<T>) => T | PromiseLike<T>,
    options?: LoadOptions,
  ): Promise<T> {
    if (options?.signal?.aborted === true) throw options.signal.reason
    const slot = this.#freshSlot(key)
    if (slot !== NO_SLOT) {
      if (this.#refreshesEarly) this.#reader.refreshEarly(slot, key, load, options)
      return this.#hit(slot, key) as T
    }
    const flight =
      options === undefined && typeof load === 'function' ? this.#reader.joinAtOnce(key) : undefined
    if (flight === undefined) return this.#load(key, load, options)
    const joinedAt = this.#core.layers.top.version
    const held = await flight.promise
    return reveal(flight.disappoints(joinedAt) ? await this.#loadAnew(key, load) : held) as T
  }

  async getEntry<T>(key: string): Promise<CachedEntry<T> | undefined> {
    return this.#reader.getEntry(checkKey(key)) as Promise<CachedEntry<T> | undefined>
  }

  async has(key: string): Promise<boolean> {
    if (this.#freshSlot(key) !== NO_SLOT) return true
    return this.#reader.has(checkKey(key))
  }

  async getMany<T>(keys: readonly string[]): Promise<(T | undefined)[]> {
    return (await this.#reader.getMany(checkKeys(keys))) as (T | undefined)[]
  }

  async set(key: string, value: unknown, options?: EntryOptions): Promise<void> {
    await this.setMany([[key, value, options]])
  }

  async setMany(
    entries: Iterable<readonly [key: string, value: unknown, options?: EntryOptions | undefined]>,
  ): Promise<void> {
    const core = this.#core
    const now = new Map<string, Found | undefined>()
    for (const entry of checkIterable(entries, 'entries')) {
      const [key, value, options] = checkEntry(entry)
      now.set(checkKey(key), this.#toEntry(key, value, options))
    }
    const opening = core.opening()
    if (opening !== undefined) await opening
    const kept = [...now].flatMap(([key, entry]) => (entry === undefined ? [] : [[key, entry] as const]))
    const gone = [...now].flatMap(([key, entry]) => (entry === undefined ? [key] : []))
    if (gone.length > 0) await this.deleteMany(gone)
    if (kept.length === 0) return
    await core.layers.overwrite(
      this.#scope,
      kept.map(([key, entry]) => [this.#scope.keyOf(key), entry]),
    )
    core.counts.sets += kept.length
    for (const [key] of kept) core.tell('set', this.#scope, key)
  }

  async delete(key: string): Promise<void> {
    await this.deleteMany([key])
  }

  async deleteMany(keys: readonly string[]): Promise<void> {
    const names = checkKeys(keys)
    await this.#invalidate({ keys: names.map((key) => this.#scope.keyOf(key)) })
    this.#core.counts.deletes += names.length
    for (const key of names) this.#core.tell('delete', this.#scope, key)
  }

  async deleteByTag(tag: string | readonly string[]): Promise<void> {
    await this.#invalidate({ tags: scopedTags(this.#scope, typeof tag === 'string' ? [tag] : tag) })
  }

  async deleteByPattern(pattern: string): Promise<void> {
    await this.#invalidate({ patterns: [[this.#scope.path, checkKey(pattern, 'pattern')]] })
  }

  async clear(): Promise<void> {
    await this.#invalidate({ cleared: [this.#scope.path] })
  }

  cached<F extends (...args: never[]) => unknown>(
    fn: F,
    options?: CachedOptions<Parameters<F>>,
  ): CachedFunction<Parameters<F>, Awaited<ReturnType<F>>, ThisParameterType<F>> {
    return cachedFunction(this, fn, options, (given) => this.#checkOptions(given))
  }

  namespace(name: string): Cache {
    return new LayeredCache(this.#core, this.#scope.within(name))
  }

  async invalidateFor(event: string, payload: unknown): Promise<void> {
    this.#core.checkOpen()
    const rule = this.#core.settings.invalidation.get(event)
    if (rule === undefined) return
    const { keys = [], tags = [], patterns = [] } = checkRecord(rule(payload), `invalidation.${event}`)
    await this.#invalidate({
      keys: checkKeys(keys).map((key) => this.#scope.keyOf(key)),
      tags: scopedTags(this.#scope, tags),
      patterns: checkKeys(patterns, 'patterns').map((pattern) => [this.#scope.path, pattern]),
    })
  }

  async warmUp<T>(
    keys: Iterable<string>,
    load: (context: LoadContext<T>) => T | PromiseLike<T>,
    options: LoadOptions & { readonly concurrency?: number | undefined } = {},
  ): Promise<WarmUpResult> {
    this.#core.checkOpen()
    const place = (option: string) => ({ package: '@base/cache', pattern: 'Cache.warmUp', option })
    checkFunction(load, place('load'))
    this.#checkOptions(options)
    const { concurrency = 10, ...rest } = options
    const atOnce = checkInteger(concurrency, { ...place('concurrency'), min: 1 })
    return warmUp(checkIterable(keys, 'keys'), atOnce, (key) => this.getOrSet(key, load, rest))
  }

  on<Name extends CacheEventName>(
    event: Name,
    listener: (payload: CacheEvents[Name]) => unknown,
  ): () => void {
    return this.#core.observers.on(event, listener)
  }

  get stats(): CacheStats {
    return this.#core.stats
  }

  close(): Promise<void> {
    return this.#core.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Where a fresh value is in memory. Whatever else there is to do is done elsewhere: this is the way of a hit. */
  #freshSlot(key: string): number {
    const top = this.#top
    if (top === undefined || this.#core.isClosed || typeof key !== 'string') return NO_SLOT
    return top.fresh(this.#scope.keyOf(key), this.#clock.monotonic())
  }

  #hit(slot: number, key: string): unknown {
    const core = this.#core
    core.counts.hits++
    if (core.observers.hearHits) core.tell('hit', this.#scope, key)
    return reveal((this.#top as MemoryEngine).slots.values[slot])
  }

  async #load<T>(
    key: string,
    load: (context: LoadContext<T>) => T | PromiseLike<T>,
    options: LoadOptions | undefined,
  ): Promise<T> {
    checkFunction(load, { package: '@base/cache', pattern: 'Cache.getOrSet', option: 'load' })
    const rules = rulesOf(this.#core.settings, this.#scope, checkKey(key), options)
    return (await this.#core.serve(() => this.#reader.getOrSet(key, load, rules))) as T
  }

  #checkOptions(options: LoadOptions): void {
    rulesOf(this.#core.settings, this.#scope, '', options)
  }

  #loadAnew(key: string, load: (context: LoadContext<never>) => unknown): Promise<unknown> {
    const rules = rulesOf(this.#core.settings, this.#scope, key)
    return this.#core.serve(() => this.#reader.loadAnew(key, load, rules, Number.POSITIVE_INFINITY))
  }

  /** `undefined` for one that is not to be stored. */
  #toEntry(key: string, value: unknown, options: EntryOptions | undefined): Found | undefined {
    const rules = rulesOf(this.#core.settings, this.#scope, key, options)
    const held = isolate(value, this.#core.settings.codec)
    return lifeOf(value, rules) === 0 ? undefined : this.#core.entryOf(held, rules, rules.tags)
  }

  async #invalidate(invalidation: Invalidation): Promise<void> {
    const opening = this.#core.opening()
    if (opening !== undefined) await opening
    await this.#core.layers.invalidate(invalidation)
  }
}

function checkIterable<T extends Iterable<unknown>>(value: T, option: string): T {
  // A text is iterable too, by its characters.
  if (typeof value === 'object' && typeof value?.[Symbol.iterator] === 'function') return value
  throw invalidKey(value, option, 'an iterable, and no text')
}

function checkEntry<T extends readonly unknown[]>(entry: T): T {
  if (Array.isArray(entry)) return entry
  throw invalidKey(entry, 'entries', 'arrays [key, value, options?]')
}

function checkKeys(keys: readonly string[], option: 'keys' | 'patterns' = 'keys'): readonly string[] {
  if (!Array.isArray(keys)) throw invalidKey(keys, option, 'an array of texts')
  for (const key of keys) checkKey(key, option)
  // The caller may use the array for something else while the layers are asked.
  return [...keys]
}
