/** How many bytes are drawn at once: asking the system for those of one span costs many times what the rest of it does. */
const POOL = 3_072

/** Random bytes as hexadecimal digits, from a pool that is filled when it is used up, and not before the first is asked for. */
export class RandomHex {
  readonly #pool = new Uint8Array(POOL)
  #next = POOL

  /** The digits of so many bytes, in lower case; at most 3,072. */
  next(bytes: number): string {
    if (this.#next + bytes > POOL) this.#fill()
    let text = ''
    for (const end = this.#next + bytes; this.#next < end; this.#next++)
      text += DIGITS[this.#pool[this.#next] as number]
    return text
  }

  #fill(): void {
    crypto.getRandomValues(this.#pool)
    this.#next = 0
  }
}

const DIGITS: readonly string[] = /* @__PURE__ */ Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
)
