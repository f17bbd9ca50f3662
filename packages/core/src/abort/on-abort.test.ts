import { getEventListeners } from 'node:events'
import { describe, expect, test, vi } from 'vitest'
import { onAbort } from './index.js'

const listenersOf = (signal: AbortSignal) => getEventListeners(signal, 'abort').length

/** What reaches the process as an exception that nobody caught, in place of the runner. */
async function uncaughtIn(act: () => void): Promise<unknown[]> {
  const runners = process.listeners('uncaughtException')
  const uncaught: unknown[] = []
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', (error) => uncaught.push(error))
  act()
  await new Promise((resolve) => setImmediate(resolve))
  process.removeAllListeners('uncaughtException')
  for (const runner of runners) process.on('uncaughtException', runner)
  return uncaught
}

describe('onAbort', () => {
  test('tells each listener once, in the order in which they came', () => {
    const caller = new AbortController()
    const told: number[] = []
    for (const one of [1, 2, 3]) onAbort(caller.signal, () => told.push(one))
    expect(told).toEqual([])

    caller.abort()
    caller.signal.dispatchEvent(new Event('abort'))
    expect(told).toEqual([1, 2, 3])
  })

  test('tells nothing of a signal that has aborted already', () => {
    const listener = vi.fn()
    const { signal } = new AbortController()
    const stop = onAbort(AbortSignal.abort(), listener)
    onAbort(signal, listener)()
    stop()
    expect(listener).not.toHaveBeenCalled()
  })

  test('takes one listener of the platform, however many wait, and leaves none', () => {
    const { signal } = new AbortController()
    const stops = Array.from({ length: 20_000 }, () => onAbort(signal, () => {}))
    expect(listenersOf(signal)).toBe(1)
    stops.shift()?.()
    expect(listenersOf(signal)).toBe(1)
    for (const stop of stops) stop()
    expect(listenersOf(signal)).toBe(0)
  })

  test('leaves no listener after the abort', () => {
    const caller = new AbortController()
    onAbort(caller.signal, () => {})
    onAbort(caller.signal, () => {})
    caller.abort()
    expect(listenersOf(caller.signal)).toBe(0)
  })

  test('keeps signals apart, whichever is listened to in between', () => {
    const callers = Array.from({ length: 3 }, () => new AbortController())
    const told: string[] = []
    const stops = ['a', 'b'].flatMap((round) =>
      callers.map(({ signal }, index) => onAbort(signal, () => told.push(round + index))),
    )
    for (const { signal } of callers) expect(listenersOf(signal)).toBe(1)
    callers[1]?.abort()
    expect(told).toEqual(['a1', 'b1'])
    stops[0]?.()
    callers[0]?.abort()
    expect(told).toEqual(['a1', 'b1', 'b0'])
    for (const stop of stops) stop()
    for (const { signal } of callers) expect(listenersOf(signal)).toBe(0)
  })

  test('ends one registration at a time, also of the same listener, however often it is asked to', () => {
    const caller = new AbortController()
    const listener = vi.fn()
    const stop = onAbort(caller.signal, listener)
    onAbort(caller.signal, listener)
    stop()
    stop()
    caller.abort()
    expect(listener).toHaveBeenCalledTimes(1)
  })

  test('listens again after all had ended', () => {
    const caller = new AbortController()
    const listener = vi.fn()
    onAbort(caller.signal, () => {})()
    onAbort(caller.signal, listener)
    caller.abort()
    expect(listener).toHaveBeenCalledTimes(1)
  })

  test('does not tell whom another has ended before', () => {
    const caller = new AbortController()
    const ended = vi.fn()
    const stops: (() => void)[] = []
    onAbort(caller.signal, () => stops[0]?.())
    stops.push(onAbort(caller.signal, ended))
    caller.abort()
    expect(ended).not.toHaveBeenCalled()
  })

  test('does not tell who comes from a listener', () => {
    const caller = new AbortController()
    const late = vi.fn()
    onAbort(caller.signal, () => onAbort(caller.signal, late)())
    caller.abort()
    expect(late).not.toHaveBeenCalled()
    expect(listenersOf(caller.signal)).toBe(0)
  })

  test('nor where others wait too, and each listens again', () => {
    const caller = new AbortController()
    let told = 0
    const again = () => {
      told++
      onAbort(caller.signal, again)
    }
    for (let n = 0; n < 3; n++) onAbort(caller.signal, again)
    caller.abort()
    expect(told).toBe(3)
  })

  test('tells all others of one that throws, which is reported as an exception nobody caught', async () => {
    const caller = new AbortController()
    const [one, other] = [new Error('one'), new Error('other')]
    const told = vi.fn()
    const uncaught = await uncaughtIn(() => {
      for (const error of [one, other])
        onAbort(caller.signal, () => {
          throw error
        })
      onAbort(caller.signal, told)
      caller.abort()
    })
    expect(told).toHaveBeenCalledTimes(1)
    expect(uncaught).toEqual([one, other])
  })

  test('takes a signal that has its listeners alone', () => {
    const listeners = new Set<() => void>()
    const signal = {
      aborted: false,
      addEventListener: (_: 'abort', listener: () => void) => listeners.add(listener),
      removeEventListener: (_: 'abort', listener: () => void) => listeners.delete(listener),
    }
    const told = vi.fn()
    onAbort(signal as never, told)
    onAbort(signal as never, told)()
    expect(listeners.size).toBe(1)
    for (const listener of listeners) listener()
    expect([told.mock.calls.length, listeners.size]).toEqual([1, 0])
  })
})
