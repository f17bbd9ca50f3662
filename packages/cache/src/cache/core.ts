import { diagnosticsSources } from '@base/core/diagnostics'
import { UnavailableError } from '@base/core/errors'
import { withDeadline } from './deadline.js'
import { type CacheErrorEvent, type CacheKeyEvent, Observers } from './events.js'
import type { Flight } from './flight.js'
import type { Found, Lookup } from './found.js'
import { covers, type Invalidation } from './invalidation.js'
import { Layers } from './layers.js'
import { LoadLock } from './load-lock.js'
import { Overdue } from './overdue.js'
import { Rest } from './rest.js'
import { afterlifeOf, type CallRules, lifeOf } from './rules.js'
import type { Scope } from './scope.js'
import type { Settings } from './settings.js'
import { type CacheStats, type Counts, noCounts } from './stats.js'

/** Loads that run are waited for so long when the cache is closed, in milliseconds, and aborted then. */
const CLOSING = 1_000

const caches = /* @__PURE__ */ diagnosticsSources('base:cache:cache', ({ stats }: CacheCore) => ({
  ...stats,
}))

/** What all namespaces of a cache share. */
export class CacheCore {
  readonly settings: Settings
  readonly observers: Observers = new Observers()
  readonly layers: Layers
  readonly lock: LoadLock | undefined
  readonly counts: Counts = noCounts()
  readonly rest: Rest = new Rest()
  /** What is being loaded, by key: those that a newcomer may join. */
  readonly flights: Map<string, Flight> = new Map()
  /** What is being read from the lower layers, likewise. */
  readonly lookups: Map<string, Promise<Lookup>> = new Map()
  /** All flights, also those that nobody may join any more. */
  readonly running: Set<Flight> = new Set()
  readonly overdue: Overdue = new Overdue()
  /** New calls are refused; those of before are still served. */
  isClosed = false
  /** Nothing is loaded any more. */
  #isOver = false
  /** What was asked for and may still begin a load. */
  readonly #serving: Set<Promise<unknown>> = new Set()
  #closing: Promise<void> | undefined

