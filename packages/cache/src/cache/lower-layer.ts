import type { Clock, Timer } from '@base/core/clock'
import type { CacheStore, NewEntry } from '../store/cache-store.js'
import { withDeadline } from './deadline.js'
import { type Invalidation, PendingInvalidation } from './invalidation.js'
import { type CrowdRead, ReadCrowd } from './read-crowd.js'
import { StoreInvalidation } from './store-invalidation.js'

/** A read and a write may take so long, in milliseconds. */
const READ_LIMIT = 100
const WRITE_LIMIT = 250
/** So many failures in a row, and the layer is left alone for so long. */
const FAILURES = 3
const PAUSE = 1_000

/** What a {@link LowerLayer} tells. */
export interface LayerListener {
  /** A call of the store failed. */
  failed(error: unknown): void
  /** The store missed invalidations while it was away, and knows them now. */
  caughtUp(invalidation: Invalidation): void
}

/**
 * A layer behind a promise, such as a server, that may be slow or away.
 *
 * No call waits longer than its limit. After three failures in a row the layer is left alone for a second, then one call
 * tries. An invalidation that could not be told is kept, and from then on nothing is read from the layer, or written to
 * it, until it knows: so what was invalid before it went away is still invalid when it is back.
 */
export class LowerLayer {
  readonly store: CacheStore<unknown>
  readonly #clock: Clock
  readonly #listener: LayerListener
  readonly #untold: PendingInvalidation
  readonly #invalidation: StoreInvalidation
  readonly #reads: ReadCrowd = new ReadCrowd((keys, tags) =>
    this.#call('A read', READ_LIMIT, async (signal) => {
      // Taken apart here, where an answer that is none is the store's failure.
      const { entries, marks, version } = await this.store.getMany(keys, tags, { signal })
      return { entries: [...entries], marks: [...marks], version }
    }),
  )
  #failures = 0
  #closedUntil = Number.NEGATIVE_INFINITY
  #catchingUp: Promise<void> | undefined
  #retry: Timer | undefined
  #isClosed = false

  /** `path` is that of the namespace whose entries it keeps. */
  constructor(store: CacheStore<unknown>, path: string, clock: Clock, listener: LayerListener) {
    this.store = store
    this.#clock = clock
    this.#listener = listener
    this.#untold = new PendingInvalidation(path)
    this.#invalidation = new StoreInvalidation(store, (what, work, limit = WRITE_LIMIT) =>
      this.#attempt(what, limit, work),
    )
  }

  /** `undefined` where it cannot be asked now. */
  read(keys: readonly string[], tags: readonly string[]): Promise<CrowdRead | undefined> {
    return this.#reads.read(keys, tags)
  }

  /** The result of a load, which began at a version; `false` where the layer knows something newer. */
  async write(key: string, entry: NewEntry, since: bigint): Promise<boolean> {
    const options = { unlessDeletedSince: since }
    const written = await this.#call('A write', WRITE_LIMIT, () => this.store.set(key, entry, options))
    return written !== false
  }

  /** What was found below. */
  async fill(entries: readonly (readonly [string, NewEntry])[], since: bigint): Promise<void> {
    const options = { unlessDeletedSince: since }
    await this.#call('A write', WRITE_LIMIT, () => this.store.setMany(entries, options))
  }

  /** What a user sets: where it cannot be written, the layer must at least lose what it has. */
  async overwrite(entries: readonly (readonly [string, NewEntry])[]): Promise<void> {
    const written = await this.#call('A write', WRITE_LIMIT, async () => {
      const [first] = entries
      if (first !== undefined && entries.length === 1) await this.store.set(first[0], first[1])
      else await this.store.setMany(entries)
      return true
    })
    if (written === undefined) this.#owe({ keys: entries.map(([key]) => key) })
  }

  async invalidate(invalidation: Invalidation): Promise<void> {
    const isTold = (await this.#mayAsk(WRITE_LIMIT)) && (await this.#invalidation.tell(invalidation))
    if (isTold) await this.#invalidation.free(invalidation)
    else this.#owe(invalidation)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#retry?.cancel()
    await withDeadline(this.#clock, PAUSE, 'A recovery of a cache layer', () => this.#catchUp()).catch(
      () => {},
    )
    this.#invalidation.end()
    await this.#attempt('The end', WRITE_LIMIT, () => this.store.close())
  }

  async #call<T>(
    what: string,
    limit: number,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T | undefined> {
    return (await this.#mayAsk(limit)) ? this.#attempt(what, limit, work) : undefined
  }

  async #attempt<T>(
    what: string,
    limit: number,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T | undefined> {
    try {
      const value = await withDeadline(this.#clock, limit, `${what} of a cache layer`, work)
      this.#failures = 0
      return value
    } catch (error) {
      this.#failures++
      if (this.#failures >= FAILURES) this.#closedUntil = this.#clock.monotonic() + PAUSE
      this.#listener.failed(error)
      return undefined
    }
  }

  /** Not while it has to learn of invalidations first; for that a call waits no longer than for its own answer. */
  async #mayAsk(limit: number): Promise<boolean> {
    if (!this.#isDue()) return false
    if (this.#isUpToDate) return true
    await withDeadline(this.#clock, limit, 'A recovery of a cache layer', () => this.#catchUp()).catch(
      () => {},
    )
    return this.#isUpToDate
  }

  get #isUpToDate(): boolean {
    return this.#untold.isEmpty && this.#catchingUp === undefined
  }

  /** One call at a time tries whether it is back. */
  #isDue(): boolean {
    if (this.#failures < FAILURES) return true
    const now = this.#clock.monotonic()
    if (now < this.#closedUntil) return false
    this.#closedUntil = now + PAUSE
    return true
  }

  #owe(invalidation: Invalidation): void {
    this.#untold.add(invalidation)
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
    })
    return this.#catchingUp
  }

  /** What a clearing has hidden meanwhile is left to its end: freeing it now would take what was written since. */
  async #tellUntold(): Promise<void> {
    if (this.#untold.isEmpty) return
    const owed = this.#untold.take()
    if (await this.#invalidation.tell(owed)) this.#listener.caughtUp(owed)
    else this.#owe(owed)
  }
}
