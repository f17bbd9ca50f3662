/** Objects with more keys than this are read with a Set of texts; smaller ones with an array of hashes. */
const FEW = 16
const BACKSLASH = 92
const ESCAPED = -1

/**
 * The keys of one object of a JSON text: tells one that was there before. Used again for the next object at that depth,
 * so that reading a document allocates next to nothing.
 *
 * A few keys are told apart by a hash, and only where two are equal by their text. The hash is weak: anyone can make many
 * keys of one hash. So with many keys it is not used, and a document of any keys is read in linear time.
 */
export class KeySet {
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
   * Adds the key between two quotes, as it stands in the text. Whether it is new; a key with escapes is the key that they
   * stand for.
   *
   * @throws SyntaxError where an escape is none.
   */
  add(text: string, start: number, end: number): boolean {
    if (this.#count === FEW) return this.#addToMany(text, start, end)
    const hash = hashOf(text, start, end)
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

/** Equal for equal keys, whether they are escaped or not. */
function hashOf(text: string, start: number, end: number): number {
  const hash = plainHash(text, start, end)
  if (hash !== ESCAPED) return hash
  const key = keyOf(text, start, end)
  // A backslash that was escaped itself makes one common hash: fewer than FEW keys can share it.
  return plainHash(key, 0, key.length)
}

function plainHash(text: string, start: number, end: number): number {
  let hash = 0
  for (let index = start; index < end; index++) {
    const unit = text.charCodeAt(index)
    if (unit === BACKSLASH) return ESCAPED
    hash = (Math.imul(hash, 31) + unit) | 0
  }
  return hash & 0x7fff_ffff
}
