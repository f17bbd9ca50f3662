import { describe, expect, test, vi } from 'vitest'
import { correlationId, runInContext } from '../context/index.js'
import type { Duration } from '../duration/duration.js'
import { TestClock } from './index.js'

describe('TestClock', () => {
  test('stands until it is moved', async () => {
    const clock = new TestClock({ now: 1_000 })
    expect([clock.now(), clock.monotonic()]).toEqual([1_000, 0])

    await clock.advance('2s')
    expect([clock.now(), clock.monotonic()]).toEqual([3_000, 2_000])
  })

  test('fires what is due in order of time, then of scheduling, each at its own time', async () => {
    const clock = new TestClock()
    const fired: [string, number][] = []
    const plan = (name: string, d: Duration) => clock.schedule(d, () => fired.push([name, clock.monotonic()]))
    plan('late', '3s')
    plan('first at one', '1s')
    plan('second at one', '1s')
    plan('beyond', '5s')

    await clock.advance('4s')

    expect(fired).toEqual([
      ['first at one', 1_000],
      ['second at one', 1_000],
      ['late', 3_000],
    ])
    expect(clock.monotonic()).toBe(4_000)
  })

  test('settles promises of any depth before the first timer, between timers and after the last', async () => {
    const clock = new TestClock()
    const log: string[] = []
    const deep = async (name: string) => {
      for (let i = 0; i < 100; i++) await null
      log.push(name)
    }
    void deep('before')
    clock.schedule('1s', () => void deep('after one'))
    clock.schedule('2s', () => log.push('two'))
    clock.schedule('2s', () => void deep('after two'))

    await clock.advance('2s')
    expect(log).toEqual(['before', 'after one', 'two', 'after two'])
  })

  test('settles what passes through setImmediate, nextTick and queueMicrotask', async () => {
    const clock = new TestClock()
    const log: string[] = []
    clock.schedule('1s', () => {
      setImmediate(() => setImmediate(() => log.push('immediate')))
      process.nextTick(() => queueMicrotask(() => log.push('tick')))
    })
    clock.schedule('1s', () => log.push('next timer'))

    await clock.advance('1s')
    expect(log).toEqual(['tick', 'immediate', 'next timer'])
  })

  test('moves where fake timers were there before it was loaded', async () => {
    vi.useFakeTimers()
    vi.resetModules()
    try {
      const clock = new (await import('./index.js')).TestClock()
      const fn = vi.fn()
      clock.schedule('1s', fn)
      await clock.advance('1s')
      expect(fn).toHaveBeenCalledTimes(1)
    } finally {
      vi.useRealTimers()
    }
  })

  test('runs timers that timers plan, in the same move and at their time', async () => {
    const clock = new TestClock()
    const at: number[] = []
    const again = () => {
      at.push(clock.monotonic())
      clock.schedule('1s', again)
    }
    clock.schedule('1s', again)

    await clock.advance('3500ms')
    expect(at).toEqual([1_000, 2_000, 3_000])
    expect(clock.pending).toBe(1)
  })

  test('runs a timer of 0 within the next move', async () => {
    const clock = new TestClock()
    const fn = vi.fn()
    clock.schedule(0, fn)
    expect(fn).not.toHaveBeenCalled()

    await clock.advance(0)
    expect(fn).toHaveBeenCalledTimes(1)
  })

  test('gives up on a loop of timers of 0, in which no time passes', async () => {
    const clock = new TestClock()
    const poll = async () => {
      while (clock.monotonic() < 1_000) await clock.sleep(0)
    }
    void poll()

    await expect(clock.advance('2s')).rejects.toMatchObject({
      code: 'CLOCK_NOT_IDLE',
      message: "Timers are pending after 10000 timers at once: 'sleep' in 0ms.",
    })
  })
  test('lets loops of timers of 0 that end follow each other', async () => {
    const clock = new TestClock()
    const poll = async () => {
      for (let round = 0; round < 6_000; round++) await clock.sleep(0)
      return 'ended'
    }
    for (let loop = 0; loop < 2; loop++) {
      const polled = poll()
      await clock.advance(0)
      expect(await polled).toBe('ended')
    }
  })

  test('fires any number of timers that are due at once', async () => {
    const clock = new TestClock()
    const fn = vi.fn()
    for (let n = 0; n <= 10_000; n++) clock.schedule(0, fn)

    await clock.advance(0)
    expect(fn).toHaveBeenCalledTimes(10_001)
  })

  test('runs a timer in the context that scheduled it, as a runtime does, not in that of who moves the clock', async () => {
    const clock = new TestClock()
    const [seen, slept]: [unknown[], unknown[]] = [[], []]
    const read = () => correlationId.get()
    runInContext([[correlationId, 'who schedules']], () => {
      clock.schedule('1s', () => seen.push(read()))
      clock.sleep('1s').then(() => slept.push(read()))
    })

    await runInContext([[correlationId, 'who moves']], () => clock.advance('1s'))

    expect([seen, slept]).toEqual([['who schedules'], ['who schedules']])
  })

  test('refuses to schedule what is no function', () => {
    expect(() => new TestClock().schedule('1s', undefined as never)).toThrow(
      '@base/core Clock.schedule: fn must be a function, received undefined.',
    )
  })

  test('lets a loop that sleeps make all its rounds', async () => {
    const clock = new TestClock()
    const rounds: number[] = []
    const loop = async () => {
      for (let i = 0; i < 3; i++) {
        await clock.sleep('10s')
        rounds.push(clock.monotonic())
      }
    }
    const running = loop()

    await clock.advance('30s')
    await running
    expect(rounds).toEqual([10_000, 20_000, 30_000])
  })

  test('ends a sleep that is aborted, and leaves nothing behind', async () => {
    const clock = new TestClock()
    const controller = new AbortController()
    const reason = new Error('enough')
    const sleeping = clock.sleep('1h', { signal: controller.signal })
    expect(clock.pending).toBe(1)
    controller.abort(reason)

    await expect(sleeping).rejects.toBe(reason)
    expect(clock.pending).toBe(0)
  })

  test('does not fire what was cancelled, also by a timer before it', async () => {
    const clock = new TestClock()
    const fn = vi.fn()
    const timer = clock.schedule('1s', fn)
    clock.schedule('500ms', () => timer.cancel())

    await clock.advance('2s')
    timer.cancel()
    expect(fn).not.toHaveBeenCalled()
  })

  test('rejects with what a timer threw, and goes on from there', async () => {
    const clock = new TestClock()
    const fn = vi.fn()
    const error = new Error('broken timer')
    clock.schedule('1s', () => {
      throw error
    })
    clock.schedule('2s', fn)

    await expect(clock.advance('5s')).rejects.toBe(error)
    expect(clock.monotonic()).toBe(1_000)
    await clock.advance('1s')
    expect(fn).toHaveBeenCalledTimes(1)
  })

  test('makes moves one after the other', async () => {
    const clock = new TestClock()
    const fired: number[] = []
    clock.schedule('1s', () => fired.push(1))
    clock.schedule('3s', () => fired.push(3))

    await Promise.all([clock.advance('2s'), clock.advance('2s')])
    expect(fired).toEqual([1, 3])
    expect(clock.monotonic()).toBe(4_000)
  })

  test('goes anywhere, also beyond what setTimeout takes', async () => {
    const clock = new TestClock()
    const fn = vi.fn()
    clock.schedule('60d', fn)
    clock.schedule(Number.POSITIVE_INFINITY, fn)

    await clock.advance('365d')
    expect(fn).toHaveBeenCalledTimes(1)
  })

  test.each([-1, Number.NaN, 'soon' as Duration, Number.POSITIVE_INFINITY])(
    'refuses to advance by %s',
    (d) => {
      expect(() => new TestClock().advance(d)).toThrow('TestClock.advance: duration must be')
    },
  )

  test.each([Number.NaN, 0.5, '2025' as unknown as number])('refuses to stand at %s', (now) => {
    expect(() => new TestClock({ now })).toThrow('TestClock: now must be whole milliseconds since 1970')
    expect(() => new TestClock().setNow(now)).toThrow('now must be')
  })

  describe('when the wall clock is corrected', () => {
    test('steps back without moving timers or the monotonic time', async () => {
      const clock = new TestClock({ now: 100_000 })
      const fn = vi.fn()
      clock.schedule('10s', fn)
      await clock.advance('5s')
      clock.setNow(50_000)
      expect([clock.now(), clock.monotonic()]).toEqual([50_000, 5_000])

      await clock.advance('5s')
      expect(fn).toHaveBeenCalledTimes(1)
      expect(clock.now()).toBe(55_000)
    })
  })

  describe('pending', () => {
    test('counts what would keep a process alive, and names it', () => {
      const clock = new TestClock()
      clock.schedule('2s', () => {}, { name: 'lease' })
      clock.schedule('1s', () => {})
      clock.schedule('1s', () => {}, { ref: false, name: 'sweeper' })
      const cancelled = clock.schedule('1s', () => {})
      cancelled.cancel()

      expect(clock.pending).toBe(2)
      expect(clock.pendingTimers).toEqual([
        { name: 'timer', dueIn: 1_000 },
        { name: 'lease', dueIn: 2_000 },
      ])
    })

    test('follows ref and unref', () => {
      const clock = new TestClock()
      const timer = clock.schedule('1s', () => {})
      timer.unref()
      expect(clock.pending).toBe(0)
      timer.ref()
      expect(clock.pending).toBe(1)
    })

    test('names what a test leaves behind', async () => {
      const clock = new TestClock()
      clock.assertIdle()
      clock.schedule('90s', () => {}, { name: 'lease renewal' })
      clock.schedule(Number.POSITIVE_INFINITY, () => {}, { name: 'wait for a lock' })

      expect(() => clock.assertIdle()).toThrow(
        "Timers are pending at the end: 'lease renewal' in 90s, 'wait for a lock' in Infinity.",
      )
    })
  })

  describe('runAll', () => {
    test('moves to the last timer, nested ones too', async () => {
      const clock = new TestClock()
      const fn = vi.fn()
      clock.schedule('1s', () => clock.schedule('1h', fn))

      await clock.runAll()
      expect(fn).toHaveBeenCalledTimes(1)
      expect(clock.monotonic()).toBe(3_601_000)
    })

    test('does not wait for idle timers, but fires them on the way', async () => {
      const clock = new TestClock()
      const sweeps = vi.fn()
      const sweep = () => {
        sweeps()
        clock.schedule('1s', sweep, { ref: false })
      }
      clock.schedule('1s', sweep, { ref: false })
      clock.schedule('3s', () => {})

      await clock.runAll()
      expect(sweeps).toHaveBeenCalledTimes(2)
      expect(clock.monotonic()).toBe(3_000)
    })

    test('gives up on what is never due, and names it', async () => {
      const clock = new TestClock()
      void clock.sleep('1s')
      void clock.sleep(Number.POSITIVE_INFINITY)

      await expect(clock.runAll()).rejects.toMatchObject({
        code: 'CLOCK_NOT_IDLE',
        message: "Timers are pending for ever: 'sleep' in Infinity.",
      })
      expect(clock.monotonic()).toBe(1_000)
    })

    test('gives up on a timer that plans itself anew for ever, and names it', async () => {
      const clock = new TestClock()
      const poll = () => {
        clock.schedule('1s', poll, { name: 'poll' })
      }
      poll()

      await expect(clock.runAll()).rejects.toMatchObject({
        code: 'CLOCK_NOT_IDLE',
        message: "Timers are pending after 10000 timers: 'poll' in 1s.",
      })
    })
  })
})
