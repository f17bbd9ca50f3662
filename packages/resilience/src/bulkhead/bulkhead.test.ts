import { getEventListeners } from 'node:events'
import { TestClock } from '@base/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { pipeline } from '../pipeline/index.js'
import { Timeout } from '../timeout/index.js'
import { Bulkhead } from './index.js'

/** A promise that settles when the test says so. */
function deferred<T>() {
  let resolve: (value: T) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}

/** A call that ends when the test says so. */
function pendingCall() {
  const { promise, resolve, reject } = deferred<string>()
  return { fn: vi.fn(() => promise), resolve, reject }
}

describe('Bulkhead', () => {
  test('runs ten at once where nobody says, and lets others wait', () => {
    const bulkhead = new Bulkhead({ clock: new TestClock() })
    for (let call = 0; call < 12; call++) bulkhead.execute(() => new Promise(() => {})).catch(() => {})
    expect([bulkhead.running, bulkhead.queued]).toEqual([10, 2])
  })

  test('who waits gets a slot by priority, then in order of arrival', async () => {
    const clock = new TestClock()
    const bulkhead = new Bulkhead({ maxConcurrent: 1, clock })
    const first = pendingCall()
    bulkhead.execute(first.fn)
    const order: string[] = []
    for (const [name, priority] of [
      ['a', 0],
      ['b', 5],
      ['c', 0],
      ['d', 5],
      ['e', -1],
    ] as const)
      bulkhead.execute(async () => void order.push(name), { priority })
    first.resolve('done')
    await clock.advance(0)
    expect(order).toEqual(['b', 'd', 'a', 'c', 'e'])
    expect([bulkhead.running, bulkhead.queued, clock.pending]).toEqual([0, 0, 0])
  })

  test('a slot passes straight on: no newcomer comes between', async () => {
    const clock = new TestClock()
    const bulkhead = new Bulkhead({ maxConcurrent: 1, maxQueue: 1, clock })
    const first = pendingCall()
    const order: string[] = []
    const running = bulkhead.execute(first.fn)
    const waiting = bulkhead.execute(() => order.push('waiting'))
    first.resolve('done')
    // In the gap of the hand-off, right where the first call's caller goes on.
    const newcomer = running.then(() => bulkhead.execute(() => order.push('newcomer')))
    await Promise.all([waiting, newcomer])
    expect(order).toEqual(['waiting', 'newcomer'])
  })

  test('refuses where the queue is full, and calls nothing', async () => {
    const bulkhead = new Bulkhead({ maxConcurrent: 1, maxQueue: 0, name: 'reports' })
    bulkhead.execute(() => new Promise(() => {}))
    const fn = vi.fn()
    await expect(bulkhead.execute(fn)).rejects.toMatchObject({
      code: 'BULKHEAD_FULL',
      kind: 'unavailable',
      details: { name: 'reports', reason: 'queue_full' },
    })
    expect([fn.mock.calls.length, bulkhead.stats.rejected]).toEqual([0, 1])
  })

  test('refuses after maxWait, 5 s where nobody says', async () => {
    const clock = new TestClock()
    const bulkhead = new Bulkhead({ maxConcurrent: 1, clock })
    const first = pendingCall()
    bulkhead.execute(first.fn)
    const fn = vi.fn()
    const reason = bulkhead.execute(fn).catch((error) => error.details.reason)
    await clock.advance(4_999)
    expect(bulkhead.queued).toBe(1)
    await clock.advance(1)
    expect(await reason).toBe('waited_too_long')
    first.resolve('done')
    await clock.advance(0)
    expect([fn.mock.calls.length, bulkhead.running, clock.pending]).toEqual([0, 0, 0])
  })

  test('a waiter that is aborted leaves at once, never runs, and leaves nothing behind', async () => {
    const clock = new TestClock()
    const bulkhead = new Bulkhead({ maxConcurrent: 1, clock })
    const first = pendingCall()
    bulkhead.execute(first.fn)
    const controller = new AbortController()
    const fn = vi.fn()
    const call = bulkhead.execute(fn, { signal: controller.signal })
    expect(bulkhead.queued).toBe(1)
    controller.abort(new Error('not wanted'))
    expect(bulkhead.queued).toBe(0)
    await expect(call).rejects.toThrow('not wanted')
    first.resolve('done')
    await clock.advance(0)
    expect([fn.mock.calls.length, clock.pending]).toEqual([0, 0])
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
  })

  test('one that is aborted between its admission and its start gives the slot on', async () => {
    const clock = new TestClock()
    const bulkhead = new Bulkhead({ maxConcurrent: 1, clock })
    const first = pendingCall()
    const controller = new AbortController()
    const order: string[] = []
    first.fn.mockImplementation(async () => 'done')
    const { promise, resolve } = deferred<void>()
    bulkhead.execute(() => promise)
    const aborted = bulkhead.execute(() => order.push('aborted'), { signal: controller.signal })
    const next = bulkhead.execute(() => order.push('next'))
    resolve()
    queueMicrotask(() => controller.abort(new Error('not wanted')))
    await Promise.allSettled([aborted, next])
    expect(order).toContain('next')
    expect([bulkhead.running, bulkhead.queued]).toEqual([0, 0])
  })

  test('a slot is held until the function has settled, also when a timeout inside gave up on it', async () => {
    const clock = new TestClock()
    const bulkhead = new Bulkhead({ maxConcurrent: 1, clock })
    const policy = pipeline(bulkhead, new Timeout({ timeout: '1s', clock }))
    const slow = pendingCall()
    const call = policy.execute(slow.fn).catch((error) => error.code)
    await clock.advance('1s')
    expect([await call, bulkhead.running]).toEqual(['TIMEOUT', 1])
    slow.resolve('late')
    await clock.advance(0)
    expect(bulkhead.running).toBe(0)
  })

  test('waitUntil keeps the slot for work that goes on', async () => {
    const bulkhead = new Bulkhead()
    const work = pendingCall()
    await bulkhead.execute((ctx) => ctx.waitUntil(work.fn()))
    expect(bulkhead.running).toBe(1)
    work.reject(new Error('ignored'))
    await new Promise((resolve) => setImmediate(resolve))
    expect(bulkhead.running).toBe(0)
  })

  test('resize starts who waits, and stops nobody', async () => {
    const clock = new TestClock()
    const bulkhead = new Bulkhead({ maxConcurrent: 1, clock })
    const calls = [0, 1, 2].map(pendingCall)
    for (const { fn } of calls) bulkhead.execute(fn)
    bulkhead.resize(3)
    await clock.advance(0)
    expect(calls.map(({ fn }) => fn.mock.calls.length)).toEqual([1, 1, 1])
    bulkhead.resize(1)
    const fourth = pendingCall()
    bulkhead.execute(fourth.fn)
    expect(bulkhead.running).toBe(3)
    calls[0]?.resolve('done')
    calls[1]?.resolve('done')
    await clock.advance(0)
    expect([bulkhead.running, fourth.fn.mock.calls.length]).toEqual([1, 0])
    calls[2]?.resolve('done')
    await clock.advance(0)
    expect(fourth.fn).toHaveBeenCalledTimes(1)
  })

  test('a failure and a synchronous throw free the slot', async () => {
    const bulkhead = new Bulkhead({ maxConcurrent: 1, maxQueue: 0 })
    await bulkhead.execute(() => Promise.reject(new Error('down'))).catch(() => {})
    const thrown = bulkhead.execute(() => {
      throw new Error('down')
    })
    await expect(thrown).rejects.toThrow('down')
    expect(await bulkhead.execute(() => bulkhead.running)).toBe(1)
    expect(bulkhead.running).toBe(0)
  })

  test.each([
    ['maxConcurrent', { maxConcurrent: 0 }],
    ['maxQueue', { maxQueue: -1 }],
    ['maxWait', { maxWait: 'soon' }],
  ])('refuses a wrong %s', (option, options) => {
    expect(() => new Bulkhead(options as never)).toThrow(`Bulkhead: ${option} must be`)
  })
})
