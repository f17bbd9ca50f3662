import { ConflictError } from '@base/core/errors'
import { isolate } from '../store/isolate.js'
import type { CacheCore } from './core.js'
import { Flight, holdLock, runInside, waitForLock } from './flight.js'
import { type Beginning, better, type Found } from './found.js'
import { judged, type LoadContext, loadContext } from './load-context.js'
import type { LoadLock } from './load-lock.js'
import { type CallRules, lifeOf } from './rules.js'
import type { Scope } from './scope.js'
import { tooLate } from './waiting.js'

/** The lease of a lock, where there is no hard timeout, in milliseconds. */
const LEASE = 30_000
/** A load that goes on after its hard timeout is joined for so long at least, in milliseconds. */
const PATIENCE = 300_000
/** The time for which it is joined is doubled no more often. */
const MOST_DOUBLINGS = 2

const TIMER = { ref: false, name: 'load' } as const

/** What is to be loaded, and how. */
export interface LoadRequest {
  readonly scope: Scope
  /** As it was given. */
  readonly key: string
  readonly load: (context: LoadContext<never>) => unknown
  readonly rules: CallRules
  /** `undefined` where the layers are still to be asked, which may have what another process has loaded. */
  readonly lookup: Beginning | undefined
  readonly previous: Found | undefined
  readonly isBackground: boolean
}

/**
 * Starts a load that others can join.
 *
 * @throws UnavailableError `CACHE_CLOSED`.
 */
export function startFlight(core: CacheCore, fullKey: string, request: LoadRequest): Flight {
  // It may have been closed while the layers were asked.
  core.checkLoading()
  const { rules, isBackground, previous } = request
  const flight = new Flight(fullKey, rules.tags, isBackground, previous)
  core.flights.set(fullKey, flight)
  core.running.add(flight)
  flight.land(fly(core, flight, request))
  return flight
}

async function fly(core: CacheCore, flight: Flight, request: LoadRequest): Promise<unknown> {
  const stop = limit(core, flight, request)
  try {
    const { lock } = core
    const held = await (lock?.isDue(request.rules.hardTimeout)
      ? loadLocked(core, lock, flight, request)
      : loadAlone(core, flight, request))
    core.rest.end(flight.key)
    return held
  } catch (error) {
    noteFailure(core, flight, request, error)
    throw error
  } finally {
    stop()
    core.land(flight)
  }
}

/** Once for each load: one that goes on after its hard timeout has failed those who wait, and may never end. */
function noteFailure(core: CacheCore, flight: Flight, request: LoadRequest, error: unknown): void {
  if (flight.isCalledOff || flight.hasFailed) return
  flight.hasFailed = true
  core.counts.loadFailures++
  if (request.previous !== undefined && !flight.isDiscarded)
    core.rest.begin(flight.key, core.settings.clock.monotonic())
  core.tellError(error, 'loader', request.key)
}

/**
 * Aborts it at its hard timeout; where it goes on all the same, it keeps its key, so that loads do not pile up on a source that
 * is slow, and is given up in the end, so that one that hangs does not keep it for ever. After each of the first that were, the
 * next one of its key has twice the time.
 */
function limit(core: CacheCore, flight: Flight, request: LoadRequest): () => void {
  const { clock } = core.settings
  const { hardTimeout } = request.rules
  if (hardTimeout === Number.POSITIVE_INFINITY) return () => {}
  const abort = () => {
    // What is slow is a layer, which has a limit of its own.
    if (flight.loaded !== undefined) return
    const error = tooLate(hardTimeout)
    flight.abort(error)
    noteFailure(core, flight, request, error)
    if (flight.isDiscarded) return core.giveUp(flight)
    const longer = hardTimeout * 2 ** Math.min(core.overdue.before(flight).length, MOST_DOUBLINGS)
    timer = clock.schedule(Math.max(longer, PATIENCE), () => core.giveUp(flight), TIMER)
  }
  // Who waits has a timer of their own, and nothing else may hold the process.
  let timer = clock.schedule(hardTimeout, abort, TIMER)
  return () => timer.cancel()
}

/** Without a lock. */
function loadAlone(core: CacheCore, flight: Flight, request: LoadRequest): Promise<unknown> {
  const { lookup } = request
  return lookup === undefined ? loadUnlessFound(core, flight, request) : load(core, flight, request, lookup)
}

