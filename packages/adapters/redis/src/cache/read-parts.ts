import type { Shard, ShardRead } from './shard.js'
import { MOST_KEYS, type Shards } from './shards.js'
import type { TagRead } from './tag-marks.js'

/** Where the answer for a key is found; without a key, only the floor of its shard. */
export interface Place {
  readonly part: ReadPart
  readonly index: number
}

/** Keys of one shard, which are read by one command. */
export class ReadPart {
  readonly keys: string[] = []
  readonly #shard: Shard
  #reading: Promise<ShardRead> | undefined

  constructor(shard: Shard) {
    this.#shard = shard
  }

  /** Once all of its keys are there; what it reads the first time is for all. */
  read(until: number): Promise<ShardRead> {
    this.#reading ??= this.#shard.read(this.keys, until)
    return this.#reading
  }

  /** The same with the tags, by one command; on a single server. */
  readWithTags(tags: readonly string[], until: number): Promise<readonly [known: TagRead, read: ShardRead]> {
    return this.#shard.readWithTags(this.keys, tags, until)
  }
}

/** Sorts keys by their shards. */
export class ReadParts {
  readonly #shards: Shards
  readonly #parts = new Map<Shard, ReadPart>()
  #count = 0

  constructor(shards: Shards) {
    this.#shards = shards
  }

  /** The part that has all keys, beside the tags on a single server. */
  get whole(): ReadPart | undefined {
    const [part] = this.#parts.values()
    return this.#shards.isOne && this.#count === 1 ? part : undefined
  }

  /** Those of keys; without any, of all shards that were never asked, for the version is to hold for each of them. */
  places(keys: readonly string[]): Place[] {
    if (keys.length > 0) return keys.map((key) => this.#place(this.#shards.of(key), key))
    return this.#shards.all
      .filter(({ isMet }) => !isMet)
      .map((shard) => ({ part: this.#part(shard), index: -1 }))
  }

  #place(shard: Shard, key: string): Place {
    const part = this.#part(shard)
    return { part, index: part.keys.push(key) - 1 }
  }

  #part(shard: Shard): ReadPart {
    let part = this.#parts.get(shard)
    if (part === undefined || part.keys.length === MOST_KEYS) {
      part = new ReadPart(shard)
      this.#parts.set(shard, part)
      this.#count++
    }
    return part
  }
}
