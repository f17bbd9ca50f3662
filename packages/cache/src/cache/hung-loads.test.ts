import { memoryLock } from '@base/core/lock'
import { TestClock } from '@base/core/testing'
import { deferred } from '@base-internal/tools/deferred'
import { describe, expect, test, vi } from 'vitest'
import { type CacheStore, memoryCacheStore } from '../store/index.js'
import { type Cache, type CacheOptions, createCache, type LoadContext } from './index.js'

const HARD = 100
/** How long a load that goes on is joined yet. */
const PATIENCE = 300_000

function setUp(options: Partial<CacheOptions> = {}) {
  const clock = new TestClock()
  const shared = memoryCacheStore({ clock })
  const node = (more: Partial<CacheOptions> = {}) =>
    createCache({
      layers: [memoryCacheStore({ clock }), { ...shared }],
      jitter: [0, 0],
      hardTimeout: HARD,
      clock,
      ...options,
      ...more,
    })
  return { clock, node }
}

/** Loads of which each waits for its own gate, deaf to its signal. */
function gated() {
  const gates = [deferred<string>(), deferred<string>(), deferred<string>()]
  let loads = 0
  const load = vi.fn((_: LoadContext) => gates[loads++]?.promise ?? 'at once')
  return { gates, load }
}

describe('a load that does not heed its hard timeout', () => {
  test('is joined for 5 minutes more; who comes then loads anew', async () => {
    const { clock, node } = setUp()
    const cache = node()
    const ask = (load: () => unknown) => cache.getOrSet('k', load).catch((error) => error.code)
    const hung = ask(() => new Promise(() => {}))
    await clock.advance(HARD + PATIENCE - 1)
    expect(await hung).toBe('TIMEOUT')
    const joined = ask(() => 'new')
    await clock.advance(1)
    expect(await ask(() => 'newer')).toBe('newer')
    await clock.advance(HARD)
    expect(await joined).toBe('TIMEOUT')
  })

  test.each([
    [999, 'late'],
    [1_000, undefined],
  ])('beside %i others of other keys: its late value is %j', async (others, value) => {
    const { clock, node } = setUp()
    const cache = node()
    const hung = (key: string, load: Promise<string>) => void cache.getOrSet(key, () => load).catch(() => {})
    const late = deferred<string>()
    hung('k', late.promise)
    await clock.advance(HARD + PATIENCE)
    for (let n = 0; n < others; n++) hung(`k${n}`, new Promise(() => {}))
    await clock.advance(HARD + PATIENCE)
    late.resolve('late')
    await clock.advance(0)
    expect(await cache.get('k')).toBe(value)
  })

  test('is a failure at its hard timeout, and none later', async () => {
    const { clock, node } = setUp()
    const cache = node()
    const errors = vi.fn()
    cache.on('error', errors)
    const late = deferred<string>()
    cache.getOrSet('k', () => late.promise).catch(() => {})
    await clock.advance(HARD)
    const failure = { source: 'loader', key: 'k', error: expect.objectContaining({ code: 'TIMEOUT' }) }
    expect([errors.mock.calls, cache.stats.loadFailures]).toEqual([[[failure]], 1])
    late.reject(new Error('late'))
    await clock.advance(0)
    expect([errors.mock.calls.length, cache.stats.loadFailures]).toEqual([1, 1])
  })

  test('lets those who come within the grace have the stale value at once', async () => {
    const { clock, node } = setUp({ grace: '1h' })
    const cache = node()
    await cache.set('k', 'old', { ttl: 1_000 })
    await clock.advance(1_000)
    const late = deferred<string>()
    const first = cache.getOrSet('k', () => late.promise)
    await clock.advance(HARD)
    const load = vi.fn()
    expect([await first, await cache.getOrSet('k', load)]).toEqual(['old', 'old'])
    late.resolve('late')
    await clock.advance(0)
    expect([await cache.getOrSet('k', load), load.mock.calls.length]).toEqual(['late', 0])
  })

  test('lets them have it for as long as it keeps its key, also where that is longer than 5 minutes', async () => {
    const { clock, node } = setUp({ grace: '1h', hardTimeout: '10m' })
    const cache = node()
    await cache.set('k', 'old', { ttl: 1_000 })
    await clock.advance(1_000)
    cache.getOrSet('k', () => new Promise(() => {}))
    await clock.advance(600_000 + PATIENCE)
    const seen = vi.fn()
    cache.getOrSet('k', () => 'new').then(seen)
    await clock.advance(0)
    expect(seen).toHaveBeenCalledWith('old')
    await clock.advance(600_000 - PATIENCE)
    cache.getOrSet('k', () => 'new')
    await clock.advance(0)
    expect(await cache.get('k')).toBe('new')
  })

  test.each([
    ['before', HARD / 2],
    ['after', 2 * HARD],
  ])('lets go of its lock where its key is deleted %s that', async (_, at) => {
    const clock = new TestClock()
    const { node } = setUp({ clock, lock: memoryLock({ clock }) })
    const cache = node()
    cache.getOrSet('k', () => new Promise(() => {})).catch(() => {})
    await clock.advance(at)
    await cache.delete('k')
    const seen = vi.fn()
    cache.getOrSet('k', () => 'new').then(seen, seen)
    await clock.advance(HARD - 1)
    expect(seen).toHaveBeenCalledWith('new')
  })

  test('is not outdated by a stale entry from a clock that is ahead', async () => {
    const { clock, node } = setUp({ ttl: 1_000, grace: '1h' })
    const ahead = memoryCacheStore({ clock })
    const layer: CacheStore = {
      ...ahead,
      getMany: async (...args) => {
        const read = await ahead.getMany(...args)
        const entries = read.entries.map((it) => it && { ...it, createdAt: (it.createdAt ?? 0) + 120_000 })
        return { ...read, entries }
      },
    }
    const cache = node({ layers: [memoryCacheStore({ clock }), layer] })
    await node({ layers: [memoryCacheStore({ clock }), layer] }).set('k', 'old')
    await clock.advance(1_000)
    const late = deferred<string>()
    const load = cache.getOrSet('k', () => late.promise)
    await clock.advance(HARD)
    expect(await load).toBe('old')
    await clock.advance(HARD)
    for (let read = 0; read < 2; read++) {
      expect(await cache.getEntry('k')).toMatchObject({ value: 'old', stale: true })
      await clock.advance(10)
    }
    late.resolve('late')
    await clock.advance(0)
    expect(await cache.get('k')).toBe('late')
  })

  test('in the background is followed by another one', async () => {
    const { clock, node } = setUp({ ttl: 1_000, staleWhileRevalidate: '1h' })
    const cache = node()
    await cache.set('k', 'old')
    await clock.advance(1_000)
    expect(await cache.getOrSet('k', () => new Promise(() => {}))).toBe('old')
    clock.assertIdle()
    await clock.advance(HARD + PATIENCE)
    expect(await cache.getOrSet('k', () => 'new')).toBe('old')
    await clock.advance(0)
    expect(await cache.get('k')).toBe('new')
  })

  test('under a lock leaves it to others, and renews it no more', async () => {
    const clock = new TestClock()
    const { node } = setUp({ clock, lock: memoryLock({ clock }), layers: [memoryCacheStore({ clock })] })
    const [a, b] = [node(), node({ layers: [memoryCacheStore({ clock })] })]
    a.getOrSet('k', () => new Promise(() => {})).catch(() => {})
    await clock.advance(HARD + PATIENCE)
    const other = b.getOrSet('k', () => 'value')
    await clock.advance(HARD - 1)
    expect(await other).toBe('value')
  })

  test.each([[undefined], ['a deletion']])('has its late value kept, but not after %s', async (deletion) => {
    const { clock, node } = setUp()
    const { gates, load } = gated()
    const cache = node()
    cache.getOrSet('k', load).catch(() => {})
    await clock.advance(HARD + PATIENCE)
    if (deletion !== undefined) await cache.delete('k')
    gates[0]?.resolve('late')
    await clock.advance(0)
    const expected = deletion === undefined ? 'late' : undefined
    expect([await cache.get('k'), await node().get('k')]).toEqual([expected, expected])
  })

  test.each<[first: number, second: number, kept: readonly string[]]>([
    [0, 1, ['v0', 'v1']],
    [1, 0, ['v1', 'v1']],
  ])(
    'does not put its value over that of a newer load: %i lands first, then %i',
    async (first, second, kept) => {
      const { clock, node } = setUp()
      const { gates, load } = gated()
      const cache = node()
      for (let call = 0; call < 2; call++) {
        cache.getOrSet('k', load).catch(() => {})
        await clock.advance(HARD + PATIENCE)
      }
      const seen: unknown[] = []
      for (const index of [first, second]) {
        gates[index]?.resolve(`v${index}`)
        await clock.advance(0)
        seen.push(await cache.get('k'))
      }
      expect([load.mock.calls.length, seen]).toEqual([2, kept])
    },
  )
})

