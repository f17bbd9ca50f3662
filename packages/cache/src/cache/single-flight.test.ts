import { getEventListeners } from 'node:events'
import { type Lock, memoryLock } from '@base/core/lock'
import { TestClock } from '@base/core/testing'
import { deferred } from '@base-internal/tools/deferred'
import { describe, expect, test, vi } from 'vitest'
import { memoryCacheStore } from '../store/index.js'
import { Flight } from './flight.js'
import { type CacheOptions, createCache, type LoadContext } from './index.js'
import { waitForFlight } from './waiting.js'

function inMemory(options: Partial<CacheOptions> = {}) {
  const clock = new TestClock()
  return {
    clock,
    cache: createCache({ layers: [memoryCacheStore({ clock })], jitter: [0, 0], clock, ...options }),
  }
}

/** A loader whose value is not to be stored. */
const worthless =
  <T>(value: T) =>
  ({ setTtl }: LoadContext): T => {
    setTtl(0)
    return value
  }

const down = () => Promise.reject(new Error('down'))

describe('a flight', () => {
  test('is needed until the last one who waits has left', () => {
    const flight = new Flight('k', [], false)
    flight.join()
    flight.join()
    expect([flight.leave(), flight.leave()]).toEqual([false, true])
  })

  test('that is kept, or has landed, is left without an end', () => {
    const kept = new Flight('k', [], true)
    kept.join()
    const landed = new Flight('k', [], false)
    landed.join()
    landed.isSettled = true
    expect([kept.leave(), landed.leave()]).toEqual([false, false])
  })

  test('has one signal, made when it is asked for', () => {
    const [early, late] = [new Flight('k', [], false), new Flight('k', [], false)]
    const { signal } = early
    early.abort('gone')
    late.abort('gone')
    expect([signal, early.signal.reason, late.signal.reason]).toEqual([early.signal, 'gone', 'gone'])
  })

  test('that fails without anyone who waits is no unhandled rejection', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const flight = new Flight('k', [], false)
    flight.land(down())
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })
})

describe('who waits for a flight', () => {
  const waiting = (limit: number, signal?: AbortSignal) => {
    const clock = new TestClock()
    const flight = new Flight(':n::k', [], false)
    const { promise, resolve, reject } = deferred<unknown>()
    flight.land(promise)
    const leave = vi.fn()
    const done = waitForFlight(flight, clock, { limit, signal }, leave)
    return { clock, flight, done, leave, resolve, reject }
  }
  const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length

  test('for ever gets its promise itself', () => {
    const { done, flight } = waiting(Number.POSITIVE_INFINITY)
    expect(done).toBe(flight.promise)
  })

  test.each<[string, (flight: ReturnType<typeof waiting>) => void, unknown]>([
    ['lands', ({ resolve }) => resolve('value'), { status: 'fulfilled', value: 'value' }],
    ['fails', ({ reject }) => reject('down'), { status: 'rejected', reason: 'down' }],
  ])('gets how it %s, and leaves no timer and no listener', async (_, land, outcome) => {
    const { signal } = new AbortController()
    const all = waiting(100, signal)
    expect([all.clock.pending, listeners(signal)]).toEqual([1, 1])
    land(all)
    expect((await Promise.allSettled([all.done]))[0]).toEqual(outcome)
    expect([all.clock.pending, listeners(signal), all.leave.mock.calls]).toEqual([0, 0, []])
  })

  test('leaves with the reason of his signal, once', async () => {
    const controller = new AbortController()
    const { done, leave, clock, resolve } = waiting(100, controller.signal)
    controller.abort('gone')
    controller.signal.dispatchEvent(new Event('abort'))
    await expect(done).rejects.toBe('gone')
    expect([leave.mock.calls, clock.pending, listeners(controller.signal)]).toEqual([[['gone']], 0, 0])
    resolve('late')
  })

  test('gives up at his limit without leaving', async () => {
    const { signal } = new AbortController()
    const { done, leave, clock } = waiting(100, signal)
    done.catch(() => {})
    await clock.advance(99)
    expect(listeners(signal)).toBe(1)
    await clock.advance(1)
    await expect(done).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: 'A load took longer than 100ms.',
    })
    expect([leave.mock.calls, clock.pending, listeners(signal)]).toEqual([[], 0, 0])
  })

  test('with a signal alone plans no timer, and with a limit alone gives up as well', async () => {
    const { signal } = new AbortController()
    expect(waiting(Number.POSITIVE_INFINITY, signal).clock.pending).toBe(0)
    const { done, clock } = waiting(100)
    done.catch(() => {})
    await clock.advance(100)
    await expect(done).rejects.toMatchObject({ code: 'TIMEOUT' })
  })
})

