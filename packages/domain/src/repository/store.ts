import type { Stamps } from './copying.js'

/** An entity as a repository in memory keeps it. */
export interface Stored<T> {
  readonly entity: T
  readonly version: number
  readonly deleted: boolean
  /** What deleted it, where that wrote nothing else: whoever was first may have saved another one meanwhile. */
  readonly deletion?: Stamps
}

/** Rows by key, as a repository sees them: the shared ones, or those of a unit of work. */
export interface Rows<T> {
  get(key: unknown): Stored<T> | undefined
  entries(): Iterable<readonly [key: unknown, row: Stored<T>]>
  /** `undefined` deletes. */
  put(key: unknown, row: Stored<T> | undefined): void
}

/** The shared rows. */
export class SharedRows<T> implements Rows<T> {
  readonly #rows = new Map<unknown, Stored<T>>()
  /** How often anything was written. */
  writes = 0

  get(key: unknown): Stored<T> | undefined {
    return this.#rows.get(key)
  }

  entries(): Iterable<readonly [unknown, Stored<T>]> {
    return this.#rows
  }

  /** The rows of now: later writes do not show in it. */
  snapshot(): SharedRows<T> {
    const copy = new SharedRows<T>()
    for (const [key, row] of this.#rows) copy.#rows.set(key, row)
    return copy
  }

  put(key: unknown, row: Stored<T> | undefined): void {
    this.writes++
    if (row === undefined) this.#rows.delete(key)
    else this.#rows.set(key, row)
  }
}

/** Rows over others: writes stay here until they are handed down together, and reads see them first. */
export class Overlay<T> implements Rows<T> {
  readonly #below: Rows<T>
  readonly #own = new Map<unknown, Stored<T> | undefined>()

  constructor(below: Rows<T>) {
    this.#below = below
  }

  get(key: unknown): Stored<T> | undefined {
    return this.#own.has(key) ? this.#own.get(key) : this.#below.get(key)
  }

  *entries(): Iterable<readonly [unknown, Stored<T>]> {
    for (const entry of this.#below.entries()) if (!this.#own.has(entry[0])) yield entry
    for (const [key, row] of this.#own) if (row !== undefined) yield [key, row]
  }

  put(key: unknown, row: Stored<T> | undefined): void {
    this.#own.set(key, row)
  }

  /** Hands the written rows down. */
  apply(): void {
    for (const [key, row] of this.#own) this.#below.put(key, row)
  }
}
