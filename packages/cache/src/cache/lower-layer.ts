import type { Clock, Timer } from '@base/core/clock'
import type { CacheStore, NewEntry } from '../store/cache-store.js'
import { Availability } from './availability.js'
import { batchesOf } from './batches.js'
import { withDeadline } from './deadline.js'
import { type Invalidation, PendingInvalidation } from './invalidation.js'
import { LateWrites } from './late-writes.js'
import { type CrowdRead, ReadCrowd } from './read-crowd.js'
import { SeenVersion } from './seen-version.js'
import { type Attempt, StoreInvalidation } from './store-invalidation.js'

/** How long calls of a layer may take, in milliseconds. */
export interface LayerTimeouts {
  readonly read: number
  readonly write: number
}

/** What it has to learn is told again after so long, in milliseconds, and waited for as long when it is closed. */
const PAUSE = 1_000

/** What a {@link LowerLayer} tells. */
export interface LayerListener {
  /** A call of the store failed, which was about this key alone, where it is given. */
  failed(error: unknown, key?: string): void
  /** The store missed invalidations while it was away, and knows them now. */
  caughtUp(invalidation: Invalidation): void
  /** A write of these keys has landed so late that they were read before. */
  landedUnguarded(keys: readonly string[]): void
}

/**
 * A layer behind a promise, such as a server, that may be slow or away.
 *
 * No call waits longer than its limit. After three failures in a row the layer is left alone for a second, then one call
 * tries. An invalidation that could not be told is kept, and from then on nothing is read from the layer, or written to
 * it, until it knows: so what was invalid before it went away is still invalid when it is back. A write that took too long
 * may still land, after newer ones: its keys are not read until it has, and are invalid then.
 */
