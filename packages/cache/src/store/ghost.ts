const WAYS = 4

/**
 * The keys that were evicted lately, as fingerprints: 8 bytes for each.
 *
 * A table of buckets of four; a full bucket forgets its oldest. Two keys may have the same fingerprint (about one in 10⁹
 * lookups), which only lets a new key into the main queue at once.
 */
export class Ghost {
  readonly #prints: Uint32Array
  readonly #stamps: Uint32Array
  readonly #mask: number
  #added = 0

  /** For about so many keys. */
  constructor(capacity: number) {
    const buckets = 2 ** Math.max(2, Math.ceil(Math.log2(Math.max(1, capacity) / WAYS)))
    this.#prints = new Uint32Array(buckets * WAYS)
    this.#stamps = new Uint32Array(buckets * WAYS)
    this.#mask = buckets - 1
  }

  add(key: string): void {
    const print = fingerprint(key)
    const bucket = (print & this.#mask) * WAYS
    let oldest = bucket
    for (let place = bucket; place < bucket + WAYS; place++) {
      if (this.#age(place) > this.#age(oldest)) oldest = place
    }
    this.#added = (this.#added + 1) >>> 0
    this.#prints[oldest] = print
    this.#stamps[oldest] = this.#added
  }

  /** Whether the key was among the last `within` that were added; it is none any more. */
  take(key: string, within: number): boolean {
    const print = fingerprint(key)
    const bucket = (print & this.#mask) * WAYS
    for (let place = bucket; place < bucket + WAYS; place++) {
      if (this.#prints[place] !== print) continue
      const isLate = this.#age(place) < within
      this.#prints[place] = 0
      return isLate
    }
    return false
  }

  #age(place: number): number {
    if (this.#prints[place] === 0) return Number.POSITIVE_INFINITY
    return (this.#added - (this.#stamps[place] as number)) >>> 0
  }
}

/** A longer key is known by its ends and its length. */
const SAMPLED = 64

/** FNV-1a over UTF-16 units, mixed at the end, never 0. */
function fingerprint(key: string): number {
  let hash = 0x811c9dc5 ^ key.length
  const head = Math.min(key.length, SAMPLED)
  for (let index = 0; index < head; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
  for (let index = Math.max(head, key.length - SAMPLED); index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0 || 1
}
