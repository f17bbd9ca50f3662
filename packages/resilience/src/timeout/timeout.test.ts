import { createHook } from 'node:async_hooks'
import { getEventListeners } from 'node:events'
import type { Timer } from '@base/core/clock'
import { runInContext, tenantId } from '@base/core/context'
import { TestClock } from '@base/core/testing'
import { deferred } from '@base-internal/tools/deferred'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Bulkhead } from '../bulkhead/index.js'
import { Timeout, TimeoutError } from './index.js'

const never = () => new Promise<never>(() => {})
const inTenant = <R>(id: string, fn: () => R): R => runInContext([[tenantId, id]], fn)

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('Timeout', () => {
  test('rejects when the time is over, and its signal aborts with the very same error', async () => {
    const clock = new TestClock()
    let signal: AbortSignal | undefined
    const call = new Timeout({ timeout: '2s', name: 'search', clock }).execute((ctx) => {
      signal = ctx.signal
      return never()
    })
    const error = call.catch((thrown) => thrown)
    await clock.advance(1_999)
    expect(signal?.aborted).toBe(false)
    await clock.advance(1)
    expect(await error).toBeInstanceOf(TimeoutError)
    expect(await error).toMatchObject({ code: 'TIMEOUT', details: { name: 'search', timeout: 2_000 } })
    expect(signal?.reason).toBe(await error)
    expect(clock.pending).toBe(0)
  })

  test('is 30 s where nobody says', async () => {
    const clock = new TestClock()
    const call = new Timeout({ clock }).execute(never).catch((error) => error.details.timeout)
    await clock.advance('30s')
    expect(await call).toBe(30_000)
  })

  test('a call in time leaves no timer that holds the process, and its signal never aborts', async () => {
    const clock = new TestClock()
    const timeout = new Timeout({ clock })
    let signal: AbortSignal | undefined
    await timeout.execute(async (ctx) => {
      signal = ctx.signal
    })
    expect(clock.pending).toBe(0)
    await clock.advance('60s')
    expect([signal?.aborted, timeout.stats]).toEqual([false, { calls: 1, timeouts: 0 }])
  })

  test('many calls share one timer, and each ends in its own time', async () => {
    const clock = new TestClock()
    const timeout = new Timeout({ timeout: 100, clock })
    const ended: number[] = []
    for (let index = 0; index < 5; index++) {
      timeout.execute(never).catch(() => ended.push(clock.monotonic()))
      await clock.advance(10)
    }
    expect(clock.pending).toBe(1)
    await clock.runAll()
    expect(ended).toEqual([100, 110, 120, 130, 140])
  })

  test('ends in the context of its call, whoever armed the timer that they share', async () => {
    const clock = new TestClock()
    const timeout = new Timeout({ timeout: 100, clock })
    const seen: unknown[] = []
    timeout.on('timeout', () => seen.push(['timeout', tenantId.get()]))
    const hang = () =>
      timeout.execute(({ signal }) => {
        signal.addEventListener('abort', () => seen.push(['abort', tenantId.get()]))
        return never()
      })
    const calls = ['acme', 'globex'].map((id) => inTenant(id, hang).catch(() => {}))
    await inTenant('initech', () => clock.advance(100))
    await Promise.all(calls)
    expect(seen).toEqual([
      ['timeout', 'acme'],
      ['abort', 'acme'],
      ['timeout', 'globex'],
      ['abort', 'globex'],
    ])
  })

  test('a wait for a bulkhead ends in the context of its call, too', async () => {
    const clock = new TestClock()
    const bulkhead = new Bulkhead({ maxConcurrent: 1, maxWait: 100, clock })
    const seen: unknown[] = []
    bulkhead.on('rejected', () => seen.push(tenantId.get()))
    bulkhead.execute(never)
    const calls = ['acme', 'globex'].map((id) => inTenant(id, () => bulkhead.execute(never)).catch(() => {}))
    await clock.advance(100)
    await Promise.all(calls)
    expect(seen).toEqual(['acme', 'globex'])
  })

  test('leaves nothing open in the eyes of async hooks, which tools find leaks by', async () => {
    const open = new Set<number>()
    const hook = createHook({
      init: (id, type) => void (type === 'BASE_DEADLINE' && open.add(id)),
      destroy: (id) => void open.delete(id),
    }).enable()
    const clock = new TestClock()
    const timeout = new Timeout({ timeout: 100, clock })
    await timeout.execute(() => 1)
    const late = timeout.execute(never).catch((error) => error.code)
    expect(open.size).toBeGreaterThan(0)
    await clock.advance(100)
    expect([await late, open.size]).toEqual(['TIMEOUT', 0])
    hook.disable()
  })

  describe('beside fake timers', () => {
    const hang = (timeout: number) => new Timeout({ timeout }).execute(never).catch((error) => error.code)

    test('those that are gone leave no timer that never fires', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      await new Timeout({ timeout: 13 }).execute(() => 1)
      vi.useRealTimers()
      expect(await hang(13)).toBe('TIMEOUT')
    })

    test('nor where a call hangs on under them', async () => {
      vi.useFakeTimers()
      const before = hang(14)
      vi.useRealTimers()
      expect(await hang(14)).toBe('TIMEOUT')
      expect(await before).toBe('TIMEOUT')
    })

    test.each([
      ['a call that is over', () => new Timeout({ timeout: 15 }).execute(() => 1)],
      ['a call that hangs on', () => void hang(15)],
    ])('nor where they were cleared after %s', async (_, call) => {
      vi.useFakeTimers()
      await call()
      await vi.advanceTimersByTimeAsync(5)
      vi.clearAllTimers()
      const code = hang(15)
      await vi.advanceTimersByTimeAsync(15)
      expect(await code).toBe('TIMEOUT')
    })

    test('a real call that is under way holds up none of theirs', async () => {
      const caller = new AbortController()
      // So long that its own timer does not fire meanwhile.
      const timeout = new Timeout({ timeout: '1h' })
      const real = timeout.execute(never, { signal: caller.signal }).catch(() => 'gone')
      vi.useFakeTimers()
      const ended = vi.fn()
      void timeout.execute(never).catch(ended)
      await vi.advanceTimersByTimeAsync(3_599_999)
      expect(ended).not.toHaveBeenCalled()
      await vi.advanceTimersByTimeAsync(1)
      expect(ended).toHaveBeenCalled()
      vi.useRealTimers()
      caller.abort()
      expect(await real).toBe('gone')
    })

    test('any number of calls have one timer', async () => {
      vi.useFakeTimers()
      for (let call = 0; call < 5; call++) void hang(17)
      expect(vi.getTimerCount()).toBe(1)
      await vi.advanceTimersByTimeAsync(17)
      expect(vi.getTimerCount()).toBe(0)
    })
  })

  describe('on a clock that has dropped its timer', () => {
    const dropping = (timers: number) => {
      const clock = new TestClock()
      const schedule = vi.spyOn(clock, 'schedule')
      for (let timer = 0; timer < timers; timer++)
        schedule.mockReturnValueOnce({ cancel() {}, ref() {}, unref() {} })
      return { clock, schedule, timeout: new Timeout({ timeout: 100, clock }) }
    }

    test('a call after one that is over ends in time', async () => {
      const { clock, timeout } = dropping(1)
      await timeout.execute(() => 1)
      await clock.advance(100)
      const code = timeout.execute(never).catch((error) => error.code)
      await clock.advance(100)
      expect(await code).toBe('TIMEOUT')
    })

    test('a call after one that hangs ends both', async () => {
      const { clock, timeout } = dropping(1)
      const codes = [timeout.execute(never)]
      await clock.advance(150)
      codes.push(timeout.execute(never))
      const ended = Promise.all(codes.map((call) => call.catch((error) => error.code)))
      await clock.advance(100)
      expect([await ended, clock.pending]).toEqual([['TIMEOUT', 'TIMEOUT'], 0])
    })

    test('calls at one moment arm it once', async () => {
      const { clock, schedule, timeout } = dropping(1)
      for (const wait of [150, 0, 0]) {
        timeout.execute(never).catch(() => {})
        await clock.advance(wait)
      }
      expect(schedule).toHaveBeenCalledTimes(2)
    })
  })

  test('a timer that is late, as in a process that is busy, keeps its turn', async () => {
    let now = 0
    const clock = new TestClock()
    vi.spyOn(clock, 'monotonic').mockImplementation(() => now)
    const cancelled = vi.fn()
    const schedule = clock.schedule.bind(clock)
    vi.spyOn(clock, 'schedule').mockImplementation((...args) => ({
      ...schedule(...args),
      ref() {},
      unref() {},
      cancel: cancelled,
    }))
    const timeout = new Timeout({ timeout: 100, clock })
    const first = timeout.execute(never).catch((error) => error.code)
    now = 150
    timeout.execute(never).catch(() => {})
    await clock.advance(100)
    expect([await first, cancelled.mock.calls.length]).toEqual(['TIMEOUT', 0])
  })

  describe('on workerd, where a timer is gone with the request that set it', () => {
    /** The end of a request: its timers never fire. */
    const requests = () => {
      vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' })
      const clock = new TestClock()
      const timers = new Set<Timer>()
      const schedule = clock.schedule.bind(clock)
      vi.spyOn(clock, 'schedule').mockImplementation((...args) => {
        const timer = schedule(...args)
        timers.add(timer)
        return timer
      })
      const end = () => {
        for (const timer of timers) timer.cancel()
        timers.clear()
      }
      return { clock, end }
    }

    test('a call ends in time after the request before it', async () => {
      const { clock, end } = requests()
      const timeout = new Timeout({ timeout: 100, clock })
      await timeout.execute(() => 1)
      end()
      await clock.advance(50)
      const code = timeout.execute(never).catch((error) => error.code)
      await clock.advance(100)
      expect([await code, clock.pending]).toEqual(['TIMEOUT', 0])
    })

    test('a call ends in time beside a request that ends first', async () => {
      const { clock, end } = requests()
      const timeout = new Timeout({ timeout: 100, clock })
      timeout.execute(never).catch(() => {})
      end()
      const code = timeout.execute(never).catch((error) => error.code)
      await clock.advance(100)
      expect([await code, timeout.stats]).toEqual(['TIMEOUT', { calls: 2, timeouts: 1 }])
    })

    test('a call in time leaves no timer', async () => {
      const { clock } = requests()
      await new Timeout({ clock }).execute(() => 1)
      expect(clock.pending).toBe(0)
    })
  })

  test("the caller's abort is passed on, and is no timeout", async () => {
    const clock = new TestClock()
    const timeout = new Timeout({ clock })
    const heard = vi.fn()
    timeout.on('timeout', heard)
    const controller = new AbortController()
    const reason = new Error('not wanted')
    const call = timeout.execute(never, { signal: controller.signal })
    controller.abort(reason)
    await expect(call).rejects.toBe(reason)
    expect([heard.mock.calls.length, clock.pending]).toEqual([0, 0])
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
  })

  test('what the function gives or throws too late is dropped, and never unhandled', async () => {
    const clock = new TestClock()
    const { promise, reject } = deferred<void>()
    const call = new Timeout({ timeout: 1, clock }).execute(() => promise)
    const error = call.catch((thrown) => thrown.code)
    await clock.advance(1)
    expect(await error).toBe('TIMEOUT')
    reject(new Error('late'))
    await clock.advance(1)
  })

  describe('cooperative', () => {
    test('waits for the function, and takes its failure for the timeout', async () => {
      const clock = new TestClock()
      const call = new Timeout({ timeout: '1s', strategy: 'cooperative', clock }).execute(
        ({ signal }) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
      )
      const code = call.catch((error) => error.code)
      await clock.advance('1s')
      expect(await code).toBe('TIMEOUT')
    })

    test('a value that comes after all is returned', async () => {
      const clock = new TestClock()
      const call = new Timeout({ timeout: '1s', strategy: 'cooperative', clock }).execute(async () => {
        await clock.sleep('5s')
        return 'paid'
      })
      await clock.advance('5s')
      expect(await call).toBe('paid')
    })
  })

  test('Infinity sets no timer, and still ends at the abort', async () => {
    const clock = new TestClock()
    const controller = new AbortController()
    const call = new Timeout({ timeout: Number.POSITIVE_INFINITY, clock }).execute(never, {
      signal: controller.signal,
    })
    expect(clock.pending).toBe(0)
    controller.abort(new Error('not wanted'))
    await expect(call).rejects.toThrow('not wanted')
  })

  test('waits past 2^31 - 1 ms', async () => {
    const clock = new TestClock()
    const long = 2 ** 31 + 5
    let ended = false
    new Timeout({ timeout: long, clock }).execute(never).catch(() => {
      ended = true
    })
    await clock.advance(2 ** 31)
    expect(ended).toBe(false)
    await clock.advance(5)
    expect(ended).toBe(true)
  })

  test('one of real time that is longer than setTimeout can is not over at once', async () => {
    expect(
      await new Timeout({ timeout: 2 ** 31 }).execute(() => new Promise((r) => setImmediate(r, 1))),
    ).toBe(1)
  })

  test.each([0, -1, Number.NaN, 'soon'])('refuses a timeout of %s', (timeout) => {
    expect(() => new Timeout({ timeout: timeout as never })).toThrow('Timeout: timeout must be')
  })

  test('refuses a strategy that it does not know', () => {
    expect(() => new Timeout({ strategy: 'polite' as never })).toThrow('strategy must be one of "race"')
  })
})
