const FIRST_ROOM = 16
/** Rows are moved together when no more than one in so many is in use. */
const SPARSE = 8

/** What has numbers for each row. */
export interface Rowed {
  /** Makes room for rows below that number. */
  resize(rows: number): void
  /** Copies a row; row 0 onto another clears it. */
  copy(from: number, to: number): void
}

/** Which row is whose. Row 0 is nobody's: what a key without a row begins with. */
export class Rows {
  readonly #rowed: readonly Rowed[]
  readonly #rows = new Map<string, number>()
  /** By row; `undefined` where it is free. */
  readonly #keys: (string | undefined)[] = [undefined]
  readonly #free: number[] = []
  #room = FIRST_ROOM

  constructor(rowed: readonly Rowed[]) {
    this.#rowed = rowed
    for (const each of rowed) each.resize(FIRST_ROOM)
  }

  /** How many keys have one. */
  get size(): number {
    return this.#rows.size
  }

  /** One more than the last row. */
  get end(): number {
    return this.#keys.length
  }

  /** The key's row, 0 if it has none. */
  of(key: string): number {
    return this.#rows.get(key) ?? 0
  }

  keyOf(row: number): string | undefined {
    return this.#keys[row]
  }

  add(key: string): number {
    const row = this.#free.pop() ?? this.#keys.length
    if (row >= this.#room) this.#resize(this.#room * 2)
    this.#keys[row] = key
    this.#rows.set(key, row)
    return row
  }

  delete(row: number): void {
    this.#rows.delete(this.#keys[row] as string)
    this.#keys[row] = undefined
    for (const each of this.#rowed) each.copy(0, row)
    this.#free.push(row)
  }

  /** Gives memory back where few of the keys that there were are left. */
  compact(): void {
    if (this.#room === FIRST_ROOM || this.size * SPARSE >= this.#room) return
    let to = 1
    for (let from = 1; from < this.#keys.length; from++) {
      const key = this.#keys[from]
      if (key === undefined) continue
      if (from > to) this.#move(from, to)
      this.#keys[to] = key
      this.#rows.set(key, to++)
    }
    this.#keys.length = to
    this.#free.length = 0
    this.#resize(Math.max(FIRST_ROOM, 2 ** Math.ceil(Math.log2(to + 1))))
  }

  #move(from: number, to: number): void {
    for (const each of this.#rowed) {
      each.copy(from, to)
      // It is free from now on, and its next key begins anew.
      each.copy(0, from)
    }
  }

  #resize(room: number): void {
    this.#room = room
    for (const each of this.#rowed) each.resize(room)
  }
}
