/** More than this are not kept: the oldest go first. */
const MOST = 65_536
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
 * deletion.
 */
export class Tombstones {
  /** The highest version that is forgotten. */
  floor = 0
  readonly #byKey = new Map<string, Tombstone>()
  #byMatch: MatchTombstone[] = []

  add(key: string, version: number, now: number): void {
    this.#forget(now)
    // Again at the end, for the map's order is that of their age.
    this.#byKey.delete(key)
    this.#byKey.set(key, { version, until: now + LIFE })
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
    return this.#byKey.get(key)?.version ?? 0
  }

  /** Its version; it is somebody else's to remember from now on. */
  take(key: string): number {
    const version = this.versionOf(key)
    this.#byKey.delete(key)
    return version
  }

  /** All deletions up to a version are one now. */
  raise(version: number): void {
    this.floor = version
    this.#byKey.clear()
    this.#byMatch = []
  }

  /** Two at a time, which is faster than they come. */
  #forget(now: number): void {
    for (let step = 0; step < 2; step++) {
      const [oldest] = this.#byKey
      if (oldest === undefined) return
      const [key, { version, until }] = oldest
      if (until > now && this.#byKey.size < MOST) return
      this.floor = Math.max(this.floor, version)
      this.#byKey.delete(key)
    }
  }
}
