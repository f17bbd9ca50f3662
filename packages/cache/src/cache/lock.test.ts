import { type Lease, type Lock, memoryLock } from '@base/core/lock'
import { TestClock } from '@base/core/testing'
import { type Deferred, deferred } from '@base-internal/tools/deferred'
import { describe, expect, test, vi } from 'vitest'
import { type CacheStore, memoryCacheStore } from '../store/index.js'
import { createCache } from './index.js'

/** When a load with a hard timeout of 100 ms is given up. */
const GIVEN_UP = 100 + 300_000

/** Two processes that share a store and a lock. */
function pair(more: { readonly lock?: Lock; readonly hardTimeout?: number } = {}) {
  const clock = new TestClock()
  const shared = memoryCacheStore({ clock })
  const lock = more.lock ?? memoryLock({ clock })
  const make = () =>
    createCache({
      layers: [memoryCacheStore({ clock }), { ...shared }],
      jitter: [0, 0],
      clock,
      ...more,
      lock,
    })
  return { clock, lock, shared, a: make(), b: make() }
}

describe('a cache with a lock', () => {
  test('runs the loader once in all processes, and the others find what it stored', async () => {
    const { clock, a, b } = pair()
    const load = vi.fn(async () => {
      await clock.sleep(100)
      return 'value'
    })
    const calls = [a, b].flatMap((cache) => Array.from({ length: 10 }, () => cache.getOrSet('k', load)))
    await clock.advance(200)
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['value']))
    expect(load).toHaveBeenCalledTimes(1)
    clock.assertIdle()
  })

  test.each([
    ['does with the late value of one that was given up, where that comes while it waits', 'late', 1],
    ['loads anew where that has ended before its turn', 'new', 2],
  ])('%s', async (_, expected, loads) => {
    const { clock, lock, a } = pair({ hardTimeout: 100 })
    const gate = deferred<string>()
    const load = vi.fn(() => (load.mock.calls.length === 1 ? gate.promise : 'new'))
    a.getOrSet('k', load, { ttl: 1_000 }).catch(() => {})
    await clock.advance(GIVEN_UP)
    const lease = await lock.tryAcquire('cache:k', { ttl: 10_000 })
    const second = a.getOrSet('k', load, { hardTimeout: 5_000 })
    await clock.advance(0)
    gate.resolve('late')
    await clock.advance(0)
    expect(await a.get('k')).toBe('late')
    await clock.advance(loads === 1 ? 0 : 1_000)
    await lease?.release()
    await clock.advance(1_000)
    expect([await second, load.mock.calls.length]).toEqual([expected, loads])
  })

  test.each<[string, (turn: Deferred<void>) => void]>([
    ['got the lock', (turn) => turn.resolve()],
    ['heard that the lock is away', (turn) => turn.reject(new Error('away'))],
  ])('keeps the late value of a load in the place of an older one that came before it %s', async (_, end) => {
    const { clock, lock, a } = pair({ hardTimeout: 100 })
    const gates = [deferred<string>(), deferred<string>()]
    let calls = 0
    const load = () => gates[calls++]?.promise
    a.getOrSet('k', load, { ttl: 1_000, grace: '1h' }).catch(() => {})
    await clock.advance(GIVEN_UP)
    const turn = deferred()
    vi.spyOn(lock, 'tryAcquire').mockResolvedValueOnce(undefined)
    vi.spyOn(lock, 'acquire').mockImplementationOnce(async (key) => {
      await turn.promise
      return (await lock.tryAcquire(key)) as Lease
    })
    a.getOrSet('k', load, { hardTimeout: 5_000 }).catch(() => {})
    await clock.advance(0)
    gates[0]?.resolve('first')
    await clock.advance(1_000)
    end(turn)
    await clock.advance(35_000)
    expect([calls, await a.getEntry('k')]).toMatchObject([2, { value: 'first', stale: true }])
    gates[1]?.resolve('second')
    await clock.advance(0)
    expect(await a.get('k')).toBe('second')
  })

  test('keeps the late value of a load in the place of one that had ended when it got the lock', async () => {
    const { clock, lock, a, b } = pair({ hardTimeout: 100 })
    const gate = deferred<string>()
    const lease = await lock.tryAcquire('cache:k', { ttl: 10_000 })
    a.getOrSet('k', () => gate.promise, { hardTimeout: 5_000 }).catch(() => {})
    await clock.advance(0)
    await b.set('k', 'ended', { ttl: 1_000, grace: '1h' })
    await clock.advance(1_000)
    await lease?.release()
    await clock.advance(35_000)
    gate.resolve('late')
    await clock.advance(0)
    expect([await a.get('k'), await b.get('k')]).toEqual(['late', 'late'])
  })

  test('renews the lease while a long load runs', async () => {
    const { clock, a, b } = pair()
    const load = vi.fn(async () => {
      await clock.sleep('29s')
      await clock.sleep('29s')
      return 'value'
    })
    const first = a.getOrSet('k', load)
    await clock.advance('40s')
    const second = b.getOrSet('k', load)
    await clock.advance('20s')
    expect([await first, await second, load.mock.calls.length]).toEqual(['value', 'value', 1])
  })

  test('waits for a load in another process for longer than a lease as well', async () => {
    const { clock, a, b } = pair()
    const load = vi.fn(async () => {
      for (let part = 0; part < 5; part++) await clock.sleep('20s')
      return 'value'
    })
    const both = [a, b].map((cache) => cache.getOrSet('k', load))
    await clock.advance('101s')
    expect([await Promise.all(both), load.mock.calls.length]).toEqual([['value', 'value'], 1])
    clock.assertIdle()
  })

  test('does not give what another process has loaded to who comes after the invalidation of its tag', async () => {
    const { clock, lock, a, shared } = pair()
    let gate = Promise.resolve()
    const slow: CacheStore = {
      ...shared,
      getMany: async (...args) => {
        const read = await shared.getMany(...args)
        // The answer to the question for the marks of its tags.
        if (args[0].length === 0) await gate
        return read
      },
    }
    const b = createCache({ layers: [memoryCacheStore({ clock }), slow], jitter: [0, 0], clock, lock })
    const old = async () => {
      await clock.sleep(100)
      return 'old'
    }
    const load = vi.fn(() => 'new')
    const before = [a.getOrSet('k', old, { tags: ['t'] }), b.getOrSet('k', load)]
    await clock.advance(50)
    const { promise, resolve } = deferred()
    gate = promise
    await clock.advance(50)
    await b.deleteByTag('t')
    const after = b.getOrSet('k', load)
    resolve()
    expect([...(await Promise.all(before)), await after]).toEqual(['old', 'old', 'new'])
    expect(load).toHaveBeenCalledOnce()
  })

  test('does not give what another process has loaded for what is set while it is read', async () => {
    const { clock, lock, a, shared } = pair()
    const gates = { read: Promise.resolve(), set: Promise.resolve() }
    const slow: CacheStore = {
      ...shared,
      getMany: async (...args) => {
        const read = await shared.getMany(...args)
        await gates.read
        return read
      },
      set: async (...args) => {
        await gates.set
        return shared.set(...args)
      },
    }
    const b = createCache({ layers: [memoryCacheStore({ clock }), slow], jitter: [0, 0], clock, lock })
    const old = async () => {
      await clock.sleep(100)
      return 'old'
    }
    const both = [a, b].map((cache) => cache.getOrSet('k', old))
    await clock.advance(50)
    const [read, set] = [deferred(), deferred()]
    Object.assign(gates, { read: read.promise, set: set.promise })
    const setting = b.set('k', 'set')
    await clock.advance(50)
    set.resolve()
    await setting
    read.resolve()
    expect([...(await Promise.all(both)), await b.get('k')]).toEqual(['old', 'old', 'set'])
  })

  test('runs no loader for who has left while a layer was asked for what others have stored', async () => {
    const { clock, shared } = pair()
    const gate = deferred()
    const slow: CacheStore['getMany'] = async (keys, tags, options) => {
      if (reads++ === 1) await gate.promise
      return shared.getMany(keys, tags, options)
    }
    let reads = 0
    const cache = createCache({
      layers: [memoryCacheStore({ clock }), { ...shared, getMany: slow }],
      lock: memoryLock({ clock }),
      clock,
    })
    const load = vi.fn()
    const controller = new AbortController()
    const asking = cache.getOrSet('k', load, { signal: controller.signal })
    await clock.advance(0)
    controller.abort(new Error('gone'))
    await expect(asking).rejects.toThrow('gone')
    gate.resolve()
    await clock.advance(0)
    expect([reads, load.mock.calls.length]).toEqual([2, 0])
  })

  test('takes over from a process that died while it loaded', async () => {
    const { clock, lock, b } = pair()
    await lock.acquire('cache:k', { ttl: '30s' })
    const waiting = b.getOrSet('k', () => 'value')
    await clock.advance('31s')
    expect(await waiting).toBe('value')
  })

  test('after a failure in one process another one loads', async () => {
    const { clock, a, b } = pair()
    const first = a.getOrSet('k', async () => {
      await clock.sleep(100)
      throw new Error('down')
    })
    first.catch(() => {})
    const second = b.getOrSet('k', () => 'up')
    await clock.advance(200)
    await expect(first).rejects.toThrow('down')
    expect(await second).toBe('up')
  })

  test('a lock that fails is no reason to fail: one load a process', async () => {
    const down = {
      acquire: () => Promise.reject(new Error('no connection')),
      tryAcquire: () => Promise.resolve(undefined),
    }
    const { a } = pair({ lock: down })
    const heard = vi.fn()
    a.on('error', heard)
    expect(await a.getOrSet('k', () => 'value')).toBe('value')
    expect(heard).toHaveBeenCalledWith(expect.objectContaining({ source: 'lock', key: 'k' }))
  })

  test('a background load under a lock loads: its own stale value is no answer', async () => {
    const clock = new TestClock()
    const options = { jitter: [0, 0] as const, ttl: 1_000, staleWhileRevalidate: '1h' as const, clock }
    const cache = createCache({
      ...options,
      layers: [memoryCacheStore({ clock })],
      lock: memoryLock({ clock }),
    })
    await cache.getOrSet('k', () => 1)
    await clock.advance(1_000)
    expect(await cache.getOrSet('k', () => 2)).toBe(1)
    await clock.advance(0)
    expect(await cache.get('k')).toBe(2)
  })
})

