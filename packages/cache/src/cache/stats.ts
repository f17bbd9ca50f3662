/** What a cache has counted since it was made, its namespaces together. */
export interface CacheStats {
  /** Reads that found a fresh value. */
  readonly hits: number
  /** Reads that found none, and served none that was stale. */
  readonly misses: number
  /** Reads that were served a stale value. */
  readonly stale: number
  /** Calls of loaders. */
  readonly loads: number
  /** Those that failed, without those that were aborted because nobody waited any more or the cache was closed. */
  readonly loadFailures: number
  /** Values written, by `set` or by a load. */
  readonly sets: number
  /** Keys deleted by name. */
  readonly deletes: number
  /** Entries that the memory layer had no room for. */
  readonly evictions: number
  /** Entries in the memory layer, with those that have ended and are not freed yet. */
  readonly entries: number
  /** About how many bytes they take, where the memory layer has a limit of bytes; otherwise 0. */
  readonly bytes: number
}

/** The counters. */
export type Counts = { -readonly [Name in Exclude<keyof CacheStats, 'entries' | 'bytes'>]: number }

export function noCounts(): Counts {
  return { hits: 0, misses: 0, stale: 0, loads: 0, loadFailures: 0, sets: 0, deletes: 0, evictions: 0 }
}
