import { untilAborted } from '@base/core/abort'
import { reveal } from '../store/guarded.js'
import type { CachedEntry } from './cache.js'
import type { CacheCore } from './core.js'
import { isRefreshDue } from './early-refresh.js'
import type { LoadOptions } from './entry-options.js'
import { type Flight, loadingHere, waitFrom } from './flight.js'
import { type Beginning, better, type Found, type Lookup } from './found.js'
import type { LoadContext } from './load-context.js'
import { startFlight } from './loader.js'
import { type CallRules, rulesOf } from './rules.js'
import type { Scope } from './scope.js'
import { type Patience, waitForFlight } from './waiting.js'

type Load = (context: LoadContext<never>) => unknown

/** What is known of a key before its load. */
interface Known {
  readonly found: Found | undefined
  /** `undefined` where the layers are to be asked by the load. */
  readonly lookup: Beginning | undefined
}

/** The reading side of a namespace, where memory alone has no fresh answer. */
export class Reader {
  readonly #core: CacheCore
  readonly #scope: Scope

  constructor(core: CacheCore, scope: Scope) {
    this.#core = core
    this.#scope = scope
  }

  async get(key: string): Promise<unknown> {
    return this.#give(key, (await this.#know(key, [])).found)
  }

  async has(key: string): Promise<boolean> {
    return this.#isFresh((await this.#know(key, [])).found)
  }

  async getEntry(key: string): Promise<CachedEntry | undefined> {
    const { clock } = this.#core.settings
    const { found } = await this.#know(key, [])
    if (found === undefined) {
      this.#miss(key)
      return undefined
    }
    const stale = !this.#isFresh(found)
    if (stale) this.#stale(key)
    else this.#hit(key)
    const expiresAt = Math.round(clock.now() + found.freshUntil - clock.monotonic())
    return { value: reveal(found.held), expiresAt, stale }
  }

