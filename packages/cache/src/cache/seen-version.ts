import type { StoreRead } from '../store/cache-store.js'

/** The highest version that a store has told of: stands in for its own where it does not give that with what is read. */
export class SeenVersion {
  #highest = 0n

  get highest(): bigint {
    return this.#highest
  }

  /** What a deletion was answered with. */
  note(version: unknown): void {
    if (typeof version === 'bigint' && version > this.#highest) this.#highest = version
  }

  /**
   * No higher than the store's version when it had read: what was seen `before` it was asked, and what it has read. What others
   * have seen meanwhile may be of a deletion that came after it. A load that begins now is newer than all of it; of what was read
   * that holds for `before` alone, since a store may read one key after the other.
   */
  ofRead(before: bigint, { entries, marks }: Omit<StoreRead, 'version'>): bigint {
    let highest = before
    for (const version of [...entries.map((entry) => entry?.version), ...marks]) {
      if (version !== undefined && version > highest) highest = version
    }
    this.note(highest)
    return highest
  }
}
