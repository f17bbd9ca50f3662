import type { Database } from './database.js'
import type { Names, ShardNames } from './names.js'
import { Shard } from './shard.js'
import type { TagMarks } from './tag-marks.js'

/** One command reads, writes or deletes no more entries. */
export const MOST_KEYS = 500

/** Some keys of one shard, for one command. */
export interface Part {
  readonly shard: Shard
  readonly keys: string[]
  /** Where they stand among all. */
  readonly places: number[]
}

/** The shards of a cache: one on a single server, many on a cluster. */
export class Shards {
  readonly #database: Database
  readonly #names: Names
  readonly #tags: TagMarks
  readonly #shards: (Shard | undefined)[] = []

  constructor(database: Database, names: Names, tags: TagMarks) {
    this.#database = database
    this.#names = names
    this.#tags = tags
  }

  /** Whether it lies beside the tags, on one server. */
  get isOne(): boolean {
    return this.#names.shards.length === 1
  }

  get all(): readonly Shard[] {
    return this.#names.shards.map((names) => this.#at(names))
  }

  of(key: string): Shard {
    return this.#at(this.#names.shardOf(key))
  }

  /** Keys by their shards. */
  parts(keys: readonly string[]): Part[] {
    const open = new Map<Shard, Part>()
    const parts: Part[] = []
    for (const [place, key] of keys.entries()) {
      const shard = this.of(key)
      let part = open.get(shard)
      if (part === undefined || part.keys.length === MOST_KEYS) {
        part = { shard, keys: [], places: [] }
        open.set(shard, part)
        parts.push(part)
      }
      part.keys.push(key)
      part.places.push(place)
    }
    return parts
  }

  #at(names: ShardNames): Shard {
    const known = this.#shards[names.index]
    if (known !== undefined) return known
    const shard = new Shard(this.#database, names, this.#tags)
    this.#shards[names.index] = shard
    return shard
  }
}
