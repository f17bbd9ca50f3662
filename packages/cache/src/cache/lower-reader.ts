import type { Clock } from '@base/core/clock'
import type { Codec } from '@base/core/codec'
import type { Entry } from '../store/cache-store.js'
import { isolate } from '../store/isolate.js'
import type { Found } from './found.js'
import { fromBytes } from './frame.js'
import type { LowerLayer } from './lower-layer.js'
import { isUserTag, type Scope } from './scope.js'

/** An entry may come from a clock that is ahead by so much, in milliseconds. */
const SKEW = 60_000

/** What one layer knows of some keys. */
export interface LayerRead {
  readonly found: readonly (Found | undefined)[]
  readonly version: bigint
}

/** Reads a lower layer: entries that are valid, decoded. */
export class LowerReader {
  readonly #clock: Clock
  readonly #codec: Codec
  readonly #failed: (error: unknown, key: string) => void

  constructor(clock: Clock, codec: Codec, failed: (error: unknown, key: string) => void) {
    this.#clock = clock
    this.#codec = codec
    this.#failed = failed
  }

  /** `tags` are those that the entries probably have, which saves a second question. */
  async read(
    layer: LowerLayer,
    scope: Scope,
    keys: readonly string[],
    tags: readonly string[],
  ): Promise<LayerRead | undefined> {
    const asked = [...scope.epochs, ...tags]
    const answer = await layer.read(keys, asked)
    if (answer === undefined) return undefined
    const marks = new Map(asked.map((tag, index) => [tag, answer.marks[index] ?? 0n]))
    if (!(await this.#learn(layer, marks, answer.entries))) return undefined
    return {
      found: answer.entries.map((entry, index) => {
        if (entry === undefined || !isValid(entry, marks)) return undefined
        return this.#toFound(layer, entry, keys[index] as string)
      }),
      version: answer.version,
    }
  }

  /** The marks of the tags that nobody thought of. */
  async #learn(
    layer: LowerLayer,
    marks: Map<string, bigint>,
    entries: readonly (Entry<unknown> | undefined)[],
  ): Promise<boolean> {
    const unknown = new Set(entries.flatMap((entry) => entry?.tags.filter((tag) => !marks.has(tag)) ?? []))
    if (unknown.size === 0) return true
    const tags = [...unknown]
    const answer = await layer.read([], tags)
    if (answer === undefined) return false
    for (const [index, tag] of tags.entries()) marks.set(tag, answer.marks[index] ?? 0n)
    return true
  }

  #toFound(layer: LowerLayer, entry: Entry<unknown>, key: string): Found | undefined {
    const wall = this.#clock.now()
    const offset = this.#clock.monotonic() - wall
    const isFromFuture = entry.createdAt !== undefined && entry.createdAt > wall + SKEW
    try {
      return {
        held:
          layer.store.encoding === 'objects'
            ? entry.value
            : isolate(fromBytes(entry.value, this.#codec), this.#codec),
        freshUntil: isFromFuture ? offset + wall : offset + entry.expiresAt,
        goneAt: offset + entry.staleUntil,
        life: entry.expiresAt - (entry.createdAt ?? wall),
        tags: entry.tags.filter(isUserTag),
        loadTime: entry.loadTime ?? 0,
      }
    } catch (error) {
      this.#failed(error, key)
      return undefined
    }
  }
}

function isValid(entry: Entry<unknown>, marks: ReadonlyMap<string, bigint>): boolean {
  return entry.tags.every((tag) => entry.version >= (marks.get(tag) ?? 0n))
}
