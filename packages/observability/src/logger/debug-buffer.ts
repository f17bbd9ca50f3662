import { ownText } from '../text/copy-of.js'
import type { KeptLine } from './kept-line.js'

/** The lines of a request that were not printed. */
export interface Kept {
  /** Its id, which keeps no other text in memory. */
  readonly request: string
  readonly lines: KeptLine[]
  /** UTF-16 units of all of them, about: exactly only once they are written. */
  size: number
  /** Lines that made room for later ones. */
  dropped: number
}

export interface DebugBufferLimits {
  /** UTF-16 units kept of a request. */
  readonly size: number
  readonly requests: number
}

/** What a request had to say before something went wrong. */
export interface Story {
  /** From the oldest. */
  readonly lines: readonly string[]
  /** Lines that are missing before them. */
  readonly dropped: number
}

/** Keeps the lines of each request that are not printed, the latest ones of the latest requests, until they are asked for. */
export class DebugBuffer {
  readonly #limits: DebugBufferLimits
  readonly #requests = new Map<string, Kept>()
  /** From the oldest on: one that begins anew would pass all that were deleted before. */
  #oldest: Iterator<string> | undefined

  constructor(limits: DebugBufferLimits) {
    this.#limits = limits
  }

  /** What is kept of the request, to add to. */
  of(request: string): Kept {
    return this.#requests.get(request) ?? this.#open(request)
  }

  add(kept: Kept, line: KeptLine): void {
    kept.lines.push(line)
    kept.size += line.length
    while (kept.size > this.#limits.size) {
      kept.size -= kept.lines.shift()?.length ?? kept.size
      kept.dropped++
    }
  }

  /** What is kept of the request, once. */
  take(request: string): Story | undefined {
    const kept = this.#requests.get(request)
    if (kept === undefined) return undefined
    this.#requests.delete(request)
    // While it waits it would hold every table that the map has had.
    this.#oldest = undefined
    const lines = kept.lines.map(String)
    let size = lines.reduce((sum, line) => sum + line.length, 0)
    let first = 0
    while (size > this.#limits.size) size -= lines[first++]?.length ?? size
    return { lines: lines.slice(first), dropped: kept.dropped + first }
  }

  #open(id: string): Kept {
    const kept = { request: ownText(id), lines: [], size: 0, dropped: 0 }
    this.#requests.set(kept.request, kept)
    if (this.#requests.size > this.#limits.requests) {
      // The first of a map is the oldest.
      this.#oldest ??= this.#requests.keys()
      this.#requests.delete(this.#oldest.next().value as string)
    }
    return kept
  }
}
