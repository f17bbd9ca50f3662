import { AgedMap } from './aged-map.js'
import { fingerprintOf } from './fingerprint.js'

/** More than this are not kept, unless there is less room: the oldest go first. */
export const MOST = 65_536
/** Kept for no longer than this, in milliseconds; most loads are over by then. */
const LIFE = 60_000
/** So many deletions of all keys that match something are kept. */
const MOST_MATCHES = 32

interface Tombstone {
  readonly version: number
  readonly until: number
}

interface MatchTombstone {
  readonly version: number
  readonly matches: (key: string) => boolean
}

/**
 * What was deleted, and when, so that a load that began before does not bring it back.
 *
 * They are forgotten after a minute, or when there are too many. From then on `floor` stands for all that are forgotten: a
 * load that began before it is refused, whatever its key. So forgetting costs a slow load its place, and never undoes a
 * deletion. Keys are known by fingerprints, so that long ones take no more room: where two have the same, the deletion of
 * one refuses a load of the other as well.
 */
export class Tombstones {
  /** The highest version that is forgotten. */
  floor = 0
  readonly #most: number
  readonly #byPrint = new AgedMap<number, Tombstone>()
  #byMatch: MatchTombstone[] = []

  /** Keeps at most so many. */
  constructor(most: number = MOST) {
    this.#most = most
  }

  add(key: string, version: number, now: number): void {
    this.#forget(now)
    const print = fingerprintOf(key)
    const known = this.#byPrint.get(print)?.version ?? 0
    this.#byPrint.set(print, { version: Math.max(known, version), until: now + LIFE })
  }

  /** All keys that match were deleted. */
  addAll(matches: (key: string) => boolean, version: number): void {
    this.#byMatch.push({ matches, version })
    if (this.#byMatch.length <= MOST_MATCHES) return
    this.floor = Math.max(this.floor, (this.#byMatch.shift() as MatchTombstone).version)
  }

  /** Whether the key was deleted after a version, or may have been. */
  forbids(key: string, since: number): boolean {
    if (this.floor > since || this.versionOf(key) > since) return true
    return this.#byMatch.some(({ version, matches }) => version > since && matches(key))
  }

  /** The version of the last deletion, 0 where none is known. */
  versionOf(key: string): number {
    return this.#byPrint.size === 0 ? 0 : (this.#byPrint.get(fingerprintOf(key))?.version ?? 0)
  }

  /** All deletions up to a version are one now. */
  raise(version: number): void {
    this.floor = version
    this.#byPrint.clear()
    this.#byMatch = []
  }

  /** Two at a time, which is faster than they come. */
  #forget(now: number): void {
    for (let step = 0; step < 2; step++) {
      const { oldest } = this.#byPrint
      if (oldest === undefined) return
      const [print, { version, until }] = oldest
      if (until > now && this.#byPrint.size < this.#most) return
      this.floor = Math.max(this.floor, version)
      this.#byPrint.delete(print)
    }
  }
}
