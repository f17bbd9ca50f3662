import type { Entry, NewEntry } from '@base/cache/store'
import type { Reply } from '../connection/connection.js'
import type { Database } from './database.js'
import { fromFrame, toFrame } from './frame.js'
import { KnownSet } from './known-set.js'
import type { ShardNames } from './names.js'
import { entriesScript } from './scripts.js'
import { scoreOf, type TagMarks, type TagRead } from './tag-marks.js'

/** An entry to be written, and for how long it stays, in milliseconds. */
export interface Write {
  readonly key: string
  readonly entry: NewEntry<Uint8Array>
  readonly ttl: number
}

/** What a shard knows of some keys. */
export interface ShardRead {
  /** A version that was taken before this was read; nothing below is vouched for. */
  readonly floor: bigint
  readonly entries: readonly (Entry<Uint8Array> | undefined)[]
}

/** The entries of one slot, and what was deleted of them. */
export class Shard {
  readonly #names: ShardNames
  readonly #tags: TagMarks
  readonly #set: KnownSet

  constructor(database: Database, names: ShardNames, tags: TagMarks) {
    this.#names = names
    this.#tags = tags
    const begin = async (until: number) => [String(await tags.take(until))]
    this.#set = new KnownSet(database, names.deleted, entriesScript, begin)
  }

  /** Whether it was asked before: one that was not may begin anew with the next call, and refuse the loads before it. */
  get isMet(): boolean {
    return this.#set.isMet
  }

  /** The entries that are vouched for, in the order of the keys. */
  async read(keys: readonly string[], until: number): Promise<ShardRead> {
    return shardReadOf(await this.#set.run(this.#entries(keys), ['read'], until))
  }

  /** The same beside the tags, in one step, where all lie on one server; both read by their own scripts where one has to begin. */
  async readWithTags(
    keys: readonly string[],
    tags: readonly string[],
    until: number,
  ): Promise<readonly [TagRead, ShardRead]> {
    const shardKeys = [this.#set.key, ...this.#entries(keys)]
    const looked = this.#set.isDoubtful ? undefined : await this.#tags.look(tags, shardKeys, until)
    if (looked !== undefined) {
      this.#set.keep(until)
      return [looked[0], shardReadOf(looked[1])]
    }
    return Promise.all([this.#tags.read(tags, until), this.read(keys, until)])
  }

  /** Writes what nothing newer is known of; without a version each write gets a new one. */
  async write(
    writes: readonly Write[],
    version: number | undefined,
    until: number,
  ): Promise<readonly boolean[]> {
    const keys = this.#entries(writes.map(({ key }) => key))
    const once = async () => argumentsOf(writes, version ?? (await this.#tags.take(until)))
    const reply =
      (await this.#set.tryRun(keys, await once(), until)) ?? (await this.#set.run(keys, await once(), until))
    return (reply as readonly number[]).map((written) => written === 1)
  }

  /** Deletes what is not newer, and remembers it. */
  async delete(keys: readonly string[], version: number, until: number): Promise<void> {
    await this.#set.run(this.#entries(keys), ['delete', String(version)], until)
  }

  /** Nothing below a version is vouched for any more, and no load that began before it is taken. */
  async raise(version: number, until: number): Promise<void> {
    await this.#set.run([], ['begin', String(version)], until)
  }

  /** Deletes those that are not vouched for. */
  async free(keys: readonly string[], until: number): Promise<void> {
    await this.#set.run(this.#entries(keys), ['free'], until)
  }

  #entries(keys: readonly string[]): string[] {
    return keys.map((key) => this.#names.entry + key)
  }
}

function argumentsOf(writes: readonly Write[], version: number): (string | Buffer)[] {
  const args: (string | Buffer)[] = ['write', String(version)]
  for (const { entry, ttl } of writes) args.push(ttlOf(ttl), toFrame(entry, version))
  return args
}

/**
 * What somebody else wrote, or cut short: a cache cannot read its value either, and so tells of it, where it would say nothing of
 * what is not there. Nobody knows its version: it is below no floor.
 */
const UNREADABLE: Entry<Uint8Array> = {
  value: new Uint8Array(0),
  version: 2n ** 63n,
  expiresAt: 0,
  staleUntil: 0,
  tags: [],
}

/** Only what the shard vouches for. */
function shardReadOf(reply: Reply): ShardRead {
  const [score, frames] = reply as readonly [Reply, readonly (Buffer | null)[]]
  const floor = scoreOf(score)
  const entries = frames.map((frame) => {
    if (frame === null) return undefined
    const entry = fromFrame(frame) ?? UNREADABLE
    return entry.version < floor ? undefined : entry
  })
  return { floor, entries }
}

/** Empty where there is no end, 0 where it has come. */
function ttlOf(ttl: number): string {
  if (ttl >= Number.MAX_SAFE_INTEGER) return ''
  return String(Math.max(0, Math.ceil(ttl)))
}
