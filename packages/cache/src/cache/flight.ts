import { createContextKey, isContextAvailable, runInContext } from '@base/core/context'
import { ConflictError } from '@base/core/errors'
import type { Found } from './found.js'

/** By so much an entry may seem to end later when a layer gives it back in whole milliseconds of the wall clock. */
const ROUNDING = 10

/** A load that is under way, and those who wait for it. */
export class Flight {
  /** As the layers know it. */
  readonly key: string
  /** As the layers know them; the loader may change them. */
  tags: readonly string[]
  /** Something newer is known: its value goes to those who wait, and nowhere else. */
  isDiscarded = false
  /** The version of the layers, as this process knows it, at which its loader began. */
  since = 0
  /** A tag that its loader has named had been invalidated while it ran, when nobody knew that it has it. */
  isOvertaken = false
  isSettled = false
  /** It was aborted because nobody waits any more, or the cache is closed: how it ends is of no interest. */
  isCalledOff = false
  /** Its failure has been told, at its hard timeout or at its end. */
  hasFailed = false
  /** What its loader has given, as `isolate` made it, while the layers are told yet. */
  loaded: { readonly held: unknown } | undefined
  /** Called when it is not waited for any more, as by its lock. */
  onGivenUp: () => void = noop
  /** While it waits for the lock of its key: has it load without. */
  forgoLock: (() => void) | undefined
  /** It goes on without anyone who waits. */
  readonly isKept: boolean
  /** When the entry ends that is known to be older than its value, once its loader has begun. */
  #knownUntil: number = Number.NEGATIVE_INFINITY
  /** The same until then. */
  readonly #foundUntil: number
  #hasBegun = false
  /** What it resolves with is as `isolate` made it. */
  readonly promise: Promise<unknown>
  /** Lets it land; it is there from the start, for a loader may come back to its own flight before it has returned. */
  readonly land: (outcome: Promise<unknown>) => void
  /** Loads that its loader waits for, and how often. */
  readonly waitsFor: Map<Flight, number> = new Map()
  #waiting = 0
  #controller: AbortController | undefined

  constructor(key: string, tags: readonly string[], isKept: boolean, previous?: Found) {
    this.key = key
    this.tags = tags
    this.isKept = isKept
    this.#foundUntil = previous?.freshUntil ?? Number.NEGATIVE_INFINITY
    let land: (outcome: Promise<unknown>) => void = () => {}
    this.promise = new Promise((resolve) => {
      land = resolve
    })
    this.land = land
    // Those who wait hear of it; where nobody does, an event has told.
    this.promise.catch(() => {})
  }

  /** Made when it is asked for. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    return this.#controller.signal
  }

  abort(reason: unknown): void {
    this.#controller ??= new AbortController()
    this.#controller.abort(reason)
  }

  /** Its loader begins, at a version of the layers, where this entry is there. */
  begin(since: number, previous: Found | undefined): void {
    this.since = since
    this.#hasBegun = true
    if (previous !== undefined) this.outdates(previous)
  }

  /** An entry comes from a load that began before it. As long as its own loader has not begun it may do with that. */
  outdates({ freshUntil }: Found): void {
    this.#knownUntil = Math.max(this.#knownUntil, freshUntil)
  }

  /** Whether an entry is none that is older. */
  isOlderThan({ freshUntil, isUndated }: Found): boolean {
    return (
      isUndated !== true && freshUntil > (this.#hasBegun ? this.#knownUntil : this.#foundUntil) + ROUNDING
    )
  }

  /** Whether who has joined at a version may have come after the invalidation, and wants a newer value. */
  disappoints(joinedAt: number): boolean {
    return this.isOvertaken && joinedAt > this.since
  }

  join(): void {
    this.#waiting++
  }

  /** Whether nobody is left who needs it: it is called off then. */
  leave(): boolean {
    this.#waiting--
    if (this.#waiting > 0 || this.isKept || this.isSettled) return false
    this.callOff()
    return true
  }

  callOff(): void {
    this.isCalledOff = true
    this.onGivenUp()
  }
}

const LOADING = createContextKey<Flight>('@base/cache/loading')

/** Runs a loader such that what it asks a cache for is known to be asked by it. */
export function runInside<T>(flight: Flight, load: () => T): T {
  return isContextAvailable() ? runInContext([[LOADING, flight]], load) : load()
}

/**
 * Notes that the loader that runs here, if any, waits for a flight; the function that is returned ends that.
 *
 * @throws ConflictError `DEADLOCK` where the flight waits for this very loader, itself or by others.
 */
export function waitFrom(flight: Flight): () => void {
  const inside = loadingHere()
  if (inside === undefined) return noop
  if (waitsFor(flight, inside)) {
    throw new ConflictError({
      code: 'DEADLOCK',
      message: 'A loader asks for a key whose load waits for that loader.',
    })
  }
  const count = (by: number) => {
    const times = (inside.waitsFor.get(flight) ?? 0) + by
    if (times === 0) inside.waitsFor.delete(flight)
    else inside.waitsFor.set(flight, times)
  }
  count(1)
  return () => count(-1)
}

/** Loads that have the lock of their key, by that: of all caches, for two that share a lock may have an object of it each. */
const HOLDERS: Map<string, Set<Flight>> = new Map()

/** Notes that a flight waits for the lock of its key, where that does not wait for the flight in turn: it goes on without it then. */
export function waitForLock(flight: Flight, forgo: () => void): void {
  flight.forgoLock = forgo
  forgoInCircle(flight, flight)
}

/** Runs what a flight does while it has the lock of its key. */
export async function holdLock<T>(flight: Flight, run: () => Promise<T>): Promise<T> {
  const { key } = flight
  flight.forgoLock = undefined
  const holders = HOLDERS.get(key) ?? new Set()
  HOLDERS.set(key, holders.add(flight))
  try {
    return await run()
  } finally {
    holders.delete(flight)
    if (holders.size === 0) HOLDERS.delete(key)
  }
}

/** Of a circle that a lock closes, the lock is what can be done without. */
function forgoInCircle({ key, forgoLock }: Flight, other: Flight, seen?: Set<Flight>): void {
  if (forgoLock === undefined) return
  for (const holder of HOLDERS.get(key) ?? []) {
    if (!waitsFor(holder, other, seen)) continue
    forgoLock()
    return
  }
}

function noop(): void {}

/** The flight whose loader runs here, if one does. */
export function loadingHere(): Flight | undefined {
  const inside = isContextAvailable() ? LOADING.get() : undefined
  return inside?.isSettled === false ? inside : undefined
}

/** Whether a flight waits for another one, itself or by others; one that would wait for ever for a lock alone does not any more. */
function waitsFor(flight: Flight, other: Flight, seen: Set<Flight> = new Set()): boolean {
  if (flight === other) return true
  if (flight.isSettled || seen.has(flight)) return false
  seen.add(flight)
  for (const next of flight.waitsFor.keys()) {
    if (waitsFor(next, other, seen)) return true
  }
  forgoInCircle(flight, other, seen)
  return false
}
