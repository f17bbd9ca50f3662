import { getEventListeners } from 'node:events'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Clock } from '../clock/clock.js'
import { systemClock } from '../clock/system-clock.js'
import type { Duration } from '../duration/duration.js'
import { isAppError } from '../errors/is-app-error.js'
import { lockConformance, TestClock } from '../testing/index.js'
import {
  checkAcquire,
  checkLease,
  checkTtl,
  type Lease,
  type Lock,
  memoryLock,
  notFreeError,
  type RemoteLeaseParts,
  remoteLease,
  type WithLockOptions,
  withLock,
} from './index.js'

const onTestClock = () => {
  const clock = new TestClock()
  return { clock, lock: memoryLock({ clock }) }
}

describe('memoryLock', () => {
  lockConformance(
    () => {
      const { clock, lock } = onTestClock()
      return { subject: lock, advance: (d) => clock.advance(d), dispose: () => clock.assertIdle() }
    },
    { test },
  )

  test('serves who waits longest first', async () => {
    const { lock } = onTestClock()
    const order: number[] = []
    const first = await lock.acquire('a')
    const waiting = [1, 2, 3].map(async (id) => {
      const lease = await lock.acquire('a')
      order.push(id)
      await lease.release()
    })
    await first.release()
    await Promise.all(waiting)

    expect(order).toEqual([1, 2, 3])
  })

  test('gives nobody the lock past those who wait', async () => {
    const { lock } = onTestClock()
    const first = await lock.acquire('a')
    const waiting = lock.acquire('a')
    await first.release()

    expect(await lock.tryAcquire('a')).toBeUndefined()
    await (await waiting).release()
  })

  test('passes an expired lease on to who waits', async () => {
    const { clock, lock } = onTestClock()
    const lost = await lock.acquire('a', { ttl: '1s' })
    const waiting = lock.acquire('a', { ttl: '1s' })
    await clock.advance('1s')

    expect(lost.signal.aborted).toBe(true)
    expect((await waiting).token).toBe(lost.token + 1n)
  })

  test('knows an expired lease before a late timer says so', async () => {
    const timers: (() => void)[] = []
    const time = { now: 0 }
    const late = {
      now: () => time.now,
      monotonic: () => time.now,
      sleep: async () => {},
      schedule: (_: Duration, fn: () => void) => {
        timers.push(fn)
        return { cancel() {}, ref() {}, unref() {} }
      },
    }
    const lock = memoryLock({ clock: late })
    const lease = await lock.acquire('a', { ttl: '1s' })
    time.now = 1_000

    await expect(lease.extend()).rejects.toMatchObject({ code: 'LEASE_LOST' })
    const next = await lock.tryAcquire('a', { ttl: '1s' })
    for (const timer of timers) timer()
    expect(next?.token).toBe(2n)
    expect(lease.signal.aborted).toBe(true)
  })

  test('is over for whoever hears that it is, by a timer that comes early as those of the system may', async () => {
    const clock = new TestClock()
    const early: Clock = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic() * 0.99,
      sleep: (duration, options) => clock.sleep(duration, options),
      schedule: (duration, fn, options) => clock.schedule(duration, fn, options),
    }
    const lock = memoryLock({ clock: early })
    const lease = await lock.acquire('a', { ttl: '1s' })
    const heard: Promise<unknown>[] = []
    lease.signal.addEventListener('abort', () => {
      heard.push(
        lease.extend('1h').catch(({ code }) => code),
        lease.release(),
        lock.tryAcquire('a'),
      )
    })
    await clock.advance('1s')

    expect(await Promise.all(heard)).toEqual([
      'LEASE_LOST',
      { released: false },
      expect.objectContaining({ token: 2n }),
    ])
  })

  test('lets a lease end without keeping the process alive', async () => {
    const { clock, lock } = onTestClock()
    await lock.acquire('a')
    expect(clock.pending).toBe(0)
  })

  test('leaves no timer, listener or place after an aborted wait', async () => {
    const { clock, lock } = onTestClock()
    const lease = await lock.acquire('a')
    const controller = new AbortController()
    const waiting = lock.acquire('a', { signal: controller.signal, wait: Number.POSITIVE_INFINITY })
    expect(clock.pending).toBe(1)
    controller.abort(new Error('gone'))

    await expect(waiting).rejects.toThrow('gone')
    expect(clock.pending).toBe(0)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    await lease.release()
    expect(await lock.tryAcquire('a')).toBeDefined()
  })

  test('leaves no listener on the signal of a wait that succeeds', async () => {
    const { lock } = onTestClock()
    const { signal } = new AbortController()
    const lease = await lock.acquire('a')
    const waiting = lock.acquire('a', { signal })
    await lease.release()
    await waiting

    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('says which lock was not free, and for how long', async () => {
    const { clock, lock } = onTestClock()
    await lock.acquire('invoice-run', { ttl: '1h' })
    const waiting = lock.acquire('invoice-run', { wait: '90s' })
    waiting.catch(() => {})
    await clock.advance('90s')

    await expect(waiting).rejects.toThrow("Lock 'invoice-run' was not free within 90s.")
  })
})

describe('wrong arguments', () => {
  const lock = memoryLock()
  const never = (value: unknown): never => value as never

  test.each<[string, () => Promise<unknown>, string]>([
    ['a clock', async () => memoryLock({ clock: never({}) }), 'memoryLock: clock must be an object with'],
    ['a key', () => lock.acquire(''), 'Lock: key must be a text that is not empty, received ""'],
    ['a ttl', () => lock.tryAcquire('a', { ttl: 0 }), 'Lock: ttl must be more than 0'],
    ['a lock', () => withLock(never({}), 'a', {}, () => 1), 'withLock: lock must be an object with'],
    ['a function', () => withLock(lock, 'a', {}, never(1)), 'withLock: fn must be a function, received 1'],
    [
      'a clock for withLock',
      () => withLock(lock, 'a', { clock: never({}) }, () => 1),
      'withLock: clock must',
    ],
  ])('for %s are refused, and nothing stays locked', async (_, act, message) => {
    await expect(act()).rejects.toThrow(`@base/core ${message}`)
    const lease = await lock.tryAcquire('a')
    expect(await lease?.release()).toEqual({ released: true })
  })

  test.each([[{ ttl: 0 }], [{ ttl: 'soon' }], [{ wait: -1 }]])(
    'are refused before a lock of your own is asked, which need not look: %j',
    async (options) => {
      const asked = vi.fn()
      const own: Lock = { acquire: asked, tryAcquire: asked }
      await expect(withLock(own, 'a', never(options), () => 1)).rejects.toMatchObject({
        code: 'INVALID_OPTION',
      })
      expect(asked).not.toHaveBeenCalled()
    },
  )

  test('but no options at all are no mistake', async () => {
    expect(await withLock(lock, 'b', undefined, () => 'done')).toBe('done')
  })
})

describe('a lock of your own', () => {
  const { signal } = new AbortController()

  test('reads its options with the defaults of every lock', () => {
    expect(checkAcquire('a')).toEqual({ ttl: 30_000, wait: 10_000, signal: undefined })
    expect(checkAcquire('a', { ttl: '1m', wait: Infinity, signal })).toEqual({
      ttl: 60_000,
      wait: Infinity,
      signal,
    })
    expect(checkLease('a', { ttl: 1, signal })).toEqual({ ttl: 1, signal })
    expect(checkTtl('2s')).toBe(2_000)
  })

  test.each<[string, () => unknown, string]>([
    ['a key', () => checkLease(''), 'key must be a text that is not empty'],
    ['a ttl', () => checkTtl(0), 'ttl must be more than 0'],
    ['an endless lease', () => checkAcquire('a', { ttl: Infinity }), 'ttl must be'],
    ['a wait', () => checkAcquire('a', { wait: -1 }), 'wait must be at least 0'],
  ])('refuses a wrong one: %s', (_, check, message) => {
    expect(check).toThrow(`@base/core Lock: ${message}`)
  })

  test('rejects with the reason of a signal that has aborted', () => {
    const reason = new Error('gone')
    expect(() => checkAcquire('a', { signal: AbortSignal.abort(reason) })).toThrow(reason)
  })

  test('says that it was not free as every lock does', () => {
    const error = notFreeError('invoice-run', 90_000)
    expect([isAppError(error, 'TIMEOUT'), error.message, error.details]).toEqual([
      true,
      "Lock 'invoice-run' was not free within 90s.",
      { key: 'invoice-run' },
    ])
  })
})

/** The lock, of which it is said that it goes by another clock. */
function withClock(lock: Lock, clock: Clock): Lock {
  return { clock, acquire: lock.acquire.bind(lock), tryAcquire: lock.tryAcquire.bind(lock) }
}

/** That a lease of three seconds is held for the minute that the function takes. */
async function expectRenewals(lock: Lock, clock: TestClock, options: WithLockOptions): Promise<void> {
  let lease: Lease | undefined
  const running = withLock(lock, 'a', { ttl: '3s', ...options }, async (held) => {
    lease = held
    await clock.sleep('1m')
  })
  await clock.advance('59s')
  expect(lease?.signal.aborted).toBe(false)
  await clock.advance('1s')
  await running
}

describe('withLock', () => {
  test('runs while it holds the lock, and gives it back', async () => {
    const { clock, lock } = onTestClock()
    const value = await withLock(lock, 'a', { clock }, async (lease) => {
      expect(await lock.tryAcquire('a')).toBeUndefined()
      return lease.token
    })

    expect(value).toBe(1n)
    expect(await lock.tryAcquire('a')).toBeDefined()
    expect(clock.pending).toBe(0)
  })

  test.each([
    ['of the lock', ({ clock, lock }: ReturnType<typeof onTestClock>) => ({ clock, lock, options: {} })],
    [
      'that it is given, before that of the lock',
      ({ clock, lock }: ReturnType<typeof onTestClock>) => {
        return { clock, lock: withClock(lock, new TestClock()), options: { clock } }
      },
    ],
  ])('renews by the clock %s', async (_, given) => {
    const { clock, lock, options } = given(onTestClock())
    await expectRenewals(lock, clock, options)
  })

  test('renews by the clock of the system where what the lock calls its clock is none', async () => {
    const { lock } = onTestClock()
    const own = withClock(lock, { now: () => 0 } as never)
    const schedule = vi.spyOn(systemClock, 'schedule')
    onTestFinished(() => schedule.mockRestore())

    expect(await withLock(own, 'a', {}, () => 'ran')).toBe('ran')
    expect(schedule).toHaveBeenCalledOnce()
  })

  test('gives the lock back after an error, which comes through untouched', async () => {
    const { clock, lock } = onTestClock()
    const error = new Error('no ink')
    const failing = withLock(lock, 'a', { clock }, () => {
      throw error
    })

    await expect(failing).rejects.toBe(error)
    expect(await lock.tryAcquire('a')).toBeDefined()
  })

  test('renews the lease for as long as it runs, and no longer', async () => {
    const { clock, lock } = onTestClock()
    await expectRenewals(lock, clock, { clock })

    expect(await lock.tryAcquire('a', { ttl: '1h' })).toBeDefined()
    await clock.advance('10m')
    expect(await lock.tryAcquire('a')).toBeUndefined()
  })

  describe('given a server that', () => {
    const onServer = (clock: TestClock, parts: Pick<RemoteLeaseParts, 'extend' | 'release'>): Lock => {
      const acquire = async (key: string) =>
        remoteLease({
          ...{ key, token: 1n, ttl: 9_000, askedAt: clock.monotonic(), clock, onEnd: () => {} },
          ...parts,
        })
      return { clock, acquire, tryAcquire: acquire }
    }

    test('leaves a renewal without an answer, now and then, keeps the lease by the next', async () => {
      const clock = new TestClock()
      const asked: number[] = []
      const lock = onServer(clock, {
        extend: () => {
          asked.push(clock.monotonic())
          return [1, 4].includes(asked.length) ? new Promise(() => {}) : Promise.resolve(clock.monotonic())
        },
        release: async () => true,
      })
      const running = withLock(lock, 'a', { ttl: '9s' }, async ({ signal }) => {
        await clock.sleep('20s')
        return signal.aborted
      })
      await clock.advance('20s')

      expect(await running).toBe(false)
      expect(asked).toEqual([3_000, 6_000, 9_000, 12_000, 15_000, 18_000])
    })

    test('stalls while it is given back, returns when the server has ended the lease', async () => {
      const clock = new TestClock()
      const lock = onServer(clock, {
        extend: async () => clock.monotonic(),
        release: () => new Promise(() => {}),
      })
      const running = withLock(lock, 'a', { ttl: '9s' }, () => 'done')
      await clock.advance('9s')

      expect(await running).toBe('done')
      expect(clock.pending).toBe(0)
    })
  })

  test('asks a lock that answers late for no third renewal meanwhile', async () => {
    const { clock, lock } = onTestClock()
    const open: number[] = []
    let answering = 0
    const late: Lock = {
      ...lock,
      acquire: async (key, options) => {
        const lease = await lock.acquire(key, { ...options, ttl: '1h' })
        return {
          key,
          token: lease.token,
          signal: lease.signal,
          extend: async () => {
            open.push(++answering)
            await clock.sleep('5s')
            answering--
          },
          release: () => lease.release(),
          [Symbol.asyncDispose]: () => lease[Symbol.asyncDispose](),
        }
      },
    }
    const running = withLock(late, 'a', { ttl: '3s', clock }, () => clock.sleep('12s'))
    await clock.advance('12s')
    await running

    expect(open).toEqual([1, 2, 2, 2, 2])
  })

  test('tells its function that the lease is lost, and lets it answer', async () => {
    const { clock, lock } = onTestClock()
    const losing: Lock = {
      ...lock,
      tryAcquire: (key, options) => lock.tryAcquire(key, options),
      acquire: async (key, options) => {
        const lease = await lock.acquire(key, options)
        return {
          key,
          token: lease.token,
          signal: lease.signal,
          extend: () => Promise.reject(new Error('the server is gone')),
          release: () => lease.release(),
          [Symbol.asyncDispose]: () => lease[Symbol.asyncDispose](),
        }
      },
    }
    const running = withLock(losing, 'a', { ttl: '3s', clock }, async ({ signal }) => {
      await clock.sleep('1m', { signal }).catch(() => {})
      return isAppError(signal.reason, 'LEASE_LOST') ? 'stopped early' : 'ran to the end'
    })
    await clock.advance('3s')

    expect(await running).toBe('stopped early')
    expect(clock.pending).toBe(0)
  })

  test('does not run where the lock is not to be had', async () => {
    const { clock, lock } = onTestClock()
    await lock.acquire('a')
    const run = withLock(lock, 'a', { wait: 0, clock }, () => expect.unreachable())

    await expect(run).rejects.toMatchObject({ code: 'TIMEOUT' })
  })
})