describe('a caller', () => {
  test('whose own loader aborts him at once does not wait for it', async () => {
    const { cache } = inMemory()
    const controller = new AbortController()
    let loading: AbortSignal | undefined
    const load = (context: LoadContext) => {
      loading = context.signal
      controller.abort('enough')
      return new Promise<never>(() => {})
    }
    await expect(cache.getOrSet('k', load, { signal: controller.signal })).rejects.toBe('enough')
    expect(loading?.reason).toBe('enough')
    expect(await cache.getOrSet('k', () => 1)).toBe(1)
  })

  test('shares one listener on a signal with all others who wait', async () => {
    const { cache } = inMemory()
    const { signal } = new AbortController()
    const { promise, resolve } = deferred<string>()
    const keys = Array.from({ length: 50 }, (_, n) => `k${n}`)
    const waiting = keys.map((key) => cache.getOrSet(key, () => promise, { signal }))
    await Promise.resolve()
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    resolve('loaded')
    await Promise.all(waiting)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('who leaves while a lower layer is asked does not wait for its answer', async () => {
    const clock = new TestClock()
    const below = { ...memoryCacheStore({ clock }), getMany: () => new Promise<never>(() => {}) }
    const cache = createCache({ layers: [memoryCacheStore({ clock }), below], clock })
    const controller = new AbortController()
    const load = vi.fn()
    const waiting = cache.getOrSet('k', load, { signal: controller.signal })
    await Promise.resolve()
    controller.abort('gone')
    await expect(waiting).rejects.toBe('gone')
    await clock.advance('1s')
    expect([load.mock.calls, getEventListeners(controller.signal, 'abort')]).toEqual([[], []])
  })

  test('may bring a signal of a polyfill, which has no throwIfAborted', async () => {
    const { cache } = inMemory()
    const listeners = new Set<() => void>()
    const signal = {
      aborted: false,
      reason: 'gone',
      addEventListener: (_: string, listener: () => void) => listeners.add(listener),
      removeEventListener: (_: string, listener: () => void) => listeners.delete(listener),
    }
    expect(await cache.getOrSet('a', () => 1, { signal: signal as never })).toBe(1)
    expect(listeners.size).toBe(0)
    const waiting = cache.getOrSet('b', () => new Promise(() => {}), { signal: signal as never })
    await Promise.resolve()
    signal.aborted = true
    for (const abort of listeners) abort()
    await expect(waiting).rejects.toBe('gone')
  })
})

describe('loaders that wait for loaders', () => {
  test('are no deadlock where nobody waits for himself', async () => {
    const { cache } = inMemory()
    const gate = deferred<number>()
    const y = cache.getOrSet('y', () => gate.promise)
    const x = cache.getOrSet('x', () => cache.getOrSet('y', down))
    const k = cache.getOrSet('k', () => cache.getOrSet('x', down))
    gate.resolve(1)
    expect(await Promise.all([y, x, k])).toEqual([1, 1, 1])
  })

  test('are told of a deadlock by its code and in words', async () => {
    const { cache } = inMemory()
    await expect(cache.getOrSet('k', () => cache.getOrSet('k', down))).rejects.toMatchObject({
      code: 'DEADLOCK',
      message: 'A loader asks for a key whose load waits for that loader.',
    })
  })

  test('do not wait any more for what they have left', async () => {
    const { cache } = inMemory()
    const [asks, goesOn] = [deferred(), deferred()]
    const x = cache.getOrSet('x', async () => {
      await asks.promise
      return cache.getOrSet('k', down)
    })
    const k = cache.getOrSet('k', async () => {
      const controller = new AbortController()
      const left = cache.getOrSet('x', down, { signal: controller.signal })
      controller.abort('impatient')
      await left.catch(() => {})
      await goesOn.promise
      return 'value'
    })
    await Promise.resolve()
    await new Promise((resolve) => setImmediate(resolve))
    asks.resolve()
    await new Promise((resolve) => setImmediate(resolve))
    goesOn.resolve()
    expect(await Promise.all([x, k])).toEqual(['value', 'value'])
  })

  test('still wait where they have left one of two', async () => {
    const { cache } = inMemory()
    const asks = deferred()
    const x = cache.getOrSet('x', async () => {
      await asks.promise
      return cache.getOrSet('k', down)
    })
    const k = cache.getOrSet('k', async () => {
      const controller = new AbortController()
      const left = cache.getOrSet('x', down, { signal: controller.signal })
      const stayed = cache.getOrSet('x', down)
      controller.abort('impatient')
      await left.catch(() => {})
      asks.resolve()
      return stayed
    })
    for (const load of [x, k]) await expect(load).rejects.toMatchObject({ code: 'DEADLOCK' })
  })
})

describe('a load', () => {
  test('whose ttl is 0 takes away what has ended, and is not stored', async () => {
    const { cache, clock } = inMemory({ ttl: 1_000, grace: '1h' })
    await cache.set('k', 1)
    await cache.set('other', 1)
    await clock.advance(1_000)
    expect(await cache.getOrSet('k', worthless(2))).toBe(2)
    expect([await cache.getEntry('k'), await cache.getEntry('other')]).toEqual([
      undefined,
      expect.objectContaining({ value: 1 }),
    ])
    expect(await cache.getOrSet('x', worthless(3))).toBe(3)
    expect(await cache.getEntry('x')).toBeUndefined()
  })

  test('whose ttl is 0, without anything that ended, is no invalidation for others', async () => {
    const publish = vi.fn(async () => {})
    const bus = { publish, subscribe: async () => () => {} }
    const { cache } = inMemory({ bus })
    await cache.getOrSet('k', worthless(1))
    expect(publish).not.toHaveBeenCalled()
    await cache.close()
  })

  test('that fails rests only where there is something to be served instead', async () => {
    const clock = new TestClock()
    const shared = memoryCacheStore({ clock })
    const options = { ttl: 1_000, grace: '1h', jitter: [0, 0], clock } as const
    const [a, b] = [0, 1].map(() => createCache({ ...options, layers: [{ ...shared }] }))
    await a?.getOrSet('k', down).catch(() => {})
    await b?.set('k', 1)
    await clock.advance(1_000)
    expect(await a?.getOrSet('k', () => 2)).toBe(2)
  })

  test('that was overtaken does not rest when it fails', async () => {
    const clock = new TestClock()
    const shared = memoryCacheStore({ clock })
    const options = { ttl: 1_000, grace: '1h', jitter: [0, 0], clock } as const
    const [a, b] = [0, 1].map(() => createCache({ ...options, layers: [{ ...shared }] }))
    await a?.set('k', 1)
    await clock.advance(1_000)
    const { promise, reject } = deferred<number>()
    const load = a?.getOrSet('k', () => promise)
    await clock.advance(0)
    await a?.delete('k')
    reject(new Error('down'))
    await load?.catch(() => {})
    await b?.set('k', 2)
    await clock.advance(1_000)
    expect(await a?.getOrSet('k', () => 3)).toBe(3)
  })

  test('that fails is told as the failure of a loader', async () => {
    const { cache } = inMemory()
    const heard = vi.fn()
    cache.on('error', heard)
    await cache.getOrSet('k', down).catch(() => {})
    expect(heard).toHaveBeenCalledExactlyOnceWith({ error: new Error('down'), source: 'loader', key: 'k' })
  })

  test('aborts at the hard timeout, by a timer that has a name and holds no process', async () => {
    const { cache, clock } = inMemory({ hardTimeout: 100 })
    const schedule = vi.spyOn(clock, 'schedule')
    let reason: unknown
    const load = cache.getOrSet('k', ({ signal }) => {
      signal.addEventListener('abort', () => {
        reason = signal.reason
      })
      return clock.sleep(200)
    })
    load.catch(() => {})
    expect(schedule).toHaveBeenCalledWith(100, expect.any(Function), { ref: false, name: 'load' })
    await clock.advance(100)
    expect(reason).toMatchObject({ code: 'TIMEOUT', message: 'A load took longer than 100ms.' })
    await clock.advance(100)
  })

  test('is refreshed early by how long it took, whenever it began', async () => {
    const { cache, clock } = inMemory({ ttl: 10_000, earlyRefresh: true, random: () => 0.5 })
    await clock.advance('1h')
    const load = vi.fn(() => clock.sleep(100))
    const first = cache.getOrSet('k', load)
    await clock.advance(100)
    await first
    await clock.advance(9_900)
    await cache.getOrSet('k', load)
    expect(load).toHaveBeenCalledTimes(1)
    await clock.advance(50)
    await cache.getOrSet('k', load)
    expect(load).toHaveBeenCalledTimes(2)
  })

  test('is not joined by who comes after its last caller has left', async () => {
    const { cache } = inMemory()
    const controller = new AbortController()
    const gone = cache.getOrSet('k', () => new Promise<string>(() => {}), { signal: controller.signal })
    controller.abort('gone')
    await expect(gone).rejects.toBe('gone')
    expect(await cache.getOrSet('k', () => 'new')).toBe('new')
  })

  test('that was left is not stored when it ends all the same, nor does it end the next one', async () => {
    const { cache } = inMemory()
    const [first, second] = [deferred<string>(), deferred<string>()]
    const controller = new AbortController()
    const gone = cache.getOrSet('k', () => first.promise, { signal: controller.signal })
    await cache.delete('k')
    const next = cache.getOrSet('k', () => second.promise)
    controller.abort('gone')
    await expect(gone).rejects.toBe('gone')
    const late = cache.getOrSet('k', down)
    first.resolve('old')
    second.resolve('new')
    expect([await next, await late, await cache.get('k')]).toEqual(['new', 'new', 'new'])
  })

  test('is joined by a crowd without a limit, which counts as misses, and by one with', async () => {
    const { cache } = inMemory()
    const { promise, resolve } = deferred<number>()
    const load = vi.fn(() => promise)
    const crowd = [
      cache.getOrSet('k', load),
      cache.getOrSet('k', load),
      cache.getOrSet('k', load, { hardTimeout: '1m' }),
    ]
    resolve(1)
    expect(await Promise.all(crowd)).toEqual([1, 1, 1])
    expect([load.mock.calls.length, cache.stats.misses, cache.stats.loads]).toEqual([1, 3, 1])
  })

  test('that one of a crowd joined without a limit goes on when the others leave', async () => {
    const { cache } = inMemory()
    const { promise, resolve } = deferred<number>()
    const controller = new AbortController()
    const left = cache.getOrSet('k', () => promise, { signal: controller.signal })
    await Promise.resolve()
    const stayed = cache.getOrSet('k', down)
    controller.abort('gone')
    await expect(left).rejects.toBe('gone')
    resolve(1)
    expect([await stayed, await cache.get('k')]).toEqual([1, 1])
  })
})

describe('a load under a lock', () => {
  const fleet = (more: Partial<CacheOptions> = {}) => {
    const clock = new TestClock()
    const shared = memoryCacheStore({ clock })
    const getMany = vi.fn(shared.getMany)
    const lock = memoryLock({ clock })
    const options = { jitter: [0, 0], ttl: 10_000, lock, clock } as const
    const node = (extra: Partial<CacheOptions> = {}) =>
      createCache({
        ...options,
        layers: [memoryCacheStore({ clock }), { ...shared, getMany }],
        ...more,
        ...extra,
      })
    return { clock, lock, shared, getMany, node }
  }

  test('that fails runs once, and is no failure of the lock', async () => {
    const { node } = fleet()
    const cache = node()
    const sources: string[] = []
    cache.on('error', ({ source }) => sources.push(source))
    const load = vi.fn(down)
    await expect(cache.getOrSet('k', load)).rejects.toMatchObject({ message: 'down' })
    expect([load.mock.calls.length, sources]).toEqual([1, ['loader']])
  })

  test('takes a lease as long as the hard timeout, or 30 s, and waits for it as long as for the load', async () => {
    const { clock, node, lock } = fleet()
    const acquire = vi.fn<Lock['acquire']>(lock.acquire.bind(lock))
    const tryAcquire = vi.fn<Lock['tryAcquire']>(lock.tryAcquire.bind(lock))
    const cache = node({ lock: { acquire, tryAcquire } })
    for (const key of ['a', 'b']) await lock.acquire(`cache:${key}`, { ttl: 1_000 })
    const loads = [cache.getOrSet('a', () => 1), cache.getOrSet('b', () => 1, { hardTimeout: 5_000 })]
    await clock.advance(1_000)
    await Promise.all(loads)
    await cache.getOrSet('c', () => 1)
    const asked = [...tryAcquire.mock.calls, ...acquire.mock.calls]
    expect(asked.map(([key, options]) => [key, options?.ttl])).toEqual([
      ['cache:a', 30_000],
      ['cache:b', 5_000],
      ['cache:c', 30_000],
      ['cache:a', 30_000],
      ['cache:b', 5_000],
    ])
    expect(acquire.mock.calls.map(([, options]) => options?.wait)).toEqual([Number.POSITIVE_INFINITY, 5_000])
  })

  test('is not begun for a caller who leaves while another process has the lock', async () => {
    const { clock, lock, node } = fleet()
    const lease = await lock.acquire('cache:k')
    const controller = new AbortController()
    const load = vi.fn()
    const gone = node().getOrSet('k', load, { signal: controller.signal })
    gone.catch(() => {})
    await clock.advance(10)
    controller.abort('gone')
    await expect(gone).rejects.toBe('gone')
    await lease.release()
    await clock.advance('1m')
    expect(load).not.toHaveBeenCalled()
  })

  test('is kept in memory, also after a deletion', async () => {
    const { node, getMany } = fleet()
    const cache = node()
    await cache.delete('k')
    await cache.getOrSet('k', () => 1)
    getMany.mockClear()
    expect([await cache.get('k'), getMany.mock.calls.length]).toEqual([1, 0])
  })

  test('works where there is no memory', async () => {
    const { node, shared } = fleet()
    const cache = node({ layers: [{ ...shared }] })
    expect(await cache.getOrSet('k', () => 1)).toBe(1)
    expect(await cache.get('k')).toBe(1)
  })

  test('is not run for what another process has loaded meanwhile, in the background either', async () => {
    const { clock, node } = fleet({ staleWhileRevalidate: '1h' })
    const [a, b] = [node(), node()]
    await a.set('k', 1)
    expect(await b.get('k')).toBe(1)
    await clock.advance(10_000)
    const load = vi.fn(async () => {
      await clock.sleep(100)
      return 2
    })
    expect(await Promise.all([a.getOrSet('k', load), b.getOrSet('k', load)])).toEqual([1, 1])
    await clock.advance(1_000)
    expect([await a.get('k'), await b.get('k'), load.mock.calls.length]).toEqual([2, 2, 1])
  })

  test('is run where what another process has loaded meanwhile has ended already', async () => {
    const { clock, lock, node } = fleet({ staleWhileRevalidate: '1h' })
    const [a, b] = [node(), node()]
    await a.set('k', 1)
    await clock.advance(10_000)
    const lease = await lock.acquire('cache:k')
    expect(await a.getOrSet('k', () => 3)).toBe(1)
    await b.set('k', 2, { ttl: 1_000 })
    await clock.advance(1_000)
    await lease.release()
    await clock.advance(100)
    expect(await a.get('k')).toBe(3)
  })

  test('before its end is run although the layer gives what is to be replaced back as ending a little later', async () => {
    const { clock, node } = fleet()
    let fraction = 0
    const monotonic = () => clock.monotonic() + fraction
    const { now, schedule, sleep } = clock
    const precise = {
      now: now.bind(clock),
      schedule: schedule.bind(clock),
      sleep: sleep.bind(clock),
      monotonic,
    }
    const shared = memoryCacheStore({ clock })
    const layers = [memoryCacheStore({ clock: precise }), { ...shared }]
    const cache = node({ clock: precise, layers, earlyRefresh: true, random: () => 0.999 })
    const load = vi.fn(() => clock.sleep(500))
    const first = cache.getOrSet('k', load)
    await clock.advance(500)
    await first
    await clock.advance(9_000)
    fraction = 0.9
    await cache.getOrSet('k', load)
    await clock.advance(500)
    expect(load).toHaveBeenCalledTimes(2)
  })

  test('before its end is run although all layers have what is to be replaced, and reaches them all', async () => {
    const { clock, node } = fleet()
    const [middle, last] = [memoryCacheStore({ clock }), memoryCacheStore({ clock })]
    const layers = [memoryCacheStore({ clock }), { ...middle }, { ...last }]
    const cache = node({ layers, earlyRefresh: true, random: () => 0.999 })
    let version = 0
    const load = async () => {
      await clock.sleep(500)
      return ++version
    }
    const first = cache.getOrSet('k', load)
    await clock.advance(500)
    await first
    await clock.advance(9_000)
    expect(await cache.getOrSet('k', load)).toBe(1)
    await clock.advance(500)
    const below = [middle, last].map((store) => node({ layers: [{ ...store }] }).get('k'))
    expect([await cache.get('k'), ...(await Promise.all(below))]).toEqual([2, 2, 2])
  })
})
