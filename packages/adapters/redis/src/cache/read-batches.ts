import type { StoreRead } from '@base/cache/store'
import { systemClock } from '@base/core/clock'
import { type Place, ReadParts } from './read-parts.js'
import type { Shards } from './shards.js'
import { higher, type TagMarks, type TagRead } from './tag-marks.js'

/** One command asks for no more tags. */
const MOST = 500

interface Question {
  readonly keys: readonly string[]
  readonly tags: readonly string[]
  readonly signal: AbortSignal | undefined
  readonly resolve: (read: StoreRead<Uint8Array>) => void
  readonly reject: (reason: unknown) => void
}

/** Reads what is asked for in one tick together: a command for the tags, and one for each shard. */
export class ReadBatches {
  readonly #tags: TagMarks
  readonly #shards: Shards
  readonly #timeout: number
  #questions: Question[] = []

  constructor(tags: TagMarks, shards: Shards, timeout: number) {
    this.#tags = tags
    this.#shards = shards
    this.#timeout = timeout
  }

  read(
    keys: readonly string[],
    tags: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<StoreRead<Uint8Array>> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      if (this.#questions.length === 0) process.nextTick(this.#askAll)
      this.#questions.push({ keys, tags, signal, resolve, reject })
    })
  }

  readonly #askAll = (): void => {
    const questions = this.#questions.filter(({ signal }) => signal?.aborted !== true)
    for (const { signal, reject } of this.#questions) if (signal?.aborted) reject(signal.reason)
    this.#questions = []
    if (questions.length === 0) return
    const until = systemClock.monotonic() + this.#timeout
    const parts = new ReadParts(this.#shards)
    const places = questions.map(({ keys }) => parts.places(keys))
    const tags = this.#readTags(new Set(questions.flatMap((question) => question.tags)), until)
    for (const [index, question] of questions.entries()) {
      answer(question, tags, places[index] as Place[], until)
    }
  }

  async #readTags(tags: ReadonlySet<string>, until: number): Promise<TagRead> {
    const all = [...tags]
    if (all.length <= MOST) return this.#tags.read(all, until)
    const reads: Promise<TagRead>[] = []
    for (let from = 0; from < all.length; from += MOST)
      reads.push(this.#tags.read(all.slice(from, from + MOST), until))
    return (await Promise.all(reads)).reduce((first, next) => ({
      version: first.version,
      floor: higher(first.floor, next.floor),
      marks: new Map([...first.marks, ...next.marks]),
    }))
  }
}

function answer(
  { keys, tags, signal, resolve, reject }: Question,
  read: Promise<TagRead>,
  places: readonly Place[],
  until: number,
): void {
  const abort = () => reject(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  toRead(keys, tags, read, places, until)
    .then(resolve, reject)
    .finally(() => signal?.removeEventListener('abort', abort))
}

async function toRead(
  keys: readonly string[],
  tags: readonly string[],
  reading: Promise<TagRead>,
  places: readonly Place[],
  until: number,
): Promise<StoreRead<Uint8Array>> {
  const [known, ...parts] = await Promise.all([reading, ...places.map(({ part }) => part.read(until))])
  // A shard that has just begun anew did so with a version that was taken since.
  const version = parts.reduce((highest, { floor }) => higher(highest, floor), known.version)
  return {
    entries: keys.map((_, index) => {
      const entry = parts[index]?.entries[places[index]?.index as number]
      return entry === undefined || entry.version < known.floor ? undefined : entry
    }),
    marks: tags.map((tag) => known.marks.get(tag) ?? 0n),
    version,
  }
}
