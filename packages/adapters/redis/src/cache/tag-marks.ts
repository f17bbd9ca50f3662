import type { Reply } from '../connection/connection.js'
import type { Database } from './database.js'
import { KnownSet } from './known-set.js'
import { tagsScript } from './scripts.js'

/** One command reads or marks no more tags. */
export const MOST_TAGS = 500

/** What is known of the whole cache. */
export interface TagRead {
  readonly version: bigint
  /** Entries below are not vouched for. */
  readonly floor: bigint
  readonly marks: ReadonlyMap<string, bigint>
}

/** The versions of a cache, and the marks of its tags: one set, in one slot, for they only mean something together. */
export class TagMarks {
  readonly #set: KnownSet
  /** The highest version that this process has seen: a server that has lost its data goes on from there. */
  #seen = 0
  #taking: Promise<number> | undefined

  constructor(database: Database, key: string) {
    this.#set = new KnownSet(database, key, tagsScript, async () => [String(this.#seen)])
  }

  /** The version, and the marks of tags. */
  async read(tags: readonly string[], until: number): Promise<TagRead> {
    if (tags.length > MOST_TAGS) return this.#readMany(tags, until)
    const reply = await this.#set.run([], ['read', 'v', 'f', ...tags.map(memberOf)], until)
    return this.#tagRead(tags, reply as readonly Reply[])
  }

  /**
   * On a single server: the version, the marks of tags, and what its shard's `read` replies, by one command. `undefined` where
   * something has to begin anew first.
   */
  async look(
    tags: readonly string[],
    shardKeys: readonly string[],
    until: number,
  ): Promise<readonly [known: TagRead, shard: Reply] | undefined> {
    const reply = await this.#set.look(shardKeys, ['look', 'v', 'f', ...tags.map(memberOf)], until)
    if (reply === null) return undefined
    const [scores, ...shard] = reply as readonly Reply[]
    return [this.#tagRead(tags, scores as readonly Reply[]), shard]
  }

  /** A new version, one for all who ask in the same tick. */
  take(until: number): Promise<number> {
    this.#taking ??= this.#takeSoon(until)
    return this.#taking
  }

  /** New versions, which mark tags. */
  async mark(tags: readonly string[], until: number): Promise<void> {
    await Promise.all(batchesOf(tags).map((part) => this.#take(part, until)))
  }

  async #readMany(tags: readonly string[], until: number): Promise<TagRead> {
    const all = await Promise.all(batchesOf(tags).map((part) => this.read(part, until)))
    return {
      // Before anything was read: on a cluster one may have been sent again, and be the last.
      version: all.map(({ version }) => version).reduce(lower),
      floor: all.map(({ floor }) => floor).reduce(higher),
      marks: new Map(all.flatMap(({ marks }) => [...marks])),
    }
  }

  async #take(tags: readonly string[], until: number): Promise<number> {
    const reply = await this.#set.run([], ['take', String(this.#seen), ...tags.map(memberOf)], until)
    return this.#see(Number(scoreOf(reply)))
  }

  #tagRead(tags: readonly string[], scores: readonly Reply[]): TagRead {
    const [version = 0n, floor = 0n, ...marks] = scores.map(scoreOf)
    this.#see(Number(version))
    return { version, floor, marks: new Map(tags.map((tag, index) => [tag, marks[index] ?? 0n])) }
  }

  async #takeSoon(until: number): Promise<number> {
    await new Promise<void>((resolve) => process.nextTick(resolve))
    this.#taking = undefined
    return this.#take([], until)
  }

  #see(version: number): number {
    this.#seen = Math.max(this.#seen, version)
    return version
  }
}

function batchesOf(tags: readonly string[]): (readonly string[])[] {
  const count = Math.ceil(tags.length / MOST_TAGS)
  return Array.from({ length: count }, (_, index) => tags.slice(index * MOST_TAGS, (index + 1) * MOST_TAGS))
}

function memberOf(tag: string): string {
  return `t${tag}`
}

/** 0 where there is none. */
export function scoreOf(reply: Reply | undefined): bigint {
  return reply === null || reply === undefined ? 0n : BigInt(String(reply))
}

/** The higher of two versions. */
export function higher(one: bigint, other: bigint): bigint {
  if (one > other) return one
  return other
}

function lower(one: bigint, other: bigint): bigint {
  if (one < other) return one
  return other
}
