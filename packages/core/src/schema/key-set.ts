import { endOfString } from './string-end.js'

/** Objects with more keys than this are read with a Set of texts; smaller ones with an array of hashes. */
const FEW = 16
const QUOTE = 34
const BACKSLASH = 92

/**
 * The keys of one object of a JSON text: tells one that was there before. Used again for the next object at that depth,
 * so that reading a document allocates next to nothing.
 *
 * A few keys are told apart by a hash, and only where two are equal by their text. The hash is weak: anyone can make many
 * keys of one hash. So with many keys it is not used, and a document of any keys is read in linear time.
 */
export class KeySet {
  /** Where the quote stands that ends the key read last; the end of the text where there is none. */
  end = 0
  readonly #hashes: number[] = []
  readonly #starts: number[] = []
  readonly #ends: number[] = []
  #count = 0
  #many: Set<string> | undefined

  /** Forgets all keys. */
  clear(): void {
    this.#count = 0
    this.#many = undefined
  }

  /**
   * Reads the key that begins at `start`, after its quote, and adds it. Whether it is new; a key with escapes is the key
   * that they stand for.
   *
   * @throws SyntaxError where an escape is none.
   */
  read(text: string, start: number): boolean {
    let hash = 0
    let at = start
    // Hashed as it is read, for one pass costs half of two.
    for (; at < text.length; at++) {
      const unit = text.charCodeAt(at)
      if (unit === QUOTE) break
      if (unit === BACKSLASH) {
        at = endOfString(text, start)
        hash = hashOf(keyOf(text, start, at))
        break
      }
      hash = mix(hash, unit)
    }
    this.end = at
    return this.#add(text, start, at, hash)
  }

  #add(text: string, start: number, end: number, hash: number): boolean {
    if (this.#count === FEW) return this.#addToMany(text, start, end)
    for (let index = 0; index < this.#count; index++) {
      if (this.#hashes[index] === hash && this.#at(text, index) === keyOf(text, start, end)) return false
    }
    this.#hashes[this.#count] = hash
    this.#starts[this.#count] = start
    this.#ends[this.#count++] = end
    return true
  }

  #addToMany(text: string, start: number, end: number): boolean {
    this.#many ??= new Set(Array.from({ length: FEW }, (_, index) => this.#at(text, index)))
    const { size } = this.#many
    return this.#many.add(keyOf(text, start, end)).size > size
  }

  #at(text: string, index: number): string {
    return keyOf(text, this.#starts[index] as number, this.#ends[index] as number)
  }
}

/** The key that stands there. */
export function keyOf(text: string, start: number, end: number): string {
  const raw = text.slice(start, end)
  return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw
}

function hashOf(key: string): number {
  let hash = 0
  for (let at = 0; at < key.length; at++) hash = mix(hash, key.charCodeAt(at))
  return hash
}

function mix(hash: number, unit: number): number {
  // 30 bits, which the engine keeps without a box.
  return (Math.imul(hash, 31) + unit) & 0x3fff_ffff
}