describe('a value that a layer takes longer to keep than its hard timeout', () => {
  const slow = () => {
    const { clock, node } = setUp()
    const shared = memoryCacheStore({ clock })
    const gates: { set?: Promise<boolean> } = {}
    const store: CacheStore = { ...shared, set: async (...args) => gates.set ?? shared.set(...args) }
    const cache = node({ layers: [memoryCacheStore({ clock }), store], grace: '1h' })
    const errors: string[] = []
    cache.on('error', ({ source }) => errors.push(source))
    const hang = () => {
      gates.set = new Promise(() => {})
    }
    return { clock, cache, errors, hang }
  }

  test('is given to who waits, and the load has not failed', async () => {
    const { clock, cache, errors, hang } = slow()
    hang()
    const aborted = vi.fn()
    const load = ({ signal }: LoadContext) => {
      signal.addEventListener('abort', aborted)
      return 'value'
    }
    const loads = [cache.getOrSet('k', load), cache.getOrSet('k', load)]
    await clock.advance(HARD)
    expect(await Promise.all(loads)).toEqual(['value', 'value'])
    await clock.advance(250 - HARD)
    expect([errors, cache.stats.loadFailures, aborted.mock.calls.length]).toEqual([['layer'], 0, 0])
    expect(await cache.get('k')).toBe('value')
  })

  test('is given in the place of a stale one, at the soft timeout as well', async () => {
    const { clock, cache, hang } = slow()
    await cache.set('k', 'old', { ttl: 1_000 })
    await clock.advance(1_000)
    hang()
    const loaded = cache.getOrSet('k', () => 'new', { softTimeout: 10 })
    await clock.advance(10)
    expect(await loaded).toBe('new')
  })

  test('is not given to who came after the invalidation of a tag that its loader named later', async () => {
    const { clock, cache, hang } = slow()
    hang()
    const gate = deferred()
    let loads = 0
    const load = async ({ setTags }: LoadContext) => {
      const number = ++loads
      await gate.promise
      if (number === 1) setTags(['t'])
      return number
    }
    const before = cache.getOrSet('k', load)
    await clock.advance(0)
    await cache.deleteByTag('t')
    const after = cache.getOrSet('k', load)
    gate.resolve()
    await clock.advance(HARD)
    expect([await before, await after]).toEqual([1, 2])
  })
})

