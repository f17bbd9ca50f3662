import { type ReadHeader, readHeader } from './header.js'

/** How many headers are remembered. An issuer has one for each key. */
const MOST = 64

/**
 * Remembers headers by their text, for all tokens of a key have the same one. Only those of tokens that were good are kept, so
 * that nobody can fill it.
 */
export class HeaderMemory {
  readonly #known = new Map<string, ReadHeader>()

  read(encoded: string): ReadHeader | string {
    return this.#known.get(encoded) ?? readHeader(encoded)
  }

  keep(encoded: string, header: ReadHeader): void {
    if (this.#known.has(encoded)) return
    if (this.#known.size >= MOST) this.#known.clear()
    this.#known.set(encoded, header)
  }
}
