/** A cluster gets so many, which are spread over its nodes. */
const SHARDS = 128

/**
 * The names of a cache's keys in Redis.
 *
 * All keys of a shard lie in one slot, by the tag in braces: `{cache}:user:1` is an entry, `{cache}.deleted` what was deleted.
 * One server has one shard; on a cluster the entry is `{cache:07}:user:1`. `{cache}.tags` belongs to all of them.
 */
export class Names {
  readonly tags: string
  readonly shards: readonly ShardNames[]
  readonly #prefix: string

  constructor(prefix: string, isCluster: boolean) {
    this.#prefix = prefix
    this.tags = `{${prefix}}.tags`
    this.shards = isCluster
      ? Array.from({ length: SHARDS }, (_, index) => shardNames(`{${prefix}:${hex(index)}}`, index))
      : [shardNames(`{${prefix}}`, 0)]
  }

  /** The shard of an entry. */
  shardOf(key: string): ShardNames {
    return this.shards[this.shards.length === 1 ? 0 : hash(key) % SHARDS] as ShardNames
  }

  /** The user's key of an entry; `undefined` for what is none of this cache. */
  keyOf(name: string): string | undefined {
    const end = name.indexOf('}:')
    const key = name.slice(end + 2)
    return end !== -1 && name === this.shardOf(key).entry + key ? key : undefined
  }

  /** A pattern of Redis for the entries whose keys match one in which only the star is special. */
  pattern(pattern: string, clientPrefix: string): string {
    const tag = this.shards.length === 1 ? '' : ':??'
    return `${literal(`${clientPrefix}{${this.#prefix}`)}${tag}}:${pattern.split('*').map(literal).join('*')}`
  }
}

/** The names of one shard. */
export interface ShardNames {
  readonly index: number
  readonly deleted: string
  /** Begins the name of each entry. */
  readonly entry: string
}

function shardNames(tag: string, index: number): ShardNames {
  return { index, deleted: `${tag}.deleted`, entry: `${tag}:` }
}

function hex(index: number): string {
  return index.toString(16).padStart(2, '0')
}

/** FNV-1a of the UTF-16 units. */
function hash(text: string): number {
  let sum = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    sum = Math.imul(sum ^ text.charCodeAt(index), 0x01000193)
  }
  return sum >>> 0
}

/** As a pattern that matches only it. */
function literal(text: string): string {
  return text.replace(/[*?[\]\\^-]/g, '\\$&')
}
