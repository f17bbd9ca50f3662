import { Tombstones } from './tombstones.js'

/** What a tag needs beyond its text, about. */
const OVERHEAD = 200

/** A tag that entries have. */
export interface TagRecord {
  readonly name: string
  /** The version of its last invalidation, 0 where there was none. */
  mark: number
  /** How many entries have it. */
  entries: number
}

/** The tags of a memory store: marks for those that entries have, deletions to be remembered for a while for the others. */
export class TagBook {
  /** Grows with each invalidation, so that an entry that was valid at the same epoch is valid without a further look. */
  epoch = 0
  /** About how much the tags take that entries have; each counts once. */
  bytes = 0
  readonly #records = new Map<string, TagRecord>()
  readonly #unused: Tombstones

  /** Remembers the marks of at most so many tags that no entry has. */
  constructor(most?: number) {
    this.#unused = new Tombstones(most)
  }

  /** What a load must not have begun before, if its tags were to be invalidated unseen. */
  get floor(): number {
    return this.#unused.floor
  }

  markOf(tag: string): number {
    return this.#records.get(tag)?.mark ?? this.#unused.versionOf(tag)
  }

  /** Whether one of the tags was invalidated after a version, or may have been. */
  areBumped(tags: readonly string[], since: number): boolean {
    return tags.length > 0 && (this.floor > since || tags.some((tag) => this.markOf(tag) > since))
  }

  /** The records for one more entry with these tags. */
  claim(tags: readonly string[]): TagRecord[] {
    return tags.map((name) => {
      let record = this.#records.get(name)
      if (record === undefined) {
        record = { name, mark: this.#unused.versionOf(name), entries: 0 }
        this.#records.set(name, record)
        this.bytes += sizeOfTag(name)
      }
      record.entries++
      return record
    })
  }

  /** One entry less has them. */
  release(records: readonly TagRecord[], now: number): void {
    for (const record of records) {
      record.entries--
      if (record.entries > 0) continue
      this.#records.delete(record.name)
      this.bytes -= sizeOfTag(record.name)
      if (record.mark > 0) this.#unused.add(record.name, record.mark, now)
    }
  }

  bump(tags: readonly string[], version: number, now: number): void {
    this.epoch++
    for (const tag of tags) {
      const record = this.#records.get(tag)
      if (record === undefined) this.#unused.add(tag, version, now)
      else record.mark = version
    }
  }
}

/** About how much a tag takes that no other entry has. */
export function sizeOfTag(name: string): number {
  return OVERHEAD + name.length * 2
}
