import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { getEventListeners } from 'node:events'
import { TestClock } from '@base/core/testing'
import { deferred } from '@base-internal/tools/deferred'
import { describe, expect, test, vi } from 'vitest'
import { CircuitBreaker } from '../circuit-breaker/index.js'
import { pipeline } from '../pipeline/index.js'
import { Timeout } from '../timeout/index.js'
import { Bulkhead, BulkheadFullError, type BulkheadOptions } from './index.js'

/** A call that ends when the test says so. */
function pendingCall() {
  const { promise, resolve, reject } = deferred<string>()
  return { fn: vi.fn(() => promise), resolve, reject }
}

/** One at once, and that one runs. */
function fullBulkhead(options: BulkheadOptions = {}) {
  const bulkhead = new Bulkhead({ maxConcurrent: 1, name: 'reports', ...options })
  const running = pendingCall()
  bulkhead.execute(running.fn)
  return { bulkhead, running }
}

describe('Bulkhead', () => {
  test('runs ten at once where nobody says, and lets others wait', () => {
    const bulkhead = new Bulkhead({ clock: new TestClock() })
    for (let call = 0; call < 12; call++) bulkhead.execute(() => new Promise(() => {})).catch(() => {})
    expect([bulkhead.running, bulkhead.queued]).toEqual([10, 2])
  })

  test('wraps a method, which keeps its object and takes a slot', async () => {
    const bulkhead = new Bulkhead()
    const report = {
      pages: 3,
      print: bulkhead.wrap(async function (this: { pages: number }, copies: number) {
        return [this.pages * copies, bulkhead.running]
      }),
    }
    expect(await report.print(2)).toEqual([6, 1])
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
      message: "Bulkhead 'reports' is full: 1 calls are running and 0 waiting.",
    })
    expect([fn.mock.calls.length, bulkhead.stats.rejected]).toEqual([0, 1])
  })

  test('lets as many wait as maxQueue says, and refuses the next', async () => {
    const { bulkhead } = fullBulkhead({ maxQueue: 2, clock: new TestClock() })
    for (let call = 0; call < 2; call++) bulkhead.execute(() => {}).catch(() => {})
    await expect(bulkhead.execute(() => {})).rejects.toMatchObject({ details: { reason: 'queue_full' } })
    expect(bulkhead.stats).toEqual({ calls: 1, rejected: 1, running: 1, queued: 2 })
  })

  test('a maxWait of 0 lets none wait', async () => {
    const clock = new TestClock()
    const { bulkhead } = fullBulkhead({ maxWait: 0, clock })
    const reason = bulkhead.execute(() => {}).catch((error) => error.details.reason)
    expect(bulkhead.queued).toBe(0)
    expect(await reason).toBe('queue_full')
  })

  test('a maxWait of Infinity lets them wait for ever, by no timer', async () => {
    const clock = new TestClock()
    const { bulkhead, running } = fullBulkhead({ maxWait: Number.POSITIVE_INFINITY, clock })
    const waiting = bulkhead.execute(() => 'done')
    expect(clock.pending).toBe(0)
    await clock.advance('30d')
    expect(bulkhead.queued).toBe(1)
    running.resolve('done')
    expect(await waiting).toBe('done')
  })

  test('says how long a call has waited in vain', async () => {
    const clock = new TestClock()
    const { bulkhead } = fullBulkhead({ maxWait: '2s', clock })
    const message = bulkhead.execute(() => {}).catch((error) => error.message)
    await clock.advance('2s')
    expect(await message).toBe("Bulkhead 'reports' is full: no slot within 2s.")
  })

  test('its error has code, kind and a message, also where someone else makes it', () => {
    expect(new BulkheadFullError()).toMatchObject({
      code: 'BULKHEAD_FULL',
      kind: 'unavailable',
      message: 'The bulkhead is full.',
    })
  })

  test('its error says its own where it is told nothing', () => {
    const told = [null, 'busy', { code: undefined, message: undefined }] as never[]
    for (const options of told)
      expect(new BulkheadFullError(options)).toMatchObject({
        code: 'BULKHEAD_FULL',
        message: 'The bulkhead is full.',
      })
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

  test('one in the middle of the line that is aborted takes nobody with it', async () => {
    const clock = new TestClock()
    const { bulkhead, running } = fullBulkhead({ clock })
    const controller = new AbortController()
    const order: string[] = []
    bulkhead.execute(() => order.push('first'))
    bulkhead.execute(() => order.push('second'))
    bulkhead.execute(() => order.push('aborted'), { signal: controller.signal }).catch(() => {})
    bulkhead.execute(() => order.push('last'))
    controller.abort()
    running.resolve('done')
    await clock.advance(0)
    expect(order).toEqual(['first', 'second', 'last'])
  })

  test('one that was admitted leaves no listener on its signal', async () => {
    const clock = new TestClock()
    const { bulkhead, running } = fullBulkhead({ clock })
    const { signal } = new AbortController()
    const waiting = bulkhead.execute(() => 'done', { signal })
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    running.resolve('done')
    expect(await waiting).toBe('done')
    expect([getEventListeners(signal, 'abort').length, clock.pending]).toEqual([0, 0])
  })

  test('one that is given up on its way does not begin to wait', async () => {
    const clock = new TestClock()
    const { bulkhead } = fullBulkhead({ clock })
    const breaker = new CircuitBreaker({ failureThreshold: 1, recoveryTimeout: '1s', clock })
    await breaker.execute(() => Promise.reject(new Error('down'))).catch(() => {})
    await clock.advance('1s')
    const controller = new AbortController()
    breaker.on('stateChange', () => controller.abort(new Error('not wanted')))
    const call = pipeline(breaker, bulkhead).execute(() => {}, { signal: controller.signal })
    expect(bulkhead.queued).toBe(0)
    await expect(call).rejects.toThrow('not wanted')
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
    expect(order).toEqual(['next'])
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

  test('waitUntil keeps nothing once the slot was given back', async () => {
    const bulkhead = new Bulkhead()
    let waitUntil: (promise: Promise<unknown>) => void = () => {}
    await bulkhead.execute((ctx) => {
      waitUntil = ctx.waitUntil
    })
    waitUntil(Promise.resolve())
    expect(bulkhead.running).toBe(0)
    await new Promise((resolve) => setImmediate(resolve))
    expect(bulkhead.running).toBe(0)
  })

  test('waitUntil keeps the slot until the last of several is done', async () => {
    const bulkhead = new Bulkhead()
    const works = [deferred<void>(), deferred<void>()]
    await bulkhead.execute((ctx) => {
      for (const { promise } of works) ctx.waitUntil(promise)
    })
    works[0]?.resolve()
    await new Promise((resolve) => setImmediate(resolve))
    expect(bulkhead.running).toBe(1)
    works[1]?.resolve()
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

  describe('events', () => {
    test('queued tells how many wait, with this one', () => {
      const { bulkhead } = fullBulkhead({ clock: new TestClock() })
      const heard: unknown[] = []
      bulkhead.on('queued', (event) => heard.push(event))
      for (let call = 0; call < 2; call++) bulkhead.execute(() => {}).catch(() => {})
      expect(heard).toEqual([
        { name: 'reports', queued: 1 },
        { name: 'reports', queued: 2 },
      ])
    })

    test('admitted tells how long a call waited, also on a diagnostics channel; one that did not wait is none', async () => {
      const clock = new TestClock()
      const heard: unknown[] = []
      const published: unknown[] = []
      const listen = (payload: unknown) => published.push(payload)
      subscribe('base:resilience:bulkhead:admitted', listen)
      const { bulkhead, running } = fullBulkhead({ clock })
      bulkhead.on('admitted', (event) => heard.push(event))
      const waiting = bulkhead.execute(() => 'done')
      await clock.advance(250)
      running.resolve('over')
      expect(await waiting).toBe('done')
      unsubscribe('base:resilience:bulkhead:admitted', listen)
      expect(heard).toEqual([{ name: 'reports', waited: 250 }])
      expect(published).toEqual(heard)
    })

    test('admitted is not told of a call that is given up', async () => {
      const { bulkhead, running } = fullBulkhead({ clock: new TestClock() })
      const heard = vi.fn()
      bulkhead.on('admitted', heard)
      const controller = new AbortController()
      const given = bulkhead.execute(() => {}, { signal: controller.signal }).catch((error: unknown) => error)
      controller.abort(new Error('enough'))
      running.resolve('over')
      expect(await given).toMatchObject({ message: 'enough' })
      expect(heard).not.toHaveBeenCalled()
    })

    test('rejected tells the error that the call gets', async () => {
      const { bulkhead } = fullBulkhead({ maxQueue: 0 })
      const heard: unknown[] = []
      const end = bulkhead.on('rejected', (event) => heard.push(event))
      const error = await bulkhead.execute(() => {}).catch((thrown) => thrown)
      end()
      await bulkhead.execute(() => {}).catch(() => {})
      expect(heard).toEqual([{ name: 'reports', error }])
    })

    test('rejected is on a diagnostics channel', async () => {
      const { bulkhead } = fullBulkhead({ maxQueue: 0 })
      const heard: unknown[] = []
      const listen = (payload: unknown) => heard.push(payload)
      subscribe('base:resilience:bulkhead:rejected', listen)
      const error = await bulkhead.execute(() => {}).catch((thrown) => thrown)
      unsubscribe('base:resilience:bulkhead:rejected', listen)
      expect(heard).toEqual([{ name: 'reports', error }])
    })

    test('a misspelled one is refused', () => {
      expect(() => new Bulkhead().on('full' as never, () => {})).toThrow('Bulkhead: event must be')
    })
  })

  test.each([
    ['name', { name: '' }],
    ['maxConcurrent', { maxConcurrent: 0 }],
    ['maxQueue', { maxQueue: -1 }],
    ['maxWait', { maxWait: 'soon' }],
  ])('refuses a wrong %s', (option, options) => {
    expect(() => new Bulkhead(options as never)).toThrow(`Bulkhead: ${option} must be`)
  })

  test('resize refuses what is no integer from 1, and changes nothing', () => {
    const bulkhead = new Bulkhead({ maxConcurrent: 1 })
    expect(() => bulkhead.resize(0)).toThrow('Bulkhead: maxConcurrent must be an integer from 1')
    bulkhead.execute(() => new Promise(() => {}))
    expect(bulkhead.running).toBe(1)
  })
})
