import { execFile } from 'node:child_process'
import { getEventListeners } from 'node:events'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Duration } from '../duration/duration.js'
import { TestClock } from '../testing/test-clock.js'
import { systemClock } from './index.js'

const DAY = 86_400_000
const LONGEST = 2 ** 31 - 1

afterEach(() => {
  vi.useRealTimers()
})

describe('systemClock', () => {
  test('tells the time', () => {
    const before = Date.now()
    const now = systemClock.now()

    expect(now).toBeGreaterThanOrEqual(before)
    expect(now).toBeLessThanOrEqual(Date.now())
    expect(systemClock.monotonic()).toBeLessThanOrEqual(systemClock.monotonic())
  })

  test('calls after the time, once', () => {
    vi.useFakeTimers()
    const fn = vi.fn()
    systemClock.schedule('30s', fn)

    vi.advanceTimersByTime(29_999)
    expect(fn).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    vi.advanceTimersByTime(60_000)
    expect(fn).toHaveBeenCalledTimes(1)
  })

  test('does not call what was cancelled, however often', () => {
    vi.useFakeTimers()
    const fn = vi.fn()
    const timer = systemClock.schedule('30s', fn)
    timer.cancel()
    timer.cancel()

    vi.advanceTimersByTime(60_000)
    expect(fn).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('waits for longer than setTimeout can', () => {
    vi.useFakeTimers()
    const fn = vi.fn()
    systemClock.schedule('60d', fn)

    vi.advanceTimersByTime(60 * DAY - 1)
    expect(fn).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(fn).toHaveBeenCalledTimes(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('never gives setTimeout more than it takes', () => {
    vi.useFakeTimers()
    const setTimeout = vi.spyOn(globalThis, 'setTimeout')
    systemClock.schedule('60d', () => {})
    vi.advanceTimersByTime(60 * DAY)

    const delays = setTimeout.mock.calls.map(([, delay]) => delay)
    expect(delays).toEqual([LONGEST, LONGEST, 60 * DAY - 2 * LONGEST])
  })

  test('cancels in the second piece of a long wait', () => {
    vi.useFakeTimers()
    const fn = vi.fn()
    const timer = systemClock.schedule('60d', fn)
    vi.advanceTimersByTime(40 * DAY)
    timer.cancel()

    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(40 * DAY)
    expect(fn).not.toHaveBeenCalled()
  })

  test('waits for ever for Infinity', () => {
    vi.useFakeTimers()
    const fn = vi.fn()
    const timer = systemClock.schedule(Number.POSITIVE_INFINITY, fn)
    vi.advanceTimersByTime(400 * DAY)

    expect(fn).not.toHaveBeenCalled()
    timer.cancel()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('refuses what is no duration, and says so', async () => {
    expect(() => systemClock.schedule('60d', undefined as never)).toThrow(
      '@base/core Clock.schedule: fn must be a function, received undefined',
    )
    expect(() => systemClock.schedule(-1, () => {})).toThrow(
      '@base/core Clock.schedule: duration must be at least 0',
    )
    await expect(systemClock.sleep('soon' as Duration)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  })

  test('sleep refuses a signal that is none, such as its controller', async () => {
    for (const clock of [systemClock, new TestClock()])
      for (const signal of [5, null, new AbortController()])
        await expect(clock.sleep(5, { signal: signal as never })).rejects.toThrow(
          '@base/core Clock.sleep: signal must be an AbortSignal, received ',
        )
  })

  describe('sleep', () => {
    test('resolves after the time', async () => {
      vi.useFakeTimers()
      const done = vi.fn()
      const sleeping = systemClock.sleep('1s').then(done)

      await vi.advanceTimersByTimeAsync(999)
      expect(done).not.toHaveBeenCalled()
      await vi.advanceTimersByTimeAsync(1)
      await sleeping
      expect(done).toHaveBeenCalled()
    })

    test('rejects with the reason of the abort, and leaves no timer and no listener', async () => {
      vi.useFakeTimers()
      const controller = new AbortController()
      const reason = new Error('the client went away')
      const sleeping = systemClock.sleep('1h', { signal: controller.signal })
      controller.abort(reason)

      await expect(sleeping).rejects.toBe(reason)
      expect(vi.getTimerCount()).toBe(0)
      expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    })

    test('leaves no listener when it ends by itself', async () => {
      vi.useFakeTimers()
      const { signal } = new AbortController()
      const sleeping = systemClock.sleep('1h', { signal })
      await vi.advanceTimersByTimeAsync(3_600_000)
      await sleeping

      expect(getEventListeners(signal, 'abort')).toEqual([])
    })

    test('does not begin on an aborted signal', async () => {
      vi.useFakeTimers()
      const reason = new Error('too late')

      await expect(systemClock.sleep('1h', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
      expect(vi.getTimerCount()).toBe(0)
    })
  })

  describe('in a process of its own', () => {
    const url = JSON.stringify(new URL('./system-clock.ts', import.meta.url).href)
    const run = async (script: string) => {
      const code = `const { systemClock } = await import(${url});${script}`
      const { stdout } = await promisify(execFile)(process.execPath, [
        '--import',
        loader,
        '--input-type=module',
        '-e',
        code,
      ])
      return stdout
    }
    // Sources import each other as .js, as the published files are called.
    const loader = `data:text/javascript,${encodeURIComponent(`
      import { registerHooks } from 'node:module'
      registerHooks({ resolve: (specifier, context, next) =>
        next(specifier.startsWith('.') && context.parentURL?.endsWith('.ts') ? specifier.replace(/\\.js$/, '.ts') : specifier, context) })
    `)}`

    test('a wait keeps it alive to the end', async () => {
      expect(await run(`await systemClock.sleep(20); console.log('done')`)).toBe('done\n')
    })

    test('an idle timer does not, short or long', async () => {
      const script = `
        for (const d of ['1h', '60d', Infinity]) systemClock.schedule(d, () => {}, { ref: false })
        const timer = systemClock.schedule('60d', () => {}); timer.unref()
        const short = systemClock.schedule('1h', () => {}); short.unref()
        process.on('exit', () => console.log('ended'))`
      expect(await run(script)).toBe('ended\n')
    })

    test('a timer that is taken back to ref keeps it alive again', async () => {
      const script = `
        const timer = systemClock.schedule(20, () => console.log('fired'), { ref: false })
        timer.ref()`
      expect(await run(script)).toBe('fired\n')
    })
  })
})
