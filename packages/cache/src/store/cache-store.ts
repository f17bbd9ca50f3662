/** What a store keeps under a key. */
export interface Entry<Raw = unknown> {
  /** The value: bytes, or an object as it is, by the store's `encoding`. */
  readonly value: Raw
  /**
   * When it was right: the store's version before its load began, or that of its `set`. It is invalid as soon as one of its
   * tags has a higher mark.
   */
  readonly version: bigint
  /** When it was made, in milliseconds since 1970, where it is made of bytes: one from the future is not trusted. */
  readonly createdAt?: number
  /** Until when it is fresh, in milliseconds since 1970; `Infinity` is for ever. */
  readonly expiresAt: number
  /** Until when the store has to keep it, in milliseconds since 1970, not before `expiresAt`; it is not returned any more from then on. */
  readonly staleUntil: number
  /** What it can be invalidated by. */
  readonly tags: readonly string[]
  /** How long its load took, in milliseconds. */
  readonly loadTime?: number
}

/** An entry to be written; the store gives it its version. */
export type NewEntry<Raw = unknown> = Omit<Entry<Raw>, 'version'>

/** Options of every reading method of a {@link CacheStore}. */
export interface StoreReadOptions {
  /** Ends the reading: it rejects with the signal's reason. A cache aborts it when it does not wait any more. */
  readonly signal?: AbortSignal | undefined
}

/** Options of {@link CacheStore.set}. */
export interface StoreSetOptions {
  /**
   * Nothing is written where the key was deleted or written, or the store cleared, after this version. Without it the
   * entry is written in any case, with a new version.
   */
  readonly unlessDeletedSince?: bigint | undefined
}

/** What {@link CacheStore.getMany} finds. */
export interface StoreRead<Raw = unknown> {
  /** The entries in the order of the keys; `undefined` where there is none. */
  readonly entries: readonly (Entry<Raw> | undefined)[]
  /**
   * The marks in the order of the tags: the version of the last `bumpTags`, `0n` where there was none. A store that may have
   * lost marks gives every tag, from then on, at least the version at which it noticed.
   */
  readonly marks: readonly bigint[]
  /**
   * The store's version before anything was read: what a load that begins now is to be written with, and what is found in the
   * layers below. Where a store does not tell, it is the highest that the cache has had of it in entries, marks and deletions:
   * for loads with those of this read, and for what is found below without them, as they may be newer. Then loads after a
   * clearing or a `set` elsewhere may be refused, and so may what is found below, until the cache has had a higher one.
   */
  readonly version?: bigint
}

/**
 * Where a cache keeps its entries: a layer.
 *
 * A store has one version, which only grows: with each deletion, each bump of tags, each clearing and each `set` without a
 * condition. A load takes note of the version before it begins; its result is written only where nothing newer is known of
 * the key, so that no deletion is ever undone. A store that forgets a deletion (they may be forgotten after a while, or
 * lost in a restart) has to refuse the loads that began before it.
 *
 * Keys and tags are texts of any characters. Of the tags a store only knows their marks; it is the cache that compares them
 * with the entry's version. A store may drop any entry at any time, never a mark or a deletion.
 */
export interface CacheStore<Raw = unknown> {
  /** Whether it keeps bytes, or objects as they are; the cache encodes accordingly. */
  readonly encoding: 'bytes' | 'objects'
  /** Entries and marks, in one round trip. */
  getMany(
    keys: readonly string[],
    tags: readonly string[],
    options?: StoreReadOptions,
  ): Promise<StoreRead<Raw>>
  /**
   * Writes an entry; `false` where the condition does not hold, and only then: the cache takes it that something newer is
   * known. An entry that the store does not want, such as one that is too large or has ended, it drops, with the one that was there.
   */
  set(key: string, entry: NewEntry<Raw>, options?: StoreSetOptions): Promise<boolean>
  /** Writes several, each as `set` would, in one round trip. */
  setMany(
    entries: readonly (readonly [key: string, entry: NewEntry<Raw>])[],
    options?: StoreSetOptions,
  ): Promise<readonly boolean[]>
  /** Deletes, and remembers that it did, also where there was nothing. Gives the version of the deletion. */
  delete(keys: readonly string[]): Promise<bigint>
  /** Marks tags with a new version, which invalidates the entries that have them. */
  bumpTags(tags: readonly string[]): Promise<void>
  /**
   * The keys that match a pattern, in which `*` stands for any characters, none as well, and nothing else is special. One may come
   * twice. The cache waits for the next one for 10 minutes: a store bounds its steps itself.
   */
  scan(pattern: string, options?: StoreReadOptions): AsyncIterable<string>
  /** Deletes all entries, and remembers that it did. */
  clear(): Promise<void>
  /** Ends its timers and what else it opened itself; never a client that it was given. */
  close(): Promise<void>
}