/** A process whose lock does what it is told to. */
function alone(tryAcquire: Lock['tryAcquire'], more: { readonly hardTimeout?: number } = {}) {
  const clock = new TestClock()
  const asked = vi.fn(tryAcquire)
  const lock: Lock = { tryAcquire: asked, acquire: (...args) => asked(...args) as Promise<Lease> }
  const cache = createCache({ layers: [memoryCacheStore({ clock })], clock, lock, ...more })
  return { clock, asked, cache }
}

describe('a cache whose lock', () => {
  test('does not answer loads well before the hard timeout', async () => {
    const { clock, cache } = alone(() => new Promise(() => {}), { hardTimeout: 500 })
    const loaded = cache.getOrSet('k', () => clock.sleep(5).then(() => 'value'))
    await clock.advance(131)
    expect([await loaded, clock.pending]).toEqual(['value', 0])
  })

  test('does not answer waits for it as for the write of a layer where there is time', async () => {
    const { clock, cache } = alone(() => new Promise(() => {}))
    const load = vi.fn(() => 'value')
    const loaded = cache.getOrSet('k', load)
    await clock.advance(249)
    expect(load).not.toHaveBeenCalled()
    await clock.advance(1)
    expect(await loaded).toBe('value')
  })

  test.each<[string, Lock['tryAcquire']]>([
    ['does not answer', () => new Promise(() => {})],
    ['refuses', () => Promise.reject(new Error('away'))],
  ])('%s is left alone for a second after three failures; then one load asks', async (_, tryAcquire) => {
    const { clock, asked, cache } = alone(tryAcquire)
    const errors: string[] = []
    cache.on('error', ({ source }) => errors.push(source))
    const load = async (key: string) => {
      const loaded = cache.getOrSet(key, () => key)
      await clock.advance(asked.mock.calls.length <= 3 ? 250 : 0)
      return loaded
    }
    for (const key of ['a', 'b', 'c', 'd', 'e']) expect(await load(key)).toBe(key)
    expect([asked.mock.calls.length, errors]).toEqual([3, ['lock', 'lock', 'lock']])
    await clock.advance(1_000)
    const both = ['f', 'g'].map((key) => cache.getOrSet(key, () => key))
    await clock.advance(250)
    expect([await Promise.all(both), asked.mock.calls.length]).toEqual([['f', 'g'], 4])
  })

  test('is slow for the hasty is not left alone by others', async () => {
    const lock = memoryLock()
    const slow: Lock['tryAcquire'] = async (...args) => {
      await clock.sleep(30)
      return lock.tryAcquire(...args)
    }
    const { clock, asked, cache } = alone(slow)
    const load = async (key: string, options?: { readonly hardTimeout: number }) => {
      const loaded = cache.getOrSet(key, () => key, options)
      await clock.advance(100)
      return loaded
    }
    for (const key of ['a', 'b', 'c', 'd']) expect(await load(key, { hardTimeout: 100 })).toBe(key)
    expect(asked).toHaveBeenCalledTimes(3)
    expect([await load('e'), asked.mock.calls.length]).toEqual(['e', 4])
    expect([await load('f', { hardTimeout: 100 }), asked.mock.calls.length]).toEqual(['f', 4])
  })

  test('is back is asked by all again', async () => {
    let isAway = true
    const lock = memoryLock()
    const { clock, asked, cache } = alone(async (...args) => {
      if (isAway) throw new Error('away')
      return lock.tryAcquire(...args)
    })
    for (const key of ['a', 'b', 'c', 'd']) await cache.getOrSet(key, () => key)
    isAway = false
    await clock.advance(1_000)
    for (const key of ['e', 'f', 'g']) await cache.getOrSet(key, () => key)
    expect(asked).toHaveBeenCalledTimes(6)
  })

  test('answers late gives back what nobody waits for', async () => {
    const release = vi.fn(async () => ({ released: true }))
    const answer = deferred<Lease>()
    const { clock, cache } = alone(() => answer.promise)
    const loaded = cache.getOrSet('k', () => 'value')
    await clock.advance(250)
    expect(await loaded).toBe('value')
    answer.resolve({ release } as unknown as Lease)
    await clock.advance(0)
    expect(release).toHaveBeenCalledOnce()
  })

  test.each([
    ['and no hard timeout', undefined, 250],
    ['and one of 500 ms', 500, 125],
  ])(
    'does not take back what it gave: the value waits no longer than for a try, %s',
    async (_, hard, wait) => {
      const lease = {
        extend: async () => {},
        signal: new AbortController().signal,
        release: () => new Promise(() => {}),
      }
      const options = hard === undefined ? {} : { hardTimeout: hard }
      const { clock, cache } = alone(async () => lease as unknown as Lease, options)
      const got = vi.fn()
      const loaded = cache.getOrSet('k', () => 'value').then(got)
      await clock.advance(wait)
      await loaded
      expect([got.mock.calls, cache.stats.loadFailures, clock.pending]).toEqual([[['value']], 0, 0])
    },
  )

  test('others hold has not failed: one load in all, of the next key too', async () => {
    const { clock, lock, a, b } = pair()
    const keys = ['a', 'b', 'c', 'd']
    const leases = await Promise.all(keys.map((key) => lock.acquire(`cache:${key}`)))
    const waiting = keys.map((key) => a.getOrSet(key, () => key))
    await clock.advance('20s')
    const load = vi.fn(async () => {
      await clock.sleep(100)
      return 'value'
    })
    const both = [a, b].map((cache) => cache.getOrSet('k', load))
    await clock.advance(200)
    expect([await Promise.all(both), load.mock.calls.length]).toEqual([['value', 'value'], 1])
    for (const lease of leases) await lease.release()
    await clock.advance(100)
    expect(await Promise.all(waiting)).toEqual(keys)
  })

  test('only waits, in JavaScript, is waited for', async () => {
    const { lock } = pair()
    const acquire = vi.fn<Lock['acquire']>(lock.acquire.bind(lock))
    const { a } = pair({ lock: { acquire } as unknown as Lock })
    expect([await a.getOrSet('k', () => 'value'), acquire.mock.calls.length]).toEqual(['value', 1])
  })

  test('goes away while another process has it is no reason to fail either', async () => {
    const lock = { tryAcquire: async () => undefined, acquire: () => Promise.reject(new Error('away')) }
    const { a } = pair({ lock })
    const errors: string[] = []
    a.on('error', ({ source }) => errors.push(source))
    expect([await a.getOrSet('k', () => 'value'), errors]).toEqual(['value', ['lock']])
  })
})