async function load(
  core: CacheCore,
  flight: Flight,
  request: LoadRequest,
  lookup: Beginning,
): Promise<unknown> {
  const { scope, key, previous, rules } = request
  const { clock, codec } = core.settings
  const startedAt = clock.monotonic()
  flight.begin(lookup.since, previous)
  const { context, verdict } = loadContext(flight, scope, key, previous, () => core.judgeTags(flight))
  core.counts.loads++
  const value = await runInside(flight, () => request.load(context))
  const held = isolate(value, codec)
  flight.loaded = { held }
  core.outdate(flight)
  if (verdict.isSkipped || flight.isDiscarded) return held
  // Others have had time to store a newer one.
  if (core.overdue.of(flight.key).includes(flight) && (await isOutdated(core, flight, scope))) return held
  const final = judged(rules, verdict)
  if (lifeOf(value, final) === 0) {
    if (previous !== undefined) await core.layers.invalidate({ keys: [flight.key] })
    return held
  }
  const entry = core.entryOf(
    held,
    final,
    flight.tags,
    core.settings.earlyRefresh > 0 ? clock.monotonic() - startedAt : 0,
  )
  core.precede(flight, entry)
  await core.layers.keep(scope, flight.key, entry, lookup)
  core.counts.sets++
  core.tell('set', scope, key)
  return held
}

/** Whether something newer is known, here or in a layer below, be it stale by now. */
async function isOutdated(core: CacheCore, flight: Flight, scope: Scope): Promise<boolean> {
  const lookup = await core.layers.lookup(scope, [flight.key], flight.tags)
  const found = better(lookup.found[0], core.layers.top.find(flight.key))
  return flight.isDiscarded || (found !== undefined && flight.isOlderThan(found))
}

/** One process of all loads; the others wait, and find what it has stored. */
async function loadLocked(
  core: CacheCore,
  lock: LoadLock,
  flight: Flight,
  request: LoadRequest,
): Promise<unknown> {
  const { hardTimeout } = request.rules
  const ttl = hardTimeout === Number.POSITIVE_INFINITY ? LEASE : hardTimeout
  const isGivenUp = new Promise<void>((resolve) => {
    flight.onGivenUp = resolve
  })
  const forgoing = new AbortController()
  let loading: Promise<unknown> | undefined
  try {
    await lock.hold(
      `cache:${flight.key}`,
      // Who has it renews it for as long as it loads, and loses it when it dies: there is no other reason to give up.
      {
        ttl,
        wait: hardTimeout,
        signal: AbortSignal.any([flight.signal, forgoing.signal]),
        onWait: () => waitForLock(flight, () => forgoing.abort(endless())),
      },
      () =>
        holdLock(flight, () => {
          loading = loadUnlessFound(core, flight, request)
          return Promise.race([loading, isGivenUp])
        }),
    )
    return await loading
  } catch (error) {
    // Without the lock it is still one load in this process.
    if (loading !== undefined || flight.signal.aborted) throw error
    core.tellError(error, 'lock', request.key)
    return loadAlone(core, flight, request)
  }
}

/** Told of a load that goes on without its lock. */
function endless(): ConflictError {
  return new ConflictError({
    code: 'DEADLOCK',
    message: 'A load that waits for another has its lock. Caches that share one need a namespace each.',
  })
}

async function loadUnlessFound(core: CacheCore, flight: Flight, request: LoadRequest): Promise<unknown> {
  const { scope, previous } = request
  const now = core.settings.clock.monotonic()
  const since = core.layers.top.version
  const lookup = await core.layers.lookup(scope, [flight.key], flight.tags)
  const found = better(lookup.found[0], core.layers.top.find(flight.key))
  if (found !== undefined && found.freshUntil > now && flight.isOlderThan(found)) {
    core.outdate(flight)
    flight.since = since
    flight.tags = found.tags
    core.judgeTags(flight)
    flight.loaded = found
    return found.held
  }
  const versions =
    lookup.versions.length === core.layers.lower.length
      ? lookup.versions
      : (await core.layers.lookup(scope, [], flight.tags)).versions
  // While the layers were asked all who waited may have left, and the cache may have been closed.
  if (flight.isCalledOff) throw flight.signal.reason
  return load(core, flight, { ...request, previous: better(previous, found) }, { since, versions })
}
