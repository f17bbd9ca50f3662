import { untilAborted } from '@base/core/abort'
import type { CacheStore, NewEntry } from '../store/cache-store.js'
import { BATCH, batchesOf } from './batches.js'
import type { Invalidation } from './invalidation.js'
import { Scope } from './scope.js'
import type { SeenVersion } from './seen-version.js'

/** A store may look through its keys, and those of others, for so long until it finds one, in milliseconds: some hundred million. */
const SCAN_LIMIT = 600_000

/** What a look through the keys has come to: one that is meant, one that is not, or the end. */
type Found = { readonly key?: string; readonly isLast: boolean }

/** Does one call of a store within its limit, or the one that is given; `undefined` where that failed. */
export type Attempt = <T>(
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
  limit?: number,
) => Promise<T | undefined>

/** Tells a store what is invalid, call by call, each with a limit of its own. */
export class StoreInvalidation {
  readonly #store: CacheStore<unknown>
  readonly #seen: SeenVersion
  readonly #attempt: Attempt
  readonly #attemptIdly: Attempt
  readonly #ending = new AbortController()
  /** The paths of namespaces whose room is to be freed. */
  readonly #toFree = new Set<string>()
  #freeing: Promise<void> | undefined

  /** `attemptIdly` keeps no process alive: for what nobody waits for. */
  constructor(store: CacheStore<unknown>, seen: SeenVersion, attempt: Attempt, attemptIdly: Attempt) {
    this.#store = store
    this.#seen = seen
    this.#attempt = attempt
    this.#attemptIdly = attemptIdly
  }

  /** Whether the store knows all of it now. */
  async tell({ keys = [], tags = [], patterns = [], cleared = [] }: Invalidation): Promise<boolean> {
    const marks = [...tags, ...cleared.map((path) => `c${path}`)]
    const isTold =
      (await this.#each(marks, (part) => this.#store.bumpTags(part))) && (await this.#delete(keys))
    if (!isTold) return false
    for (const [path, pattern] of patterns) {
      const scope = new Scope(path)
      for (const scanned of scope.scanPatterns(pattern)) {
        const isMeant = (key: string) => scope.matches(pattern, key)
        const isDone = await this.#eachFound(this.#attempt, scanned, isMeant, (found) => this.#delete(found))
        if (!isDone) return false
      }
    }
    return true
  }

  /**
   * Frees the room of what was cleared: its mark has made it invalid already, so a failure is none. That of a namespace, which has to
   * be looked for, in the background, one at a time.
   */
  async free({ cleared = [] }: Invalidation): Promise<void> {
    for (const path of cleared) {
      if (path === '') await this.#attempt('A clearing', () => this.#store.clear())
      else this.#toFree.add(path)
    }
    if (this.#toFree.size > 0) this.#freeing ??= this.#freeAll()
  }

  /** Ends the looks through the keys that are under way. */
  async end(): Promise<void> {
    this.#ending.abort()
    await this.#freeing
  }

  async #freeAll(): Promise<void> {
    // One that is cleared again meanwhile comes again.
    for (const path of this.#toFree) {
      this.#toFree.delete(path)
      if (!this.#ending.signal.aborted) await this.#freeNamespace(path)
    }
    this.#freeing = undefined
  }

  async #freeNamespace(path: string): Promise<void> {
    const scope = new Scope(path)
    const mark = await this.#attemptIdly('A clearing', async () => {
      const { marks } = await this.#store.getMany([], [`c${path}`])
      return marks[0]
    })
    if (mark === undefined) return
    await this.#eachFound(
      this.#attemptIdly,
      `${path}:*`,
      (key) => scope.holds(key),
      (keys) => this.#endOlder(keys, mark),
    )
  }

  /**
   * Those that are older than the mark, and not what was written since. A store that has forgotten a deletion since refuses all of
   * them: then the entries themselves tell, and the result of a load that lands right after they did may go with the older one.
   */
  async #endOlder(keys: readonly string[], mark: bigint): Promise<boolean> {
    const written = await this.#endAll(keys, mark - 1n)
    const refused = keys.filter((_, place) => written?.[place] === false)
    if (refused.length === 0) return written !== undefined
    const found = await this.#attemptIdly('A clearing', async () => {
      const before = this.#seen.highest
      const { entries, version = before } = await this.#store.getMany(refused, [])
      return { version, older: refused.filter((_, place) => (entries[place]?.version ?? mark) < mark) }
    })
    return found !== undefined && (await this.#endAll(found.older, found.version)) !== undefined
  }

  /** An entry that has ended takes the place of those that are no newer; bytes are a value for any store. */
  async #endAll(keys: readonly string[], since: bigint): Promise<readonly boolean[] | undefined> {
    if (keys.length === 0) return []
    const ended: NewEntry = { value: new Uint8Array(), expiresAt: 0, staleUntil: 0, tags: [] }
    const writes = keys.map((key) => [key, ended] as const)
    return this.#attemptIdly('A clearing', () => this.#store.setMany(writes, { unlessDeletedSince: since }))
  }

  #delete(keys: readonly string[]): Promise<boolean> {
    return this.#each(keys, async (part) => this.#seen.note(await this.#store.delete(part)))
  }

  async #each(
    names: readonly string[],
    tell: (part: readonly string[]) => Promise<unknown>,
  ): Promise<boolean> {
    for (const part of batchesOf(names)) {
      const isTold = await this.#attempt('An invalidation', async () => {
        await tell(part)
        return true
      })
      if (isTold === undefined) return false
    }
    return true
  }

  /** Whether all keys that are meant were found, and done with. */
  async #eachFound(
    attempt: Attempt,
    pattern: string,
    isMeant: (key: string) => boolean,
    work: (keys: readonly string[]) => Promise<boolean>,
  ): Promise<boolean> {
    const search = new AbortController()
    const signal = AbortSignal.any([search.signal, this.#ending.signal])
    const batch: string[] = []
    try {
      // Within an attempt, for a store may refuse at once.
      const keys = await attempt('A look through the keys', async () =>
        this.#store.scan(pattern, { signal })[Symbol.asyncIterator](),
      )
      if (keys === undefined) return false
      for (;;) {
        const next = () => this.#next(keys, isMeant)
        const found = await attempt('A look through the keys', next, SCAN_LIMIT)
        if (found === undefined || this.#ending.signal.aborted) return false
        if (found.key !== undefined) batch.push(found.key)
        if (batch.length < BATCH && !found.isLast) continue
        if (!(await work(batch.splice(0)))) return false
        if (found.isLast) return true
      }
    } finally {
      search.abort()
    }
  }

  async #next(keys: AsyncIterator<string>, isMeant: (key: string) => boolean): Promise<Found> {
    try {
      const { done, value } = await untilAborted(keys.next(), this.#ending.signal)
      if (done === true) return { isLast: true }
      return isMeant(value) ? { key: value, isLast: false } : { isLast: false }
    } catch (error) {
      // That the cache is closed is no failure of the layer.
      if (this.#ending.signal.aborted) return { isLast: true }
      throw error
    }
  }
}