describe('the late value of a load that was given up', () => {
  /** A node whose load of `k` was given up, and another that has loaded `new` since. */
  const outdated = async (options: Partial<CacheOptions> = {}) => {
    const { clock, node } = setUp(options)
    const { gates, load } = gated()
    const cache = node()
    cache.getOrSet('k', load).catch(() => {})
    await clock.advance(HARD + PATIENCE)
    await node().getOrSet('k', () => 'new', { ttl: 1_000 })
    const land = async () => {
      gates[0]?.resolve('late')
      await clock.advance(0)
      return [await cache.get('k'), await node().get('k')]
    }
    return { clock, cache, land }
  }

  test.each<[string, (cache: Cache) => Promise<unknown>]>([
    ['by get', (cache) => cache.get('k')],
    ['by getMany', (cache) => cache.getMany(['x', 'k']).then(([, value]) => value)],
    ['by getOrSet', (cache) => cache.getOrSet('k', () => 'never')],
  ])(
    'does not come after one of another node that was read %s, also once that has ended',
    async (_, read) => {
      const { clock, cache, land } = await outdated()
      expect(await read(cache)).toBe('new')
      await clock.advance(1_000)
      expect(await land()).toEqual([undefined, undefined])
    },
  )

  test('does not take the place of one of another node that nobody has read here', async () => {
    const { land } = await outdated()
    expect(await land()).toEqual(['new', 'new'])
  })

  test.each<[string, (cache: Cache) => Promise<unknown>]>([
    ['by getEntry', (cache) => cache.getEntry('k')],
    ['by getMany', (cache) => cache.getMany(['x', 'k'])],
  ])(
    'does not come after one of another node that was read %s when it was stale, also once that is gone',
    async (_, read) => {
      const { clock, cache, land } = await outdated({ grace: 1_000 })
      await clock.advance(1_000)
      await read(cache)
      await clock.advance(1_000)
      expect(await land()).toEqual([undefined, undefined])
    },
  )

  test('does not take the place of one of another node that is kept as stale', async () => {
    const { clock, cache, land } = await outdated({ grace: '1h' })
    await clock.advance(1_000)
    expect(await land()).toEqual([undefined, undefined])
    expect(await cache.getEntry('k')).toMatchObject({ value: 'new', stale: true })
  })

  test('takes the place of the stale entry that it was to replace', async () => {
    const { clock, node } = setUp({ grace: '1h' })
    const { gates, load } = gated()
    const cache = node()
    await node().set('k', 'before', { ttl: 1_000 })
    await clock.advance(1_000)
    cache.getOrSet('k', load).catch(() => {})
    await clock.advance(HARD + PATIENCE)
    expect(await cache.getEntry('k')).toMatchObject({ value: 'before', stale: true })
    gates[0]?.resolve('late')
    await clock.advance(0)
    expect([await cache.get('k'), await node().get('k')]).toEqual(['late', 'late'])
  })

  test('takes the place of the entry that it was to refresh', async () => {
    const { clock, node } = setUp({ ttl: 4_000_000, earlyRefresh: true, random: () => 0.999 })
    const { gates, load } = gated()
    const cache = node()
    const slow = () => clock.sleep(100_000).then(() => 'before')
    const first = cache.getOrSet('k', slow, { hardTimeout: '10m' })
    await clock.advance(100_000)
    await first
    await clock.advance(3_500_000)
    expect(await cache.getOrSet('k', load)).toBe('before')
    await clock.advance(HARD + PATIENCE)
    const other = node()
    expect([await cache.get('k'), await other.get('k')]).toEqual(['before', 'before'])
    gates[0]?.resolve('late')
    await clock.advance(0)
    expect([load.mock.calls.length, await cache.get('k'), await node().get('k')]).toEqual([1, 'late', 'late'])
  })

  test('takes the place of that of an older one, though that was read', async () => {
    const { clock, node } = setUp({ ttl: '1h' })
    const { gates, load } = gated()
    const cache = node({ layers: [{ ...memoryCacheStore({ clock }) }] })
    const ask = () => cache.getOrSet('k', load).catch(() => {})
    ask()
    await clock.advance(HARD + PATIENCE)
    ask()
    gates[0]?.resolve('v0')
    await clock.advance(0)
    expect(await cache.get('k')).toBe('v0')
    await clock.advance(HARD + PATIENCE)
    expect(await cache.get('k')).toBe('v0')
    gates[1]?.resolve('v1')
    await clock.advance(0)
    expect(await cache.get('k')).toBe('v1')
  })
})

