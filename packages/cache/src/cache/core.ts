import { diagnosticsSources } from '@base/core/diagnostics'
import { UnavailableError } from '@base/core/errors'
import { type CacheErrorEvent, type CacheKeyEvent, Observers } from './events.js'
import type { Flight } from './flight.js'
import type { Found, Lookup } from './found.js'
import { covers, type Invalidation } from './invalidation.js'
import { Layers } from './layers.js'
import { Rest } from './rest.js'
import { afterlifeOf, type CallRules, lifeOf } from './rules.js'
import type { Scope } from './scope.js'
import type { Settings } from './settings.js'
import { type Counts, noCounts } from './stats.js'

const caches = /* @__PURE__ */ diagnosticsSources(
  'base:cache:cache',
  ({ counts, layers: { top } }: CacheCore) => ({
    ...counts,
    entries: top?.size ?? 0,
    bytes: top?.bytes ?? 0,
  }),
)

/** What all namespaces of a cache share. */
export class CacheCore {
  readonly settings: Settings
  readonly observers: Observers = new Observers()
  readonly layers: Layers
  readonly counts: Counts = noCounts()
  readonly rest: Rest = new Rest()
  /** What is being loaded, by key: those that a newcomer may join. */
  readonly flights: Map<string, Flight> = new Map()
  /** What is being read from the lower layers, likewise. */
  readonly lookups: Map<string, Promise<Lookup>> = new Map()
  /** All flights, also those that nobody may join any more. */
  readonly running: Set<Flight> = new Set()
  isClosed = false
  #closing: Promise<void> | undefined

  constructor(settings: Settings) {
    this.settings = settings
    this.layers = new Layers(settings, this.observers, (invalidation) => this.#forget(invalidation))
    this.layers.top?.onEvict.add(this.#onEvict)
    caches.add(this)
  }

  checkOpen(): void {
    if (this.isClosed) throw new UnavailableError({ code: 'CACHE_CLOSED', message: 'The cache is closed.' })
  }

  /** Resolves when the layers can be used; `undefined` where there is nothing to wait for, which is not waited for. */
  opening(): Promise<void> | undefined {
    this.checkOpen()
    return this.layers.ready
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
    if (this.flights.get(flight.key) === flight) this.flights.delete(flight.key)
  }

  /** What its loader has named may have been invalidated before, while nobody knew. */
  judgeTags(flight: Flight): void {
    if (this.layers.top?.tags.areBumped(flight.tags, flight.since) !== true) return
    flight.isOvertaken = true
    this.discard(flight)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.isClosed = true
    await Promise.allSettled([...this.running].map((flight) => flight.promise))
    this.layers.top?.onEvict.delete(this.#onEvict)
    await this.layers.close()
  }

  #forget(invalidation: Invalidation): void {
    for (const flight of this.running) {
      if (covers(invalidation, flight.key, flight.tags)) this.discard(flight)
    }
    for (const key of this.lookups.keys()) {
      if (covers(invalidation, key, [])) this.lookups.delete(key)
    }
    // A value of tags that were just invalidated may be on its way; nobody knows its tags yet.
    if (invalidation.tags !== undefined && invalidation.tags.length > 0) this.lookups.clear()
    for (const key of invalidation.keys ?? []) this.rest.end(key)
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
