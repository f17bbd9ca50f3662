/**
 * How many bytes are drawn at once: asking the system for those of one span costs many times what the rest of it does. A
 * text that was cut from another keeps that in memory, so they are no more.
 */
const POOL = 768

/** Random bytes as hexadecimal digits, from a pool that is filled when it is used up, and not before the first is asked for. */
export class RandomHex {
  readonly #bytes = new Uint8Array(POOL)
  readonly #codes = new Uint8Array(2 * POOL)
  readonly #decoder = new TextDecoder()
  #digits = ''
  #next = 0

  /** The digits of so many bytes, in lower case; at most 768. */
  next(bytes: number): string {
    const count = 2 * bytes
    if (this.#next + count > this.#digits.length) this.#fill()
    this.#next += count
    return this.#digits.slice(this.#next - count, this.#next)
  }

  #fill(): void {
    const codes = this.#codes
    let at = 0
    // One text of all: put together digit by digit, each would be an object of its own.
    for (const byte of crypto.getRandomValues(this.#bytes)) {
      codes[at++] = CODES[byte >> 4] as number
      codes[at++] = CODES[byte & 15] as number
    }
    this.#digits = this.#decoder.decode(codes)
    this.#next = 0
  }
}

const CODES = /* @__PURE__ */ new TextEncoder().encode('0123456789abcdef')
