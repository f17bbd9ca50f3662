import type { Closable } from './closing.js'
import type { Registration } from './registration.js'

/** Where a creation lives: its scope. */
export interface Home {
  /** It stays until the scope closes. */
  settle(creation: Creation): void
  /** It is not there any more; returns what has to be closed. */
  discard(creation: Creation): Closable | undefined
}

/** A service being made, or made by a call that has not succeeded yet. */
export class Creation {
  readonly registration: Registration
  readonly home: Home
  readonly holders: Set<Call> = new Set()
  readonly needs: Creation[] = []
  /** Settles with the instance. Set once, right after construction. */
  made: Promise<unknown> = Promise.resolve()
  /** What its factory returned, once it was called: a promise where it is asynchronous. */
  returned: { readonly value: unknown } | undefined
  /** Set when it is made. */
  instance: unknown
  /** Whether the instance is there. */
  isMade = false
  /** Whether its making has failed. */
  hasFailed = false
  /** Whether it stays, whatever becomes of the calls that hold it. */
  kept = false

  constructor(registration: Registration, home: Home) {
    this.registration = registration
    this.home = home
  }

  /** It is made. */
  make(instance: unknown): void {
    this.instance = instance
    this.isMade = true
  }

  /** Keeps it, and what it needs; it must be made. */
  keep(): void {
    if (this.kept) return
    this.kept = true
    this.holders.clear()
    this.home.settle(this)
    for (const needed of this.needs) needed.keep()
  }
}

/** One `resolve` under way, and what it holds until it succeeds or fails. */
export class Call {
  readonly #creations = new Set<Creation>()
  /** After a failure: settles when all that it started has ended and is closed. */
  late: Promise<unknown> = Promise.resolve()

  /** Holds a creation and what it needs, also of another call, whose failure then closes none of them. */
  hold(creation: Creation): void {
    if (creation.kept || this.#creations.has(creation)) return
    this.#creations.add(creation)
    creation.holders.add(this)
    for (const needed of creation.needs) this.hold(needed)
  }

  /** Success: what it made and used stays. */
  keep(): void {
    for (const creation of this.#creations) creation.keep()
  }

  /** What is in the making. */
  pending(): readonly Creation[] {
    return [...this.#creations].filter(({ isMade, hasFailed }) => !isMade && !hasFailed)
  }

  /**
   * Failure: gives up what nobody else holds, and returns what has to be closed. What is in the making stays, with what
   * it needs: it is given up when this is called again.
   */
  drop(): readonly Closable[] {
    const inUse = withNeeds(this.pending())
    const closables: Closable[] = []
    for (const creation of this.#creations) {
      if (inUse.has(creation)) continue
      this.#creations.delete(creation)
      creation.holders.delete(this)
      if (creation.kept || creation.holders.size > 0) continue
      const closable = creation.home.discard(creation)
      if (closable !== undefined) closables.push(closable)
    }
    return closables
  }
}

function withNeeds(creations: readonly Creation[]): ReadonlySet<Creation> {
  const all = new Set<Creation>()
  const add = (creation: Creation): void => {
    if (all.has(creation)) return
    all.add(creation)
    creation.needs.forEach(add)
  }
  creations.forEach(add)
  return all
}
