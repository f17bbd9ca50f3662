import { type Clock, systemClock } from '@base/core/clock'
import { type Codec, jsonCodec } from '@base/core/codec'
import { toMilliseconds } from '@base/core/duration'
import type { Lock } from '@base/core/lock'
import { checkFunction, checkMethods, checkNumber, checkOptions, invalidOption } from '@base/core/options'
import type { CacheBus } from '../bus/cache-bus.js'
import type { CacheStore } from '../store/cache-store.js'
import { engineOf } from '../store/memory-cache-store.js'
import type { CacheOptions, InvalidationRule } from './cache-options.js'
import type { LayerTimeouts } from './lower-layer.js'
import { durationOf, type Rules } from './rules.js'
import { checkKey, Scope } from './scope.js'
import type { MemoryTtl } from './top-layer.js'

/** In milliseconds. */
const DEFAULT_TTL = 300_000
/** That of memory for entries with tags, where nobody tells of what others invalidate. */
const MEMORY_TTL = 5_000

/** The options of a cache, checked and complete. */
export interface Settings extends Rules {
  readonly layers: readonly CacheStore<unknown>[]
  readonly layerTimeouts: LayerTimeouts
  readonly memoryTtl: MemoryTtl
  readonly bus: CacheBus | undefined
  readonly scope: Scope
  readonly jitter: readonly [number, number]
  /** 0 where there is none. */
  readonly earlyRefresh: number
  readonly codec: Codec
  readonly lock: Lock | undefined
  readonly invalidation: ReadonlyMap<string, (payload: unknown) => InvalidationRule>
  readonly clock: Clock
  readonly random: () => number
}

const place = (option: string) => ({ package: '@base/cache', pattern: 'createCache', option })

/** @throws InvalidOptionError naming the first option that is wrong. */
export function settingsOf(options: CacheOptions): Settings {
  checkOptions(options, place('options'))
  return { ...parts(options), ...rules(options) }
}

function parts(options: CacheOptions): Omit<Settings, keyof Rules> {
  const { bus, lock, clock = systemClock, codec = jsonCodec, random = Math.random, namespace } = options
  const { layerTimeouts = {}, jitter = [0.05, 0.15], earlyRefresh = false, invalidation = {} } = options
  const outermost = new Scope('')
  return {
    layers: checkLayers(options.layers),
    memoryTtl: memoryTtlOf(options),
    layerTimeouts: checkLayerTimeouts(layerTimeouts),
    bus: bus === undefined ? undefined : checkMethods(bus, ['publish', 'subscribe'], place('bus')),
    lock: lock === undefined ? undefined : checkMethods(lock, ['acquire'], place('lock')),
    clock: checkMethods(clock, ['now', 'monotonic', 'schedule', 'sleep'], place('clock')),
    codec: checkMethods(codec, ['encode', 'decode'], place('codec')),
    random: checkFunction(random, place('random')),
    scope: namespace === undefined ? outermost : outermost.within(namespace),
    jitter: checkJitter(jitter),
    earlyRefresh: checkEarlyRefresh(earlyRefresh),
    invalidation: checkInvalidation(invalidation),
  }
}

function rules(options: CacheOptions): Rules {
  const { ttlByPattern = {} } = options
  return {
    ttl: durationOf(options, 'ttl', DEFAULT_TTL),
    grace: durationOf(options, 'grace', 0),
    staleWhileRevalidate: durationOf(options, 'staleWhileRevalidate', 0),
    softTimeout: durationOf(options, 'softTimeout', Number.POSITIVE_INFINITY),
    hardTimeout: durationOf(options, 'hardTimeout', Number.POSITIVE_INFINITY),
    negativeTtl: durationOf(options, 'negativeTtl', undefined),
    ttlByPattern: checkTtlByPattern(ttlByPattern),
  }
}

function checkTtlByPattern(lives: NonNullable<CacheOptions['ttlByPattern']>): Rules['ttlByPattern'] {
  return Object.entries(checkRecord(lives, 'ttlByPattern')).map(([pattern, life]) => [
    checkKey(pattern, 'ttlByPattern'),
    toMilliseconds(life, { ...place(`ttlByPattern.${pattern}`), infinity: true }),
  ])
}

/** An object with fields, also of a class: of a `Map` no entry would be seen, and of a promise nothing at all. */
export function checkRecord<T extends object>(value: T & { readonly then?: unknown }, option: string): T {
  const isRecord = typeof value === 'object' && value !== null && !(Symbol.iterator in value)
  if (isRecord && typeof value.then !== 'function') return value
  throw invalidOption(value, place(option), 'an object, and no list, map or promise')
}

const METHODS = ['getMany', 'set', 'setMany', 'delete', 'bumpTags', 'scan', 'clear', 'close'] as const

function checkLayers(layers: unknown): readonly CacheStore<unknown>[] {
  if (!Array.isArray(layers) || layers.length === 0) {
    throw invalidOption(layers, place('layers'), 'an array of at least one store')
  }
  for (const [index, layer] of (layers as CacheStore<unknown>[]).entries()) {
    checkMethods(layer, METHODS, place(`layers[${index}]`))
    if (layer.encoding !== 'bytes' && layer.encoding !== 'objects')
      throw invalidOption(layer.encoding, place(`layers[${index}].encoding`), `'bytes' or 'objects'`)
  }
  return layers
}

/** Of layers that are checked. */
function memoryTtlOf({ memoryTtl, layers, bus }: CacheOptions): MemoryTtl {
  const hasLower = layers.length > 1
  const plain = Number.POSITIVE_INFINITY
  if (memoryTtl === undefined) return { plain, tagged: hasLower && bus === undefined ? MEMORY_TTL : plain }
  const given = toMilliseconds(memoryTtl, { ...place('memoryTtl'), positive: true, infinity: true })
  // Alone a layer has none to ask; that is usual where Redis is there in production only.
  if (!hasLower) return { plain, tagged: plain }
  if (engineOf(layers[0] as CacheStore) === undefined)
    throw invalidOption(
      memoryTtl,
      place('memoryTtl'),
      'left out where the first layer is no memoryCacheStore()',
    )
  return { plain: given, tagged: given }
}

function checkLayerTimeouts(timeouts: NonNullable<CacheOptions['layerTimeouts']>): LayerTimeouts {
  if (typeof timeouts !== 'object' || timeouts === null)
    throw invalidOption(timeouts, place('layerTimeouts'), 'an object')
  const { read = 100, write = 250 } = timeouts
  return {
    read: toMilliseconds(read, { ...place('layerTimeouts.read'), positive: true }),
    write: toMilliseconds(write, { ...place('layerTimeouts.write'), positive: true }),
  }
}

function checkJitter(jitter: unknown): readonly [number, number] {
  if (!Array.isArray(jitter) || jitter.length !== 2)
    throw invalidOption(jitter, place('jitter'), 'two numbers')
  const from = checkNumber(jitter[0], { ...place('jitter[0]'), max: 0.99 })
  return [from, checkNumber(jitter[1], { ...place('jitter[1]'), min: from, max: 0.99 })]
}

function checkEarlyRefresh(value: boolean | number): number {
  if (typeof value === 'boolean') return value ? 1 : 0
  return checkNumber(value, { ...place('earlyRefresh'), above: true })
}

function checkInvalidation(rules: NonNullable<CacheOptions['invalidation']>): Settings['invalidation'] {
  return new Map(
    Object.entries(checkRecord(rules, 'invalidation')).map(([event, rule]) => [
      event,
      checkFunction(rule, place(`invalidation.${event}`)) as (payload: unknown) => InvalidationRule,
    ]),
  )
}
