import { ownText } from '../text/copy-of.js'
import type { KeptLine } from './kept-line.js'

/** The lines of a request that were not printed. */
interface Kept {
  readonly lines: KeptLine[]
  /** UTF-16 units of all of them, about: exactly only once they are written. */
  size: number
  /** Lines that made room for later ones. */
  dropped: number
}

/** Limits of a {@link DebugBuffer}. */
export interface DebugBufferLimits {
  /** UTF-16 units kept of a request. */
  readonly size: number
  /** Requests of which lines are kept. */
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

  constructor(limits: DebugBufferLimits) {
    this.#limits = limits
  }

  /** Keeps a line of the request. */
  add(request: string, line: KeptLine): void {
    const kept = this.#requests.get(request) ?? this.#open(request)
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
    const lines = kept.lines.map(String)
    let size = lines.reduce((sum, line) => sum + line.length, 0)
    let first = 0
    while (size > this.#limits.size) size -= lines[first++]?.length ?? size
    return { lines: lines.slice(first), dropped: kept.dropped + first }
  }

  #open(request: string): Kept {
    const kept = { lines: [], size: 0, dropped: 0 }
    this.#requests.set(ownText(request), kept)
    if (this.#requests.size > this.#limits.requests) {
      // The first of a map is the oldest.
      for (const oldest of this.#requests.keys()) {
        this.#requests.delete(oldest)
        break
      }
    }
    return kept
  }
}