  constructor(settings: Settings) {
    const { lock, clock, layerTimeouts } = settings
    this.settings = settings
    this.lock = lock && new LoadLock(lock, clock, layerTimeouts.write)
    this.layers = new Layers(settings, this.observers, (invalidation) => this.#forget(invalidation))
    this.layers.top.engine?.onEvict.add(this.#onEvict)
    caches.add(this)
  }

  checkOpen(): void {
    if (this.isClosed) throw closed()
  }

  /** Loads of calls that came before the end begin until they have had their time. */
  checkLoading(): void {
    if (this.#isOver) throw closed()
  }

  /** A call that waits for layers, and maybe loads then: it is waited for when the cache is closed. */
  async serve<T>(call: () => Promise<T>): Promise<T> {
    const serving = call()
    this.#serving.add(serving)
    try {
      return await serving
    } finally {
      this.#serving.delete(serving)
    }
  }

  /** Resolves when the layers can be used; `undefined` where there is nothing to wait for, which is not waited for. */
  opening(): Promise<void> | undefined {
    this.checkOpen()
    return this.layers.ready
  }

  get stats(): CacheStats {
    const { engine } = this.layers.top
    return { ...this.counts, entries: engine?.size ?? 0, bytes: engine?.bytes ?? 0 }
  }

  tell(event: 'hit' | 'miss' | 'set' | 'delete' | 'stale', scope: Scope, key: string): void {
    if (this.observers.hear(event))
      this.observers.tell(event, { key, namespace: scope.path } satisfies CacheKeyEvent)
  }

  tellError(error: unknown, source: CacheErrorEvent['source'], key: string): void {
    if (this.observers.hear('error')) this.observers.tell('error', { error, source, key })
  }

  /** An entry with its times: a share of its life is taken off at random. */
  entryOf(held: unknown, rules: CallRules, tags: readonly string[], loadTime = 0): Found {
    const { clock, jitter, random } = this.settings
    const [from, to] = jitter
    const life = lifeOf(held, rules)
    const off = to === 0 ? 0 : from + (to - from) * random()
    const left = life === Number.POSITIVE_INFINITY ? life : Math.max(1, Math.round(life * (1 - off)))
    const freshUntil = clock.monotonic() + left
    return { held, freshUntil, goneAt: freshUntil + afterlifeOf(rules), life: left, tags, loadTime }
  }

  /** Its value goes to those who wait, and nowhere else; nobody joins it any more. */
  discard(flight: Flight): void {
    flight.isDiscarded = true
    this.#unlist(flight)
    // One that goes on though it has failed keeps nobody from a newer one.
    if (flight.hasFailed) flight.onGivenUp()
  }

  /**
   * It does not heed its signal: who comes now loads anew. Its late value is kept unless that of a newer load is known by then,
   * or too many were given up after it.
   */
  giveUp(flight: Flight): void {
    this.#unlist(flight)
    flight.onGivenUp()
    for (const needless of flight.isDiscarded ? [flight] : this.overdue.add(flight)) this.dismiss(needless)
  }

  /** It has a value: those that began before it are of no use any more. One that is discarded itself may be the oldest. */
  outdate(flight: Flight): void {
    if (flight.isDiscarded) return
    for (const older of this.overdue.before(flight)) this.dismiss(older)
  }

  /** Its entry is older than the values of those that still run, for {@link outdate} has left none that began before it. */
  precede({ key }: Flight, entry: Found): void {
    for (const later of this.overdue.of(key)) later.outdates(entry)
    this.flights.get(key)?.outdates(entry)
  }

  /** An entry is known, fresh or stale: of those that were given up, the ones that began before it are of no use any more. */
  outdateBy(key: string, found: Found | undefined): void {
    if (found === undefined) return
    for (const flight of this.overdue.of(key)) if (flight.isOlderThan(found)) this.dismiss(flight)
  }

  /** Nobody needs it any more, nor waits for its end. */
  dismiss(flight: Flight): void {
    this.discard(flight)
    this.#end(flight)
  }

  land(flight: Flight): void {
    flight.isSettled = true
    this.#unlist(flight)
    this.#end(flight)
  }

  #unlist(flight: Flight): void {
    if (this.flights.get(flight.key) === flight) this.flights.delete(flight.key)
  }

  #end(flight: Flight): void {
    this.running.delete(flight)
    this.overdue.remove(flight)
  }

  /** What its loader has named may have been invalidated before, while nobody knew. */
  judgeTags(flight: Flight): void {
    if (!this.layers.top.tags.areBumped(flight.tags, flight.since)) return
    flight.isOvertaken = true
    this.discard(flight)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.isClosed = true
    if (this.running.size > 0 || this.#serving.size > 0)
      await withDeadline(this.settings.clock, CLOSING, 'The loads of a cache', () => this.#served()).catch(
        () => {},
      )
    this.#isOver = true
    for (const flight of [...this.running]) {
      flight.callOff()
      flight.abort(closed())
      this.discard(flight)
    }
    this.layers.top.engine?.onEvict.delete(this.#onEvict)
    await this.layers.close()
  }

  /** A call that looks into the layers begins its load later. */
  async #served(): Promise<void> {
    while (!this.#isOver && this.running.size + this.#serving.size > 0)
      await Promise.allSettled([...this.#serving, ...[...this.running].map(({ promise }) => promise)])
  }

  #forget({ keys = [], ...others }: Invalidation): void {
    for (const key of keys) {
      // All that run and are not discarded yet: there is one to join, or they are overdue.
      for (const flight of [this.flights.get(key), ...this.overdue.of(key)])
        if (flight !== undefined) this.discard(flight)
      this.lookups.delete(key)
      this.rest.end(key)
    }
    if (Object.keys(others).length === 0) return
    for (const flight of this.running) if (covers(others, flight.key, flight.tags)) this.discard(flight)
    // A value of tags that were just invalidated may be on its way; nobody knows its tags yet.
    if (others.tags !== undefined && others.tags.length > 0) this.lookups.clear()
    for (const key of this.lookups.keys()) if (covers(others, key, [])) this.lookups.delete(key)
  }

  readonly #onEvict = (key: string): void => {
    const { scope } = this.settings
    if (!scope.holds(key)) return
    this.counts.evictions++
    if (!this.observers.hear('evict')) return
    const end = key.startsWith(':') ? key.indexOf('::') : -1
    this.observers.tell(
      'evict',
      end === -1 ? { key, namespace: '' } : { key: key.slice(end + 2), namespace: key.slice(0, end) },
    )
  }
}

function closed(): UnavailableError {
  return new UnavailableError({ code: 'CACHE_CLOSED', message: 'The cache is closed.' })
}
