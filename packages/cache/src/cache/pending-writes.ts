import type { NewEntry } from '../store/cache-store.js'
import type { Found } from './found.js'
import { covers, type Invalidation } from './invalidation.js'

/** What a user has set, until the lower layers have it. */
export class PendingWrite {
  readonly key: string
  readonly entry: Found
  /** The same for each lower layer. */
  readonly below: readonly NewEntry<unknown>[]
  /** It was invalidated since: the layers are to lose what they have. */
  isRevoked = false
  /** Those that have their turn with it, in one call; a part of very many has it when those before it are there. */
  turn: readonly PendingWrite[] | undefined
  /** The call by which it, or one of its key that was set later, is written. */
  call: Promise<void> | undefined

  constructor(key: string, entry: Found, below: readonly NewEntry<unknown>[]) {
    this.key = key
    this.entry = entry
    this.below = below
  }
}

/**
 * What users have set, on its way to the lower layers.
 *
 * Of each key one write at a time is under way, so that layers which do calls in any order end with the last one. Those that have
 * their turn meanwhile wait, and the last of them is written for all, with others of its own call alone: none fails for what
 * somebody else has set. So a write is done once it, or a later one, is in the layers; and what waits, waits for writes of its
 * own key.
 */
export class PendingWrites {
  /** Of each key in the order of the calls; the first one may be under way. */
  readonly #open: Map<string, PendingWrite[]> = new Map()
  readonly #send: (writes: readonly PendingWrite[]) => Promise<void>

  /** `send` writes what is not revoked, and never rejects. */
  constructor(send: (writes: readonly PendingWrite[]) => Promise<void>) {
    this.#send = send
  }

  add(writes: readonly PendingWrite[]): void {
    for (const write of writes) {
      const queue = this.#open.get(write.key)
      if (queue === undefined) this.#open.set(write.key, [write])
      else queue.push(write)
    }
  }

  /** Resolves when these, or later ones of their keys, are written. */
  async write(writes: readonly PendingWrite[]): Promise<void> {
    for (const write of writes) write.turn = writes
    const free = writes.filter(({ key, call }) => call === undefined && this.#callOf(key) === undefined)
    if (free.length > 0) this.#start(free)
    await Promise.all(new Set(writes.map(({ key, call }) => call ?? this.#callOf(key))))
    // What has waited was sent when that was over.
    await Promise.all(new Set(writes.map(({ call }) => call)))
  }

  /** Whether no other one of its key was set after it, of one that is not done. */
  isLast(write: PendingWrite): boolean {
    return this.#open.get(write.key)?.at(-1) === write
  }

  /** What it covers is not to be in the layers; where others have told of it, that holds for what has not had its turn. */
  revoke(invalidation: Invalidation, isOwn: boolean): void {
    if (this.#open.size === 0) return
    const { keys = [], ...others } = invalidation
    for (const key of keys) this.#revoke(key, isOwn, () => true)
    if (!others.tags?.length && !others.patterns?.length && !others.cleared?.length) return
    for (const key of this.#open.keys())
      this.#revoke(key, isOwn, ({ entry }) => covers(others, key, entry.tags))
  }

  /** Those before one that is meant as well: it has taken their place. */
  #revoke(key: string, isOwn: boolean, isMeant: (write: PendingWrite) => boolean): void {
    const queue = this.#open.get(key) ?? []
    for (const write of queue.slice(0, queue.findLastIndex(isMeant) + 1))
      if (isOwn || write.turn === undefined) write.isRevoked = true
  }

  #callOf(key: string): Promise<void> | undefined {
    return this.#open.get(key)?.[0]?.call
  }

  #start(writes: readonly PendingWrite[]): void {
    const call = this.#send(writes).then(() => this.#end(writes))
    for (const write of writes) {
      const queue = this.#open.get(write.key) as PendingWrite[]
      for (const older of queue.splice(0, queue.indexOf(write))) older.call = call
      write.call = call
    }
  }

  #end(writes: readonly PendingWrite[]): void {
    const next: Map<PendingWrite['turn'], PendingWrite[]> = new Map()
    for (const { key } of writes) {
      const queue = this.#open.get(key) as PendingWrite[]
      queue.shift()
      if (queue.length === 0) this.#open.delete(key)
      const ready = queue.findLast(({ turn }) => turn !== undefined)
      if (ready === undefined) continue
      const others = next.get(ready.turn)
      if (others === undefined) next.set(ready.turn, [ready])
      else others.push(ready)
    }
    for (const together of next.values()) this.#start(together)
  }
}