describe('caches that share a lock and have no namespaces', () => {
  /** What is loaded, and what is made of it under the same key. */
  function rawAndRendered() {
    const clock = new TestClock()
    const lock = memoryLock({ clock })
    const make = () => createCache({ layers: [memoryCacheStore({ clock })], lock, clock })
    const [raw, rendered] = [make(), make()]
    const errors: unknown[] = []
    for (const cache of [raw, rendered])
      cache.on('error', ({ error, source, key }) =>
        errors.push([(error as { code?: string }).code, source, key]),
      )
    return { clock, raw, rendered, errors, told: [['DEADLOCK', 'lock', 'k']] }
  }

  test('do not wait for each other’s load of a key for ever: the inner one does without the lock', async () => {
    const { clock, raw, rendered, errors, told } = rawAndRendered()
    const page = rendered.getOrSet('k', async () => `<${await raw.getOrSet('k', () => 'text')}>`)
    await clock.advance(0)
    expect([await page, await raw.get('k'), errors]).toEqual(['<text>', 'text', told])
    clock.assertIdle()
  })

  test('nor where the inner one has begun apart, and waits for the lock already', async () => {
    const { clock, raw, rendered, errors, told } = rawAndRendered()
    const start = deferred<void>()
    const load = vi.fn(() => 'text')
    const page = rendered.getOrSet('k', async () => {
      await start.promise
      return `<${await raw.getOrSet('k', load)}>`
    })
    await clock.advance(0)
    const text = raw.getOrSet('k', load)
    await clock.advance(100)
    expect(load).not.toHaveBeenCalled()
    start.resolve()
    await clock.advance(0)
    expect([await page, await text, load.mock.calls.length, errors]).toEqual(['<text>', 'text', 1, told])
    clock.assertIdle()
  })

  test('nor by way of loads of other keys', async () => {
    const { clock, raw, rendered, errors, told } = rawAndRendered()
    const page = rendered.getOrSet('k', () => raw.getOrSet('j', () => raw.getOrSet('k', () => 'text')))
    await clock.advance(0)
    expect([await page, errors]).toEqual(['text', told])
  })

  test('nor does a loader that has deleted its key, and asks for it anew', async () => {
    const { clock, raw, errors, told } = rawAndRendered()
    const loaded = raw.getOrSet('k', async () => {
      await raw.delete('k')
      return raw.getOrSet('k', () => 'new')
    })
    await clock.advance(0)
    expect([await loaded, await raw.get('k'), errors]).toEqual(['new', 'new', told])
  })

  test('wait for it where that does not wait for them', async () => {
    const { clock, raw, rendered, errors } = rawAndRendered()
    const [gate, load] = [deferred<string>(), vi.fn(() => 'text')]
    const page = rendered.getOrSet('k', () => gate.promise)
    await clock.advance(0)
    const outer = rendered.getOrSet('other', () => raw.getOrSet('k', load))
    await clock.advance('1m')
    expect(load).not.toHaveBeenCalled()
    gate.resolve('page')
    await clock.advance(0)
    expect([await page, await outer, errors]).toEqual(['page', 'text', []])
  })
})

describe('caches that share a lock, with an object of it each', () => {
  test('are told of a circle, and load without the lock', async () => {
    const clock = new TestClock()
    const shared = memoryLock({ clock })
    const own = (): Lock => ({
      acquire: (...args) => shared.acquire(...args),
      tryAcquire: (...args) => shared.tryAcquire(...args),
    })
    const make = () => createCache({ layers: [memoryCacheStore({ clock })], lock: own(), clock })
    const [pages, data] = [make(), make()]
    const told = vi.fn()
    data.on('error', told)
    const page = pages.getOrSet('k', () => data.getOrSet('k', () => 'text'))
    await clock.advance('1s')
    expect(await page).toBe('text')
    expect(told.mock.calls).toMatchObject([[{ source: 'lock', error: { code: 'DEADLOCK' } }]])
  })
})
