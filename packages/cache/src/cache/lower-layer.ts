import type { Clock, Timer } from '@base/core/clock'
import type { CacheStore, NewEntry, StoreRead } from '../store/cache-store.js'
import { withDeadline } from './deadline.js'
import { type Invalidation, PendingInvalidation } from './invalidation.js'
import { Scope } from './scope.js'

/** A read and a write may take so long, in milliseconds. */
const READ_LIMIT = 100
const WRITE_LIMIT = 250
/** So many failures in a row, and the layer is left alone for so long. */
const FAILURES = 3
const PAUSE = 1_000
/** So many keys are deleted at once. */
const BATCH = 500

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
  readonly #untold = new PendingInvalidation()
  #failures = 0
  #closedUntil = Number.NEGATIVE_INFINITY
  #catchingUp: Promise<void> | undefined
  #retry: Timer | undefined
  #isClosed = false

  constructor(store: CacheStore<unknown>, clock: Clock, listener: LayerListener) {
    this.store = store
    this.#clock = clock
    this.#listener = listener
  }

  /** `undefined` where it cannot be asked now. */
  async read(keys: readonly string[], tags: readonly string[]): Promise<StoreRead<unknown> | undefined> {
    return this.#call('A read', READ_LIMIT, () => this.store.getMany(keys, tags))
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
    const told = await this.#call('An invalidation', WRITE_LIMIT, async () => {
      await this.#tell(invalidation)
      return true
    })
    if (told === undefined) this.#owe(invalidation)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#retry?.cancel()
    await this.#catchUp()
    await this.#attempt('The end', WRITE_LIMIT, () => this.store.close())
  }

  async #call<T>(what: string, limit: number, work: () => Promise<T>): Promise<T | undefined> {
    if (!this.#mayCall()) return undefined
    if (!this.#untold.isEmpty || this.#catchingUp !== undefined) {
      await this.#catchUp()
      if (!this.#untold.isEmpty) return undefined
    }
    return this.#attempt(what, limit, work)
  }

  async #attempt<T>(what: string, limit: number, work: () => Promise<T>): Promise<T | undefined> {
    try {
      const value = await withDeadline(this.#clock, limit, `${what} of a cache layer`, started(work))
      this.#failures = 0
      return value
    } catch (error) {
      this.#failures++
      if (this.#failures >= FAILURES) this.#closedUntil = this.#clock.monotonic() + PAUSE
      this.#listener.failed(error)
      return undefined
    }
  }

  /** One call at a time tries whether it is back. */
  #mayCall(): boolean {
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

  async #tellUntold(): Promise<void> {
    if (this.#untold.isEmpty) return
    const owed = this.#untold.take()
    const told = await this.#attempt('A recovery', WRITE_LIMIT, async () => {
      await this.#tell(owed)
      return true
    })
    if (told === undefined) this.#owe(owed)
    else this.#listener.caughtUp(owed)
  }

  async #tell({ keys = [], tags = [], patterns = [], cleared = [] }: Invalidation): Promise<void> {
    const marks = [...tags, ...cleared.map((path) => `c${path}`)]
    if (marks.length > 0) await this.store.bumpTags(marks)
    for (let from = 0; from < keys.length; from += BATCH)
      await this.store.delete(keys.slice(from, from + BATCH))
    for (const [path, pattern] of patterns) {
      const scope = new Scope(path)
      await this.#deleteScanned(scope.scanPattern(pattern), (key) => scope.matches(pattern, key))
    }
    for (const path of cleared) await this.#purge(path)
  }

  /** The mark of the clearing has made them invalid; this frees the room. */
  async #purge(path: string): Promise<void> {
    if (path === '') await this.store.clear()
    else await this.#deleteScanned(`${path}:*`, (key) => new Scope(path).holds(key))
  }

  async #deleteScanned(pattern: string, isMeant: (key: string) => boolean): Promise<void> {
    let batch: string[] = []
    for await (const key of this.store.scan(pattern)) {
      if (isMeant(key)) batch.push(key)
      if (batch.length < BATCH) continue
      await this.store.delete(batch)
      batch = []
    }
    if (batch.length > 0) await this.store.delete(batch)
  }
}

/** A store that throws instead of rejecting is no different. */
async function started<T>(work: () => Promise<T>): Promise<T> {
  return work()
}
