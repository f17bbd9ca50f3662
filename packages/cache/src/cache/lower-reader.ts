import type { Clock } from '@base/core/clock'
import type { Codec } from '@base/core/codec'
import { formatDuration } from '@base/core/duration'
import { AppError } from '@base/core/errors'
import type { Entry } from '../store/cache-store.js'
import { isolateText } from '../store/isolate.js'
import type { Found } from './found.js'
import { textOf } from './frame.js'
import type { LowerLayer } from './lower-layer.js'
import type { CrowdRead } from './read-crowd.js'
import { isUserTag, type Scope } from './scope.js'

/** An entry may come from a clock that is ahead by so much, in milliseconds. */
const SKEW = 60_000

/** What a {@link LowerReader} tells, with the key as the layers know it. */
export interface LowerReaderListener {
  /** A value could not be decoded. */
  refused(error: unknown, key: string): void
  /** The clock of a host is wrong. */
  skewed(error: AppError, key: string): void
}

/** What one layer knows of some keys. */
export interface LayerRead extends Pick<CrowdRead, 'version' | 'before'> {
  readonly found: readonly (Found | undefined)[]
}

/** Reads a lower layer: entries that are valid, decoded. */
export class LowerReader {
  readonly #clock: Clock
  readonly #codec: Codec
  readonly #listener: LowerReaderListener
  #isSkewTold = false

  constructor(clock: Clock, codec: Codec, listener: LowerReaderListener) {
    this.#clock = clock
    this.#codec = codec
    this.#listener = listener
  }

  /** `tags` are those that the entries probably have, which saves a second question. */
  async read(
    layer: LowerLayer,
    scope: Scope,
    keys: readonly string[],
    tags: readonly string[],
  ): Promise<LayerRead | undefined> {
    const answer = await layer.read(keys, tags.length === 0 ? scope.epochs : [...scope.epochs, ...tags])
    if (answer === undefined) return undefined
    const unknown = unknownTags(answer)
    const marks = unknown === undefined ? answer.marks : await marksWith(layer, answer, unknown)
    if (marks === undefined) return undefined
    return {
      found: answer.entries.map((entry, index) => this.#toFound(layer, entry, marks, keys[index] as string)),
      version: answer.version,
      before: answer.before,
    }
  }

  /** What is no entry, such as the `null` of a store, or cannot be decoded, is a miss. */
  #toFound(
    layer: LowerLayer,
    entry: Entry<unknown> | undefined,
    marks: ReadonlyMap<string, bigint>,
    key: string,
  ): Found | undefined {
    try {
      if (!entry || !isValid(entry, marks)) return undefined
      const wall = this.#clock.now()
      const offset = this.#clock.monotonic() - wall
      const ahead = (entry.createdAt ?? wall) - wall
      if (ahead > SKEW) this.#tellSkew(ahead, key)
      // What has no end lives no longer by a clock that is ahead.
      const isUndated = ahead > SKEW && entry.expiresAt !== Number.POSITIVE_INFINITY
      return {
        held:
          layer.store.encoding === 'objects' ? entry.value : isolateText(textOf(entry.value), this.#codec),
        freshUntil: isUndated ? offset + wall : offset + entry.expiresAt,
        isUndated,
        goneAt: offset + entry.staleUntil,
        life: entry.expiresAt - (entry.createdAt ?? wall),
        tags: entry.tags.filter(isUserTag),
        loadTime: entry.loadTime ?? 0,
      }
    } catch (error) {
      this.#listener.refused(error, key)
      return undefined
    }
  }

  /** Once: each entry of that host would tell it again. */
  #tellSkew(ahead: number, key: string): void {
    if (this.#isSkewTold) return
    this.#isSkewTold = true
    const error = new AppError({
      code: 'CLOCK_SKEW',
      kind: 'internal',
      message: `An entry of a cache layer was made ${formatDuration(1_000 * Math.round(ahead / 1_000))} from now: the clock of this host or that of its writer is wrong.`,
      details: { ahead },
    })
    this.#listener.skewed(error, key)
  }
}

function isValid(entry: Entry<unknown>, marks: ReadonlyMap<string, bigint>): boolean {
  return entry.tags.every((tag) => entry.version >= (marks.get(tag) ?? 0n))
}

/** The tags that nobody thought of. */
function unknownTags({ entries, marks }: CrowdRead): ReadonlySet<string> | undefined {
  let unknown: Set<string> | undefined
  for (const entry of entries) {
    // What is no entry is found out later.
    for (const tag of Array.isArray(entry?.tags) ? entry.tags : []) {
      if (!marks.has(tag)) unknown = (unknown ?? new Set()).add(tag)
    }
  }
  return unknown
}

async function marksWith(
  layer: LowerLayer,
  { marks }: CrowdRead,
  unknown: ReadonlySet<string>,
): Promise<ReadonlyMap<string, bigint> | undefined> {
  const more = await layer.read([], [...unknown])
  return more && new Map([...marks, ...more.marks])
}