  async getMany(keys: readonly string[]): Promise<unknown[]> {
    const opening = this.#core.opening()
    if (opening !== undefined) await opening
    const full = keys.map((key) => this.#scope.keyOf(key))
    const found = full.map((key) => this.#core.layers.top.find(key))
    const { layers } = this.#core
    const open = full.flatMap((_, index) => (layers.top.isSure(found[index]) ? [] : [index]))
    if (open.length > 0 && layers.lower.length > 0) {
      const names = open.map((index) => full[index] as string)
      const below = await layers.findBelow(this.#scope, names)
      for (const [place, index] of open.entries()) {
        found[index] = below[place]
        this.#core.outdateBy(names[place] as string, below[place])
      }
    }
    return keys.map((key, index) => this.#give(key, found[index]))
  }

  #give(key: string, found: Found | undefined): unknown {
    if (!this.#isFresh(found)) {
      this.#miss(key)
      return undefined
    }
    this.#hit(key)
    return reveal(found?.held)
  }

  async getOrSet(key: string, load: Load, rules: CallRules): Promise<unknown> {
    const fullKey = this.#scope.keyOf(key)
    const known = this.#knowAtOnce(fullKey) ?? (await untilAborted(this.#know(key, rules.tags), rules.signal))
    // Not by its throwIfAborted, which polyfills may not have.
    if (rules.signal?.aborted === true) throw rules.signal.reason
    const { found } = known
    if (found !== undefined && this.#isFresh(found)) {
      if (this.#isRefreshDue(found, found.freshUntil)) this.#refresh(key, load, rules, found)
      this.#hit(key)
      return reveal(found.held)
    }
    const isResting = this.#isResting(fullKey)
    if (found !== undefined && this.#isServedAtOnce(found, rules, isResting)) {
      if (!isResting) this.#startUnlessRunning(key, load, rules, known)
      this.#stale(key)
      return reveal(found.held)
    }
    return this.#wait(key, load, rules, known)
  }

  /** What the load that runs will give, for a caller without options, where there is nothing to weigh: the way of a crowd. */
  joinAtOnce(key: string): Flight | undefined {
    const { flights, layers, settings, isClosed } = this.#core
    if (isClosed || flights.size === 0 || settings.hardTimeout !== Number.POSITIVE_INFINITY) return undefined
    const fullKey = typeof key === 'string' ? this.#scope.keyOf(key) : ''
    const flight = flights.get(fullKey)
    if (flight === undefined || layers.top.engine?.holds(fullKey, this.#now()) !== false) return undefined
    // A loader that waits for a loader has to be looked at.
    if (loadingHere() !== undefined) return undefined
    flight.join()
    this.#miss(key)
    return flight
  }

  /** What a new load gives, for who has joined one that was overtaken before. */
  async loadAnew(key: string, load: Load, rules: CallRules, limit: number): Promise<unknown> {
    const { signal } = rules
    const known = await untilAborted(this.#ask(key, rules.tags), signal)
    if (this.#isFresh(known.found)) return known.found?.held
    const flight = this.#startUnlessRunning(key, load, rules, known, false)
    return this.#join(flight, waitFrom(flight), { signal, limit })
  }

  /** Loads a value that is still fresh anew, by chance, before it ends. */
  refreshEarly(slot: number, key: string, load: Load, options: LoadOptions | undefined): void {
    const { layers, settings } = this.#core
    const slots = layers.top.engine?.slots
    const extras = slots?.extras[slot]
    if (extras === undefined || !this.#isRefreshDue(extras, slots?.freshUntil[slot] as number)) return
    const rules = rulesOf(settings, this.#scope, key, options)
    this.#refresh(key, load, rules, layers.top.find(this.#scope.keyOf(key)))
  }

  #isRefreshDue({ life, loadTime }: Pick<Found, 'life' | 'loadTime'>, freshUntil: number): boolean {
    const { earlyRefresh, random } = this.#core.settings
    if (earlyRefresh === 0 || loadTime === 0) return false
    return isRefreshDue(freshUntil - this.#now(), life, loadTime, earlyRefresh, random())
  }

  #refresh(key: string, load: Load, rules: CallRules, previous: Found | undefined): void {
    if (this.#core.isClosed || this.#isResting(this.#scope.keyOf(key))) return
    // It looks first whether another process has done it.
    this.#startUnlessRunning(key, load, rules, { found: previous, lookup: undefined })
  }

  /** The one load of this key in this process. */
  #startUnlessRunning(key: string, load: Load, rules: CallRules, known: Known, isBackground = true): Flight {
    const fullKey = this.#scope.keyOf(key)
    return (
      this.#core.flights.get(fullKey) ??
      startFlight(this.#core, fullKey, {
        scope: this.#scope,
        key,
        load,
        rules,
        lookup: known.lookup,
        previous: known.found,
        isBackground,
      })
    )
  }

  async #wait(key: string, load: Load, rules: CallRules, known: Known): Promise<unknown> {
    const core = this.#core
    const stale = known.found !== undefined && this.#age(known.found) < rules.grace ? known.found : undefined
    const running = core.flights.get(this.#scope.keyOf(key))
    const startedAt = this.#now()
    const joinedAt = core.layers.top.version
    const flight = running ?? this.#startUnlessRunning(key, load, rules, known, false)
    const { signal, hardTimeout, softTimeout } = rules
    const limit = stale === undefined ? hardTimeout : Math.min(softTimeout, hardTimeout)
    // Whoever waits is told before he joins, for a flight that waits for itself would never land.
    const landing = this.#join(flight, waitFrom(flight), { signal, limit })
    if (stale === undefined) this.#miss(key)
    try {
      const held = await landing
      const isOld = running !== undefined && flight.disappoints(joinedAt)
      // A monotonic clock counts parts of a millisecond, which no timer takes.
      const left = Math.max(0, Math.ceil(limit - (this.#now() - startedAt)))
      const newest = isOld ? await this.loadAnew(key, load, rules, left) : held
      if (stale !== undefined) this.#miss(key)
      return reveal(newest)
    } catch (error) {
      if (stale !== undefined && signal?.aborted !== true) {
        this.#stale(key)
        return reveal(stale.held)
      }
      if (stale !== undefined) this.#miss(key)
      throw error
    }
  }

  /** Waits for a flight; `done` notes that this is over. */
  async #join(flight: Flight, done: () => void, patience: Patience): Promise<unknown> {
    flight.join()
    try {
      return await waitForFlight(flight, this.#core.settings.clock, patience, (reason) =>
        this.#leave(flight, reason),
      )
    } finally {
      done()
    }
  }

  #leave(flight: Flight, reason: unknown): void {
    if (!flight.leave()) return
    this.#core.dismiss(flight)
    flight.abort(reason)
  }

  /** Its last load failed a while ago, or goes on though it has failed: there is nothing to wait for. */
  #isResting(fullKey: string): boolean {
    const { rest, flights } = this.#core
    return rest.isOn(fullKey, this.#now()) || flights.get(fullKey)?.hasFailed === true
  }

  #isServedAtOnce(found: Found, rules: CallRules, isResting: boolean): boolean {
    const age = this.#age(found)
    return age < rules.staleWhileRevalidate || (isResting && age < rules.grace)
  }

  /** Without a promise, where memory is all there is. */
  #knowAtOnce(fullKey: string): Known | undefined {
    const { layers } = this.#core
    this.#core.checkOpen()
    if (layers.lower.length > 0 || layers.ready !== undefined) return undefined
    return { found: layers.top.find(fullKey), lookup: { since: layers.top.version, versions: [] } }
  }

  async #know(key: string, tags: readonly string[]): Promise<Known> {
    this.#core.checkOpen()
    return this.#ask(key, tags)
  }

  /** Also for a call that came before the cache was closed. */
  async #ask(key: string, tags: readonly string[]): Promise<Known> {
    const { layers } = this.#core
    if (layers.ready !== undefined) await layers.ready
    const fullKey = this.#scope.keyOf(key)
    const since = layers.top.version
    const found = layers.top.find(fullKey)
    if (layers.top.isSure(found) || layers.lower.length === 0)
      return { found, lookup: { since, versions: [] } }
    const lookup = await this.#lookup(fullKey, tags.length > 0 ? tags : (found?.tags ?? []))
    // What was written meanwhile is newer than what was read.
    const own = layers.top.settle(fullKey, lookup)
    const newest = this.#isFresh(own) ? own : better(own, lookup.found[0])
    // What is served from now on, be it stale, is not to give way to an older load.
    this.#core.outdateBy(fullKey, newest)
    return { found: newest, lookup }
  }

  /** One question for all who ask at the same time. */
  #lookup(fullKey: string, tags: readonly string[]): Promise<Lookup> {
    const { lookups, layers } = this.#core
    const running = lookups.get(fullKey)
    if (running !== undefined) return running
    const lookup = layers.lookup(this.#scope, [fullKey], tags)
    lookups.set(fullKey, lookup)
    const forget = () => {
      if (lookups.get(fullKey) === lookup) lookups.delete(fullKey)
    }
    lookup.then(forget, forget)
    return lookup
  }

  #now(): number {
    return this.#core.settings.clock.monotonic()
  }

  #age(found: Found): number {
    return this.#now() - found.freshUntil
  }

  #isFresh(found: Found | undefined): boolean {
    return found !== undefined && found.freshUntil > this.#now()
  }

  #hit(key: string): void {
    this.#core.counts.hits++
    this.#core.tell('hit', this.#scope, key)
  }

  #miss(key: string): void {
    this.#core.counts.misses++
    this.#core.tell('miss', this.#scope, key)
  }

  #stale(key: string): void {
    this.#core.counts.stale++
    this.#core.tell('stale', this.#scope, key)
  }
}