describe('loads that hang, one after the other', () => {
  /** Loads of one key that are given up, one after the other, each with a gate of its own. */
  async function hang(count: number) {
    const { clock, node } = setUp()
    const cache = node()
    const gates = Array.from({ length: count }, () => deferred<string>())
    for (const gate of gates) {
      cache.getOrSet('k', () => gate.promise).catch(() => {})
      await clock.advance(HARD + PATIENCE)
    }
    return { clock, cache, gates }
  }

  test('are each joined for 5 minutes after their hard timeout, and no longer', async () => {
    const { cache } = await hang(10)
    expect(await cache.getOrSet('k', () => 'back')).toBe('back')
  })

  test('are joined for one, two and four times a hard timeout that is longer', async () => {
    const { clock, node } = setUp({ hardTimeout: PATIENCE })
    const cache = node()
    const load = vi.fn(() => new Promise(() => {}))
    for (const joined of [1, 2, 4, 4]) {
      const calls = load.mock.calls.length
      for (let time = 0; time <= joined; time++) {
        cache.getOrSet('k', load).catch(() => {})
        await clock.advance(PATIENCE)
      }
      expect(load).toHaveBeenCalledTimes(calls + 1)
    }
  })

  test.each([
    [1, undefined],
    [2, 'late'],
  ])('are of use for the last six: that of index %i of eight', async (index, expected) => {
    const { clock, cache, gates } = await hang(8)
    gates[index]?.resolve('late')
    await clock.advance(0)
    expect(await cache.get('k')).toBe(expected)
  })

  test('leave the late value of one to be kept after that of an older one which a deletion made useless', async () => {
    const { clock, node } = setUp()
    const { gates, load } = gated()
    const cache = node()
    const older = cache.getOrSet('k', load, { hardTimeout: '10m' })
    await clock.advance(0)
    await cache.delete('k')
    cache.getOrSet('k', load).catch(() => {})
    await clock.advance(HARD + PATIENCE)
    gates[0]?.resolve('before')
    expect([await older, await cache.get('k')]).toEqual(['before', undefined])
    gates[1]?.resolve('after')
    await clock.advance(0)
    expect(await cache.get('k')).toBe('after')
  })

  test('are waited for by close no longer once they are given up and of no use', async () => {
    const { clock, node } = setUp()
    const cache = node()
    cache.getOrSet('k', () => new Promise(() => {})).catch(() => {})
    await clock.advance(0)
    await cache.delete('k')
    await clock.advance(HARD + PATIENCE)
    const closed = vi.fn()
    const closing = cache.close().then(closed)
    await clock.advance(0)
    expect(closed).toHaveBeenCalled()
    await closing
  })
})

