import type { Entry, StoreRead } from '../store/cache-store.js'

/** One call of a store asks for no more keys than that, unless one reader does. */
const MOST = 500

/** What a layer knows of the keys and tags of one reader; the marks are those of all who asked with him. */
export interface CrowdRead {
  readonly entries: readonly (Entry<unknown> | undefined)[]
  readonly marks: ReadonlyMap<string, bigint>
  /** What a load that begins now is to be written with. */
  readonly version: bigint
  /** What was known of it before anything was read: what fills are to be written with. */
  readonly before: bigint
}

/** Asks the store; `undefined` where that cannot be asked now. */
type Ask = (
  keys: readonly string[],
  tags: readonly string[],
) => Promise<(Required<StoreRead<unknown>> & Pick<CrowdRead, 'before'>) | undefined>

/** Reads for all who ask at the same moment by one call of the store: one deadline, and one look at the marks, for them all. */
export class ReadCrowd {
  readonly #ask: Ask
  #next: Crowd | undefined

  /** `ask` gives `undefined` where the store cannot be asked now, and never rejects. */
  constructor(ask: Ask) {
    this.#ask = ask
  }

  async read(keys: readonly string[], tags: readonly string[]): Promise<CrowdRead | undefined> {
    const crowd = this.#crowdFor(keys.length)
    const from = crowd.keys.length
    for (const key of keys) crowd.keys.push(key)
    for (const tag of tags) crowd.tags.add(tag)
    const read = await crowd.answer
    return read && { ...read, entries: read.entries.slice(from, from + keys.length) }
  }

  #crowdFor(count: number): Crowd {
    const open = this.#next
    if (open !== undefined && open.keys.length + count <= MOST) return open
    const crowd: Crowd = {
      keys: [],
      tags: new Set(),
      answer: Promise.resolve().then(() => this.#send(crowd)),
    }
    this.#next = crowd
    return crowd
  }

  async #send(crowd: Crowd): Promise<CrowdRead | undefined> {
    if (this.#next === crowd) this.#next = undefined
    const tags = [...crowd.tags]
    const read = await this.#ask(crowd.keys, tags)
    if (read === undefined) return undefined
    const marks = new Map(tags.map((tag, index) => [tag, read.marks[index] ?? 0n]))
    return { ...read, marks }
  }
}

interface Crowd {
  readonly keys: string[]
  readonly tags: Set<string>
  readonly answer: Promise<CrowdRead | undefined>
}
