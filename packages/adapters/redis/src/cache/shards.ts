import type { Database } from './database.js'
import type { Names, ShardNames } from './names.js'
import { Shard } from './shard.js'
import type { TagMarks } from './tag-marks.js'

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

  /** The places of keys in their list, for each shard, at most so many at once. */
  parts(keys: readonly string[], most: number): (readonly [shard: Shard, places: readonly number[]])[] {
    const open = new Map<Shard, number[]>()
    const parts: [Shard, number[]][] = []
    for (const [place, key] of keys.entries()) {
      const shard = this.of(key)
      let part = open.get(shard)
      if (part === undefined || part.length === most) {
        part = []
        open.set(shard, part)
        parts.push([shard, part])
      }
      part.push(place)
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
