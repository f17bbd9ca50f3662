import type { CacheStore } from '../store/cache-store.js'
import { BATCH, batchesOf } from './batches.js'
import type { Invalidation } from './invalidation.js'
import { Scope } from './scope.js'
import type { SeenVersion } from './seen-version.js'

/** A store may look through its keys for so long until it finds one, in milliseconds. */
const SCAN_LIMIT = 30_000

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
  readonly #ending = new AbortController()

  constructor(store: CacheStore<unknown>, seen: SeenVersion, attempt: Attempt) {
    this.#store = store
    this.#seen = seen
    this.#attempt = attempt
  }

  /** Whether the store knows all of it now. */
  async tell({ keys = [], tags = [], patterns = [], cleared = [] }: Invalidation): Promise<boolean> {
    const marks = [...tags, ...cleared.map((path) => `c${path}`)]
    const isTold =
      (await this.#each(marks, (part) => this.#store.bumpTags(part))) &&
      (await this.#each(keys, (part) => this.#delete(part)))
    if (!isTold) return false
    for (const [path, pattern] of patterns) {
      const scope = new Scope(path)
      for (const scanned of scope.scanPatterns(pattern)) {
        if (!(await this.#deleteScanned(scanned, (key) => scope.matches(pattern, key)))) return false
      }
    }
    return true
  }

  /** Frees the room of what was cleared: its mark has made it invalid already, so a failure is none. */
  async free({ cleared = [] }: Invalidation): Promise<void> {
    for (const path of cleared) {
      const scope = new Scope(path)
      if (path === '') await this.#attempt('A clearing', () => this.#store.clear())
      else await this.#deleteScanned(`${path}:*`, (key) => scope.holds(key))
    }
  }

  /** Ends the looks through the keys that are under way. */
  end(): void {
    this.#ending.abort()
  }

  async #delete(keys: readonly string[]): Promise<void> {
    this.#seen.note(await this.#store.delete(keys))
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

  async #deleteScanned(pattern: string, isMeant: (key: string) => boolean): Promise<boolean> {
    const search = new AbortController()
    const signal = AbortSignal.any([search.signal, this.#ending.signal])
    try {
      // Within an attempt, for a store may refuse at once.
      const found = await this.#attempt('A look through the keys', async () =>
        this.#store.scan(pattern, { signal })[Symbol.asyncIterator](),
      )
      return found !== undefined && (await this.#deleteFound(found, isMeant))
    } finally {
      search.abort()
    }
  }

  async #deleteFound(found: AsyncIterator<string>, isMeant: (key: string) => boolean): Promise<boolean> {
    const batch: string[] = []
    for (;;) {
      const step = await this.#attempt('A look through the keys', async () => found.next(), SCAN_LIMIT)
      if (step === undefined) return false
      if (step.done !== true && isMeant(step.value)) batch.push(step.value)
      if (batch.length < BATCH && step.done !== true) continue
      if (!(await this.#each(batch.splice(0), (part) => this.#delete(part)))) return false
      if (step.done === true) return true
    }
  }
}