export class LowerLayer {
  readonly store: CacheStore<unknown>
  readonly #clock: Clock
  readonly #limits: LayerTimeouts
  readonly #listener: LayerListener
  readonly #untold: PendingInvalidation
  readonly #invalidation: StoreInvalidation
  readonly #late: LateWrites
  readonly #seen = new SeenVersion()
  readonly #reads: ReadCrowd = new ReadCrowd((keys, tags) =>
    this.#call('A read', this.#limits.read, keys, async (signal) => {
      // Taken apart here, where an answer that is none is the store's failure.
      const before = this.#seen.highest
      const { entries, marks, version } = await this.store.getMany(keys, tags, { signal })
      const read = { entries: [...entries], marks: [...marks] }
      return { ...read, version: version ?? this.#seen.ofRead(before, read), before: version ?? before }
    }),
  )
  readonly #availability: Availability
  #catchingUp: Promise<void> | undefined
  /** Somebody has waited for that in vain. */
  #isCatchingUpSlowly = false
  #retry: Timer | undefined
  #isClosed = false

  /** `path` is that of the namespace whose entries it keeps. */
  constructor(
    store: CacheStore<unknown>,
    path: string,
    clock: Clock,
    limits: LayerTimeouts,
    listener: LayerListener,
  ) {
    this.store = store
    this.#clock = clock
    this.#limits = limits
    this.#listener = listener
    this.#availability = new Availability(clock)
    this.#untold = new PendingInvalidation(path)
    const attempt =
      (ref: boolean): Attempt =>
      (what, work, limit = limits.write) =>
        this.#attempt(what, limit, work, ref)
    this.#invalidation = new StoreInvalidation(store, this.#seen, attempt(true), attempt(false))
    this.#late = new LateWrites(clock, async (keys, unguarded) => {
      this.#owe({ keys })
      if (unguarded.length > 0) listener.landedUnguarded(unguarded)
      await this.#catchingUp
      await this.#catchUp()
    })
  }

  /** `undefined` where it cannot be asked now. */
  read(keys: readonly string[], tags: readonly string[]): Promise<CrowdRead | undefined> {
    return this.#late.touch(keys) ? this.#readOthers(keys, tags) : this.#reads.read(keys, tags)
  }

  /** Nothing of the keys that may still be written. */
  async #readOthers(keys: readonly string[], tags: readonly string[]): Promise<CrowdRead | undefined> {
    const others = keys.filter((key) => !this.#late.touch([key]))
    const read = others.length === 0 ? undefined : await this.#reads.read(others, tags)
    if (read === undefined) return undefined
    const found = new Map(others.map((key, place) => [key, read.entries[place]]))
    return { ...read, entries: keys.map((key) => found.get(key)) }
  }

  /** The result of a load, which began at a version; `false` where the layer knows something newer. */
  async write(key: string, entry: NewEntry, since: bigint): Promise<boolean> {
    const options = { unlessDeletedSince: since }
    const { write } = this.#limits
    const written = await this.#call('A write', write, [key], () => this.store.set(key, entry, options))
    return written !== false
  }

  /** What was found below. */
  async fill(entries: readonly (readonly [string, NewEntry])[], since: bigint): Promise<void> {
    const options = { unlessDeletedSince: since }
    const keys = entries.map(([key]) => key)
    await this.#call('A write', this.#limits.write, keys, () => this.store.setMany(entries, options))
  }

  /** What a user sets: where it cannot be written, the layer must at least lose what it has. */
  async overwrite(entries: readonly (readonly [string, NewEntry])[]): Promise<void> {
    const keys = entries.map(([key]) => key)
    let writing: Promise<unknown> | undefined
    let isOver = false
    const written = await this.#call('A write', this.#limits.write, keys, async () => {
      const [first] = entries
      const isOne = first !== undefined && entries.length === 1
      const answer = isOne ? this.store.set(first[0], first[1]) : this.store.setMany(entries)
      writing = Promise.resolve<unknown>(answer).finally(() => {
        isOver = true
      })
      await writing
      return true
    })
    if (written !== undefined) return
    this.#owe({ keys })
    // It may land after that was told.
    if (writing !== undefined && !isOver) this.#late.follow(writing, keys)
  }

  /** Names in batches: what cannot be told is owed, and not what can. */
  async invalidate(invalidation: Invalidation): Promise<void> {
    const [first, ...others] = batchesOf(invalidation.keys ?? [])
    await this.#invalidate(first === undefined ? invalidation : { ...invalidation, keys: first })
    for (const keys of others) await this.#invalidate({ keys })
  }

  async #invalidate(invalidation: Invalidation): Promise<void> {
    const isTold = (await this.#mayAsk(this.#limits.write)) && (await this.#invalidation.tell(invalidation))
    if (isTold) await this.#invalidation.free(invalidation)
    else this.#owe(invalidation)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#retry?.cancel()
    await withDeadline(this.#clock, PAUSE, 'A recovery of a cache layer', async () => {
      await Promise.all([this.#catchUp(), this.#late.settled()])
    }).catch(() => {})
    await this.#invalidation.end()
    await this.#attempt('The end', this.#limits.write, () => this.store.close())
  }

  async #call<T>(
    what: string,
    limit: number,
    keys: readonly string[],
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T | undefined> {
    return (await this.#mayAsk(limit)) ? this.#attempt(what, limit, work, true, keys) : undefined
  }

  async #attempt<T>(
    what: string,
    limit: number,
    work: (signal: AbortSignal) => Promise<T>,
    ref = true,
    keys: readonly string[] = [],
  ): Promise<T | undefined> {
    try {
      const value = await withDeadline(this.#clock, limit, `${what} of a cache layer`, work, ref)
      this.#availability.succeed()
      return value
    } catch (error) {
      this.#availability.fail()
      this.#listener.failed(error, keys.length === 1 ? keys[0] : undefined)
      return undefined
    }
  }

  /**
   * Not while it has to learn of invalidations first. For that a call waits no longer than for its own answer, and not at all
   * once another one has waited in vain.
   */
  async #mayAsk(limit: number): Promise<boolean> {
    if (!this.#availability.isDue()) return false
    if (this.#isUpToDate) return true
    if (!this.#isCatchingUpSlowly) {
      await withDeadline(this.#clock, limit, 'A recovery of a cache layer', () => this.#catchUp()).catch(
        () => {
          this.#isCatchingUpSlowly = this.#catchingUp !== undefined
        },
      )
    }
    return this.#isUpToDate
  }

  get #isUpToDate(): boolean {
    return this.#untold.isEmpty && this.#catchingUp === undefined
  }

  #owe(invalidation: Invalidation): void {
    this.#untold.keep(invalidation)
    this.#planRetry()
  }

  #planRetry(): void {
    if (this.#isClosed || this.#retry !== undefined) return
    this.#retry = this.#clock.schedule(
      PAUSE,
      () => {
        this.#retry = undefined
        void this.#catchUp()
      },
      { ref: false, name: 'cache layer recovery' },
    )
  }

  #catchUp(): Promise<void> {
    this.#catchingUp ??= this.#tellUntold().finally(() => {
      this.#catchingUp = undefined
      this.#isCatchingUpSlowly = false
    })
    return this.#catchingUp
  }

  /** The room of namespaces is freed then, and not that of the whole layer: that would take what was written since. */
  async #tellUntold(): Promise<void> {
    if (this.#untold.isEmpty) return
    const owed = this.#untold.take()
    if (await this.#invalidation.tell(owed)) {
      void this.#invalidation.free({ cleared: owed.cleared.filter((path) => path !== '') })
      this.#listener.caughtUp(owed)
    } else this.#owe(owed)
  }
}
