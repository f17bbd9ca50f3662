/** 2 kB at a time: asking the system for every id costs many times what the id does. */
const POOL = 1_024

/** Random numbers of 16 bits, from a pool that is filled when it is empty, and not before the first is asked for. */
export class RandomWords {
  readonly #pool = new Uint16Array(POOL)
  readonly #random: (() => number) | undefined
  #next = POOL

  /** Without `random` they are the platform's, fit for secrets. */
  constructor(random: (() => number) | undefined) {
    this.#random = random
  }

  next(): number {
    if (this.#next === POOL) this.#fill()
    return this.#pool[this.#next++] as number
  }

  #fill(): void {
    const random = this.#random
    if (random === undefined) crypto.getRandomValues(this.#pool)
    else for (let index = 0; index < POOL; index++) this.#pool[index] = Math.floor(random() * 0x1_0000)
    this.#next = 0
  }
}
