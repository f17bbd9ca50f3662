import type { StoreRead } from '@base/cache/store'
import type { Place } from './read-parts.js'
import type { ShardRead } from './shard.js'
import { higher, type TagRead } from './tag-marks.js'

/** What one caller wants to know. */
export class Question {
  readonly keys: readonly string[]
  readonly tags: readonly string[]
  readonly signal: AbortSignal | undefined
  readonly answer: Promise<StoreRead<Uint8Array>>
  /** Where its keys are read. */
  places: readonly Place[] = []
  #settle: { resolve(read: StoreRead<Uint8Array>): void; reject(reason: unknown): void } | undefined

  constructor(keys: readonly string[], tags: readonly string[], signal: AbortSignal | undefined) {
    this.keys = keys
    this.tags = tags
    this.signal = signal
    this.answer = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    signal?.addEventListener('abort', this.#abort, { once: true })
  }

  /** Its answer, out of what was read for the tags and, in the order of its places, in their parts. */
  resolve(known: TagRead, parts: readonly ShardRead[]): void {
    this.signal?.removeEventListener('abort', this.#abort)
    // A shard that has just begun anew did so with a version that was taken since.
    const version = parts.reduce((highest, { floor }) => higher(highest, floor), known.version)
    const entries = this.keys.map((_, index) => {
      const entry = parts[index]?.entries[this.places[index]?.index ?? -1]
      return entry === undefined || entry.version < known.floor ? undefined : entry
    })
    const marks = this.tags.map((tag) => known.marks.get(tag) ?? 0n)
    this.#settle?.resolve({ entries, marks, version })
  }

  reject(reason: unknown): void {
    this.signal?.removeEventListener('abort', this.#abort)
    this.#settle?.reject(reason)
  }

  readonly #abort = (): void => this.#settle?.reject(this.signal?.reason)
}
