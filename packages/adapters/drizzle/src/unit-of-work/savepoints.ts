import { type ContextKey, createContextKey, runInContext } from '@base/core/context'
import type { Savepoint } from '@base/domain/unit-of-work'
import { Place } from './place.js'

/** Sends a statement that has no result. */
type Command = (statement: string) => Promise<void>

type End = (how: 'release' | 'rollback to') => Promise<void>

const placeKey: ContextKey<Place> = createContextKey('@base/drizzle/savepoint')

/**
 * The savepoints of one transaction, which has a single stack of them. Those of drizzle's `transaction` and of nested units
 * come one after the other, or one within the other, by where the call is made; so none takes back another. Whoever sends a
 * statement beside one that is taken back fails, for the statement is taken back along.
 */
export class Savepoints {
  readonly #command: Command
  readonly #isAround: () => boolean
  /** From the whole transaction inwards: each has its turn in the one before. */
  readonly #open: Set<Place> = new Set([new Place(undefined)])
  /** Settles with the part that must be alone, while there is one. */
  #alone: Promise<void> | undefined
  #count = 0
  #undone = 0

  /** `isAround` tells whether a call is made in the unit of the transaction. */
  constructor(command: Command, isAround: () => boolean) {
    this.#command = command
    this.#isAround = isAround
  }

  /** Runs a nested unit in its turn, in which it opens its savepoint; the signal ends the wait. */
  nested<R>(unit: () => Promise<R>, signal: AbortSignal | undefined): Promise<R> {
    return this.#here.take(() => this.#within(unit), signal)
  }

  /** The savepoint of the nested unit that has its turn here. */
  async open(): Promise<Savepoint> {
    const end = await this.#begin(placeKey.require())
    return { release: () => end('release'), rollback: () => end('rollback to') }
  }

  /** A part: what drizzle's `transaction` within a transaction is. */
  part<R>(fn: () => Promise<R>): Promise<R> {
    return this.#line.take(() => this.#within((place) => bracketed(() => this.#begin(place), fn)))
  }

  /** A part of ours, which waits for nobody: what others send meanwhile comes after it, so that it is not taken back with it. */
  partAlone<R>(fn: () => Promise<R>): Promise<R> {
    return this.#line.take(() =>
      this.beside(async () => {
        let end = (): void => {}
        this.#alone = new Promise((resolve) => {
          end = resolve
        })
        try {
          return await bracketed(() => this.#mark(), fn)
        } finally {
          this.#alone = undefined
          end()
        }
      }),
    )
  }

  /** Sends a statement at once, or after the part that must be alone. */
  beside<R>(statement: () => Promise<R>): Promise<R> {
    return this.#alone === undefined ? this.#send(statement) : this.#afterAlone(statement)
  }

  /** How many nested units and parts were taken back. */
  get undone(): number {
    return this.#undone
  }

  /** Refuses to go on where something that was done here was taken back. @throws TransactionAbortedError */
  ensureSound(): void {
    this.#here.ensureSound()
  }

  /** Tells later whether what is done here was taken back; `undefined` of what is the whole's. */
  undoing(): (() => boolean) | undefined {
    const places: Place[] = []
    for (let place = placeKey.get(); place !== undefined; place = place.around)
      if (this.#open.has(place)) places.push(place)
    return places.length === 0 ? undefined : () => places.some((place) => place.isUndone)
  }

  async #afterAlone<R>(statement: () => Promise<R>): Promise<R> {
    while (this.#alone !== undefined) await this.#alone
    return this.#send(statement)
  }

  #send<R>(statement: () => Promise<R>): Promise<R> {
    if (this.#open.size === 1) return statement()
    const here = this.#here
    const open = [...this.#open]
    for (const place of open.slice(open.indexOf(here) + 1)) place.beside.add(here)
    return statement()
  }

  /** Runs a function in a place of its own. */
  async #within<R>(fn: (place: Place) => Promise<R>): Promise<R> {
    const place = new Place(placeKey.get())
    try {
      return await runInContext([[placeKey, place]], () => fn(place))
    } finally {
      this.#open.delete(place)
      place.end()
    }
  }

  /** Opens a place. It ends after what was begun in it. */
  async #begin(place: Place): Promise<End> {
    const end = await this.beside(() => {
      this.#open.add(place)
      return this.#mark()
    })
    return async (how) => {
      await place.settled()
      if (how === 'release') place.ensureSound()
      else {
        place.undo()
        this.#undone++
      }
      this.#open.delete(place)
      await end(how)
    }
  }

  async #mark(): Promise<End> {
    const name = `base_${++this.#count}`
    await this.#command(`savepoint ${name}`)
    return (how) => this.#command(`${how} savepoint ${name}`)
  }

  /** Where what is done belongs: of a call from outside of the unit nobody knows, so it is the whole's. */
  get #here(): Place {
    return this.#place(0)
  }

  /** Where a part has its turn: one from outside within what is open, which may wait for it. */
  get #line(): Place {
    return this.#place(this.#isAround() ? 0 : -1)
  }

  /** The innermost open place that this call is made in, or else the first or last that is open. */
  #place(otherwise: 0 | -1): Place {
    for (let place = placeKey.get(); place !== undefined; place = place.around)
      if (this.#open.has(place)) return place
    return [...this.#open].at(otherwise) as Place
  }
}

async function bracketed<R>(begin: () => Promise<End>, fn: () => Promise<R>): Promise<R> {
  const end = await begin()
  try {
    const result = await fn()
    await end('release')
    return result
  } catch (error) {
    // The first error counts; where the savepoint cannot be taken back the transaction is aborted anyway.
    await end('rollback to').catch(() => {})
    throw error
  }
}
