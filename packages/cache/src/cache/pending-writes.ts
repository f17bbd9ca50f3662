import type { Found } from './found.js'
import { covers, type Invalidation } from './invalidation.js'

/** What users have set, on its way to the lower layers; a part of very many waits until those before it are there. */
export class PendingWrites {
  /** The last one of each key. */
  readonly #last: Map<string, Found> = new Map()
  readonly #revoked: WeakSet<Found> = new WeakSet()

  add(key: string, entry: Found): void {
    this.#last.set(key, entry)
  }

  /** What it covers is not to be sent any more. */
  revoke(invalidation: Invalidation): void {
    if (this.#last.size === 0) return
    const { keys = [], ...others } = invalidation
    for (const key of keys) {
      const entry = this.#last.get(key)
      if (entry !== undefined) this.#revoked.add(entry)
    }
    if (!others.tags?.length && !others.patterns?.length && !others.cleared?.length) return
    for (const [key, entry] of this.#last) if (covers(others, key, entry.tags)) this.#revoked.add(entry)
  }

  /** What a layer is to do when its turn has come: nothing where a later write goes its own way. */
  fateOf(key: string, entry: Found): 'write' | 'delete' | undefined {
    if (this.#last.get(key) !== entry) return undefined
    return this.#revoked.has(entry) ? 'delete' : 'write'
  }

  /** Whether it was the last one of its key. */
  end(key: string, entry: Found): boolean {
    return this.#last.get(key) === entry && this.#last.delete(key)
  }
}
