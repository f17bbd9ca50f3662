const encoder = new TextEncoder()

interface Line {
  readonly bytes: Uint8Array
  /** Which it is of all that ever came. */
  readonly number: number
}

interface Waiter {
  /** The last line that has to be gone. */
  readonly upTo: number
  readonly tell: () => void
}

/** Lines that wait, in order, as the bytes that are sent. */
export class LineQueue {
  /** By their numbers: those that are kept stay before later ones. */
  #lines: Line[] = []
  #size = 0
  #added = 0
  readonly #waiters = new Set<Waiter>()
  readonly #prefix: Uint8Array

  /** Of lines that are each sent after the prefix. */
  constructor(prefix: Uint8Array) {
    this.#prefix = prefix
  }

  get length(): number {
    return this.#lines.length
  }

  /** Whether there are so many lines, or so many bytes to send. */
  isFull(most: number, bytes: number): boolean {
    const { length } = this.#lines
    return length >= most || this.#size + length * this.#prefix.length >= bytes
  }

  /** Adds a line; whether there was room. */
  add(line: string, room: number): boolean {
    // A line feed within would end the line; in JSON it can only stand where a space can.
    const bytes = encoder.encode(`${line.trimEnd().replaceAll('\n', ' ')}\n`)
    if (this.#size + bytes.length > room) return false
    this.#added++
    this.#lines.push({ bytes, number: this.#added })
    this.#size += bytes.length
    return true
  }

  /** How many of the first fit into so many bytes, with their prefixes; one at least. */
  first(most: number, bytes: number): number {
    let [count, size] = [0, 0]
    for (const line of this.#lines) {
      size += this.#prefix.length + line.bytes.length
      if (count === most || (count > 0 && size > bytes)) break
      count++
    }
    return count
  }

  /** So many of the first, each after the prefix. */
  body(count: number): Uint8Array {
    const prefix = this.#prefix
    const lines = this.#lines.slice(0, count)
    const body = new Uint8Array(lines.reduce((sum, { bytes }) => sum + prefix.length + bytes.length, 0))
    let at = 0
    for (const { bytes } of lines) {
      body.set(prefix, at)
      body.set(bytes, at + prefix.length)
      at += prefix.length + bytes.length
    }
    return body
  }

  /** Takes so many of the first away, but for those that are kept; how many that were. */
  remove(count: number, isKept: (index: number) => boolean = () => false): number {
    const kept = this.#lines.slice(0, count).filter((_, index) => isKept(index))
    this.#lines = [...kept, ...this.#lines.slice(count)]
    this.#size = this.#lines.reduce((sum, { bytes }) => sum + bytes.length, 0)
    this.#tell()
    return count - kept.length
  }

  /** Takes all away; how many there were. */
  clear(): number {
    return this.remove(this.#lines.length)
  }

  /** Calls back once all lines that are there now are gone; gives what takes that back. */
  whenGone(tell: () => void): () => void {
    const waiter = { upTo: this.#added, tell }
    this.#waiters.add(waiter)
    return () => this.#waiters.delete(waiter)
  }

  #tell(): void {
    const first = this.#lines[0]?.number ?? Number.POSITIVE_INFINITY
    for (const waiter of this.#waiters) {
      if (waiter.upTo >= first) continue
      this.#waiters.delete(waiter)
      waiter.tell()
    }
  }
}