describe('closing', () => {
  test('waits for the loads that run for a second, then aborts them, and waits no longer for those that do not heed it', async () => {
    const { clock, node } = setUp({ hardTimeout: Number.POSITIVE_INFINITY })
    const cache = node()
    const errors = vi.fn()
    cache.on('error', errors)
    const { gates, load } = gated()
    const heeding = cache.getOrSet(
      'heeds',
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
        }),
    )
    heeding.catch(() => {})
    const deaf = cache.getOrSet('deaf', load)
    await clock.advance(0)
    const isClosed = vi.fn()
    const closing = cache.close().then(isClosed)
    await clock.advance(999)
    expect(isClosed).not.toHaveBeenCalled()
    await clock.advance(1)
    await expect(heeding).rejects.toMatchObject({ code: 'CACHE_CLOSED' })
    await closing
    gates[0]?.resolve('late')
    expect(await deaf).toBe('late')
    expect([await node().get('deaf'), errors.mock.calls, cache.stats.loadFailures]).toEqual([
      undefined,
      [],
      0,
    ])
    clock.assertIdle()
  })
})

describe('the abort of the last caller', () => {
  const left = async (options: Partial<CacheOptions> = {}) => {
    const clock = new TestClock()
    const { node } = setUp({ clock, layers: [memoryCacheStore({ clock })], ...options })
    const cache = node({ hardTimeout: Number.POSITIVE_INFINITY })
    const errors = vi.fn()
    cache.on('error', errors)
    const controller = new AbortController()
    const { promise, reject } = deferred<string>()
    const asking = cache.getOrSet('k', () => promise, { signal: controller.signal })
    asking.catch(() => {})
    await clock.advance(0)
    controller.abort('gone')
    await expect(asking).rejects.toBe('gone')
    return { clock, cache, errors, reject }
  }

  test('makes how its load ends nobody’s concern: it is no failure', async () => {
    const { clock, cache, errors, reject } = await left()
    reject(new Error('aborted'))
    await clock.advance(0)
    expect([errors.mock.calls, cache.stats.loads, cache.stats.loadFailures]).toEqual([[], 1, 0])
  })

  test('makes its load nothing that close waits for, though that goes on', async () => {
    const { clock, cache } = await left()
    const closed = vi.fn()
    const closing = cache.close().then(closed)
    await clock.advance(0)
    expect(closed).toHaveBeenCalled()
    await closing
    clock.assertIdle()
  })

  test('leaves the lock to others, although the loader goes on', async () => {
    const lock = memoryLock()
    const { cache } = await left({ lock })
    const lease = await lock.tryAcquire('cache:k')
    expect(lease).toBeDefined()
    await lease?.release()
    expect(await cache.getOrSet('k', () => 'new')).toBe('new')
  })
})
