import type { Rows, SharedRows, Stored } from '../repository/store.js'
import { SerializationFailureError, TransactionReadOnlyError } from './errors.js'
import type { Isolation } from './unit-of-work.js'

/** What was written since a savepoint, and what those rows were when they were first written. */
interface Level<T> {
  readonly own: Map<unknown, Stored<T> | undefined>
  readonly seen: Map<unknown, Stored<T> | undefined>
}

/** A written row: what it replaces, as it was seen, and what it becomes. */
export interface Change<T> {
  readonly key: unknown
  readonly seen: Stored<T> | undefined
  readonly row: Stored<T> | undefined
}

/** One repository's rows within a transaction. */
export class TransactionRows<T> implements Rows<T> {
  /** What is committed now. */
  readonly committed: SharedRows<T>
  /** What is read of others: their commits as they come, or those from before the beginning. */
  readonly #base: SharedRows<T>
  readonly #isolation: Isolation
  readonly #readOnly: boolean
  readonly #levels: Level<T>[] = [{ own: new Map(), seen: new Map() }]
  readonly #read = new Map<unknown, Stored<T> | undefined>()
  readonly #writesBefore: number
  #hasScanned = false
  /** How many parts were taken back. */
  undone = 0

  constructor(shared: SharedRows<T>, { isolation, readOnly }: { isolation: Isolation; readOnly: boolean }) {
    this.committed = shared
    this.#base = isolation === 'read committed' ? shared : shared.snapshot()
    this.#isolation = isolation
    this.#readOnly = readOnly
    this.#writesBefore = shared.writes
  }

  get(key: unknown): Stored<T> | undefined {
    const level = this.#levels.findLast(({ own }) => own.has(key))
    if (level !== undefined) return level.own.get(key)
    const row = this.#base.get(key)
    if (this.#isolation === 'serializable') this.#read.set(key, row)
    return row
  }

  *entries(): Iterable<readonly [unknown, Stored<T>]> {
    this.#hasScanned = true
    const own = new Map(this.#levels.flatMap((level) => [...level.own]))
    for (const entry of this.#base.entries()) if (!own.has(entry[0])) yield entry
    for (const [key, row] of own) if (row !== undefined) yield [key, row]
  }

  put(key: unknown, row: Stored<T> | undefined): void {
    if (this.#readOnly) throw new TransactionReadOnlyError()
    const level = this.#top
    if (!this.#levels.some(({ seen }) => seen.has(key))) level.seen.set(key, this.#base.get(key))
    level.own.set(key, row)
  }

  /** Marks a point to go back to. */
  savepoint(): void {
    this.#levels.push({ own: new Map(), seen: new Map() })
  }

  /** Keeps what has been written since the last savepoint. */
  release(): void {
    const { own, seen } = this.#pop()
    for (const [key, row] of own) this.#top.own.set(key, row)
    for (const [key, row] of seen) this.#top.seen.set(key, row)
  }

  /** Forgets what has been written since the last savepoint. */
  rollback(): void {
    this.#pop()
    this.undone++
  }

  /** What is written. A row that was saved and deleted again is none: what others have saved under its key is theirs. */
  get changes(): readonly Change<T>[] {
    const { own, seen } = this.#top
    const all = [...own].map(([key, row]) => ({ key, seen: seen.get(key), row }))
    return all.filter(({ seen, row }) => seen !== undefined || row !== undefined)
  }

  /** Refuses a commit after which the transactions would not be one after the other. @throws SerializationFailureError */
  checkIsolation(): void {
    if (this.#isolation === 'read committed') return
    const isOverwritten = this.changes.some(({ key, seen }) => this.committed.get(key) !== seen)
    if (isOverwritten || (this.#isolation === 'serializable' && this.#isOutdated()))
      throw new SerializationFailureError()
  }

  /** Hands the written rows over. */
  apply(): void {
    for (const { key, row } of this.changes) this.committed.put(key, row)
  }

  #isOutdated(): boolean {
    if (this.#hasScanned && this.committed.writes !== this.#writesBefore) return true
    return [...this.#read].some(([key, row]) => this.committed.get(key) !== row)
  }

  get #top(): Level<T> {
    return this.#levels.at(-1) as Level<T>
  }

  #pop(): Level<T> {
    return this.#levels.pop() as Level<T>
  }
}
