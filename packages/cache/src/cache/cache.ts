import type { EntryOptions, LoadOptions } from './entry-options.js'
import type { CacheEventName, CacheEvents } from './events.js'
import type { LoadContext } from './load-context.js'
import type { CacheStats } from './stats.js'

/** What {@link Cache.getEntry} finds. */
export interface CachedEntry<T = unknown> {
  /** The value, which may be `undefined`. */
  readonly value: T
  /** Until when it is fresh, in milliseconds since 1970; `Infinity` is for ever. */
  readonly expiresAt: number
  /** Whether that is over. */
  readonly stale: boolean
}

/** Options of {@link Cache.cached}. */
export interface CachedOptions<Args extends readonly unknown[]> extends Omit<LoadOptions, 'tags' | 'signal'> {
  /** What stands for the function in its keys, in place of its name; or the key of a call. @defaultValue the function's name */
  readonly key?: string | ((...args: Args) => string) | undefined
  /** What a value can be invalidated by. @defaultValue none */
  readonly tags?: readonly string[] | ((...args: Args) => readonly string[]) | undefined
}

/** A function whose results are cached: see {@link Cache.cached}. */
export interface CachedFunction<Args extends readonly unknown[], T, This = unknown> {
  (this: This, ...args: Args): Promise<T>
  /** Forgets the result for these arguments. */
  invalidate(...args: Args): Promise<void>
}

/** What {@link Cache.warmUp} did. */
export interface WarmUpResult {
  /** How many keys have a value now. */
  readonly loaded: number
  /** The others, and why. */
  readonly failed: readonly {
    /** The key that has no value. */
    readonly key: string
    /** What its load failed with. */
    readonly error: unknown
  }[]
}

/**
 * A cache in layers. See {@link createCache}.
 *
 * Any value that the codec carries can be cached, `null` and `undefined` as well. What comes out is the reader's own, or
 * deeply frozen: nobody can change what others get. Keys and tags are texts of any characters and length; above 1,024 bytes
 * the layers know them by that much of them and the SHA-256 of the whole.
 *
 * What is written, deleted or invalidated while a load runs wins over the load's result, in every layer. A layer that fails
 * is no error of a call: it costs a miss, and an `error` event tells.
 */
export interface Cache {
  /** The value, if it is fresh; `undefined` is also a value, which `getEntry` and `has` tell from nothing. */
  get<T = unknown>(key: string): Promise<T | undefined>
  /** The value with its times, also one that is stale and still kept. */
  getEntry<T = unknown>(key: string): Promise<CachedEntry<T> | undefined>
  /** Whether there is a fresh value. */
  has(key: string): Promise<boolean>
  /** The fresh values, in the order of the keys, in one round trip for each layer and 500 keys. */
  getMany<T = unknown>(keys: readonly string[]): Promise<(T | undefined)[]>
  /**
   * Writes a value. It wins over every load that began before.
   *
   * @throws UnsupportedError for a value that the codec does not carry, or cannot read again.
   */
  set(key: string, value: unknown, options?: EntryOptions): Promise<void>
  /** Writes several values, in one round trip for each layer and 500 entries. */
  setMany(
    entries: Iterable<readonly [key: string, value: unknown, options?: EntryOptions | undefined]>,
  ): Promise<void>
  /** Deletes a key. A load that runs meanwhile does not bring it back. */
  delete(key: string): Promise<void>
  /** Deletes several keys, in one round trip for each layer and 500 keys. */
  deleteMany(keys: readonly string[]): Promise<void>
  /** Deletes what has the tag, or any of the tags, in this namespace. */
  deleteByTag(tag: string | readonly string[]): Promise<void>
  /**
   * Deletes the keys of this namespace that match, in which `*` stands for any characters and nothing else is special. Looks
   * at every key, so it is for rare use; a tag costs the same whatever it is on. Of a key above 1,024 bytes only that much is
   * compared, so more of them may go. Loads that run on other nodes hear of it over
   * the bus alone.
   */
  deleteByPattern(pattern: string): Promise<void>
  /**
   * Deletes everything in this namespace and those within it; nothing else in the layers. One step: a layer that is shared frees
   * the room of a namespace behind it.
   */
  clear(): Promise<void>
  /**
   * The value, loaded where there is no fresh one; of the type that the loader gives. All who ask meanwhile share one load; when it fails they all get its error,
   * at once, and the next caller loads anew.
   *
   * @throws what the loader throws; TimeoutError at the hard timeout; the signal's reason once it aborts; UnavailableError
   * `CACHE_CLOSED` where the cache is closed, also while its loader runs, which heeds its signal; ConflictError `DEADLOCK` for a loader that asks for its own key; UnsupportedError for a value that the codec does not carry.
   */
  getOrSet<T, _Inferred>(
    key: string,
    load: (context: LoadContext) => T | PromiseLike<T>,
    options?: LoadOptions,
  ): Promise<T>
  /** The same with a type that you name, `getOrSet<User>(…)`, which is that of `previous` as well. */
  getOrSet<T>(
    key: string,
    load: (context: LoadContext<T>) => T | PromiseLike<T>,
    options?: LoadOptions,
  ): Promise<T>
  /**
   * A function whose results are cached by its arguments. The key is the function's name and the arguments in a canonical
   * form, in which equal arguments are equal, whatever the order of an object's keys; two functions of one name would share
   * their results. An instance of a class needs a `cacheKey`, a text or a method that gives one; one that extends `Date`, `Map`,
   * `Array` and the like, and has none, is what it extends. Symbols, what is not enumerable, and fields beside the items of an
   * array are no part of the form.
   *
   * The function gets copies of arguments that are plain data, so that they are those of the call whatever the caller does to
   * his; one of which a copy would lose something, such as a symbol or the `raw` of a template, it gets as it is, and with a
   * function as `key` all.
   *
   * The function gets the `this` of the call, but no key contains it: of a method all instances share the results. Where
   * they differ, let each instance cache its own, under a `key` that names the instance.
   *
   * @throws InvalidOptionError for a function without a name or `key`; from a call, for functions and symbols as arguments.
   */
  cached<F extends (...args: never[]) => unknown>(
    fn: F,
    options?: CachedOptions<Parameters<F>>,
  ): CachedFunction<Parameters<F>, Awaited<ReturnType<F>>, ThisParameterType<F>>
  /** A cache of its own within the same layers; its keys and tags are not those of this one. */
  namespace(name: string): Cache
  /** Does what the `invalidation` rule of that event says; nothing where there is none. */
  invalidateFor(event: string, payload: unknown): Promise<void>
  /** Loads what is not there yet, ten at a time where nobody says; a failure does not stop the others. */
  warmUp<T>(
    keys: Iterable<string>,
    load: (context: LoadContext<T>) => T | PromiseLike<T>,
    options?: LoadOptions & { readonly concurrency?: number | undefined },
  ): Promise<WarmUpResult>
  /** Calls `listener` at each `event` of all namespaces, until the function that is returned is called. */
  on<Name extends CacheEventName>(event: Name, listener: (payload: CacheEvents[Name]) => unknown): () => void
  /** What was counted until now, in all namespaces. */
  readonly stats: CacheStats
  /**
   * Serves the calls that were made before, for at most a second, aborts the loads that still run, waits for what was set before, as long as the
   * layers have time for it, leaves the bus, for which it waits 250 ms, and closes the layers, for all namespaces. Every later call rejects.
   */
  close(): Promise<void>
  /** {@link Cache.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}
