const encoder = new TextEncoder()

interface Waiter {
  /** How many lines, of all that ever came, have to be gone. */
  readonly upTo: number
  readonly tell: () => void
}

/** Lines that wait, in order, as the bytes that are sent. */
export class LineQueue {
  #lines: Uint8Array[] = []
  #size = 0
  #added = 0
  readonly #waiters = new Set<Waiter>()

  get length(): number {
    return this.#lines.length
  }

  /** In bytes. */
  get size(): number {
    return this.#size
  }

  /** Adds a line; whether there was room. */
  add(line: string, room: number): boolean {
    // A line feed within would end the line; in JSON it can only stand where a space can.
    const bytes = encoder.encode(`${line.trimEnd().replaceAll('\n', ' ')}\n`)
    if (this.#size + bytes.length > room) return false
    this.#lines.push(bytes)
    this.#size += bytes.length
    this.#added++
    return true
  }

  /** How many of the first fit into so many bytes; one at least. */
  first(most: number, bytes: number): number {
    let [count, size] = [0, 0]
    for (const line of this.#lines) {
      size += line.length
      if (count === most || (count > 0 && size > bytes)) break
      count++
    }
    return count
  }

  /** So many of the first, each after the prefix. */
  body(count: number, prefix: Uint8Array): Uint8Array {
    const lines = this.#lines.slice(0, count)
    const body = new Uint8Array(lines.reduce((sum, { length }) => sum + length + prefix.length, 0))
    let at = 0
    for (const line of lines) {
      body.set(prefix, at)
      body.set(line, at + prefix.length)
      at += prefix.length + line.length
    }
    return body
  }

  /** Takes so many of the first away, but for those that are kept; how many that were. */
  remove(count: number, isKept: (index: number) => boolean = () => false): number {
    const kept = this.#lines.slice(0, count).filter((_, index) => isKept(index))
    this.#lines = [...kept, ...this.#lines.slice(count)]
    this.#size = this.#lines.reduce((sum, { length }) => sum + length, 0)
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
    const gone = this.#added - this.#lines.length
    for (const waiter of this.#waiters) {
      if (waiter.upTo > gone) continue
      this.#waiters.delete(waiter)
      waiter.tell()
    }
  }
}
