import { AppError, TimeoutError } from '@base/core/errors'
import { TestClock } from '@base/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { pipeline } from '../pipeline/index.js'
import { Timeout } from '../timeout/index.js'
import { AdaptiveBulkhead, type AdaptiveBulkheadOptions } from './index.js'

/** Rounds of as many calls as may run, each of which takes that long. */
async function load(bulkhead: AdaptiveBulkhead, clock: TestClock, latency: number, rounds: number) {
  for (let round = 0; round < rounds; round++) {
    const calls = Array.from({ length: bulkhead.limit }, () => bulkhead.execute(() => clock.sleep(latency)))
    await clock.advance(latency)
    await Promise.all(calls)
  }
}

describe('AdaptiveBulkhead', () => {
  test('begins with 20, or the bound next to it, or what it is told', () => {
    expect(new AdaptiveBulkhead({ min: 1, max: 100 }).limit).toBe(20)
    expect(new AdaptiveBulkhead({ min: 1, max: 5 }).limit).toBe(5)
    expect(new AdaptiveBulkhead({ min: 50, max: 100 }).limit).toBe(50)
    expect(new AdaptiveBulkhead({ min: 1, max: 100, initial: 10 }).limit).toBe(10)
  })

  test('lets more run while they are as fast as usual, and fewer once they take much longer', async () => {
    const clock = new TestClock()
    const bulkhead = new AdaptiveBulkhead({ min: 5, max: 40, clock })
    await load(bulkhead, clock, 10, 50)
    expect(bulkhead.limit).toBe(40)
    await load(bulkhead, clock, 100, 60)
    expect(bulkhead.limit).toBeLessThan(10)
    expect([bulkhead.running, bulkhead.queued, clock.pending]).toEqual([0, 0, 0])
  })

  test('is the same two numbers where the bounds are: a plain bulkhead', async () => {
    const clock = new TestClock()
    const bulkhead = new AdaptiveBulkhead({ min: 3, max: 3, clock, maxQueue: 1 })
    const never = () => new Promise(() => {})
    for (let call = 0; call < 4; call++) bulkhead.execute(never).catch(() => {})
    expect([bulkhead.running, bulkhead.queued, bulkhead.limit]).toEqual([3, 1, 3])
    await expect(bulkhead.execute(never)).rejects.toMatchObject({
      code: 'BULKHEAD_FULL',
      details: { name: 'adaptive-bulkhead', reason: 'queue_full' },
    })
    expect(bulkhead.stats).toEqual({ calls: 3, rejected: 1, running: 3, queued: 1, limit: 3 })
    await clock.advance('5s')
    expect(bulkhead.queued).toBe(0)
  })

  test('those who wait start at once where the limit grows', async () => {
    const clock = new TestClock()
    const bulkhead = new AdaptiveBulkhead({ min: 1, max: 100, initial: 10, clock })
    const calls = Array.from({ length: 30 }, () => bulkhead.execute(() => clock.sleep(10)))
    expect([bulkhead.running, bulkhead.queued]).toEqual([10, 20])
    await clock.advance(10)
    await clock.advance(10)
    expect(bulkhead.limit).toBe(11)
    await clock.runAll()
    await Promise.all(calls)
  })

  test('a timeout is a long latency; another failure, or an abort, says nothing', async () => {
    const clock = new TestClock()
    const bulkhead = new AdaptiveBulkhead({ min: 1, max: 100, clock })
    await load(bulkhead, clock, 10, 10)
    const before = bulkhead.limit
    const controller = new AbortController()
    for (let call = 0; call < 200; call++)
      await bulkhead.execute(() => Promise.reject(new Error('down'))).catch(() => {})
    const aborted = Array.from({ length: bulkhead.limit }, () =>
      bulkhead
        .execute(({ signal }) => clock.sleep('1m', { signal }), { signal: controller.signal })
        .catch(() => {}),
    )
    await clock.advance('30s')
    controller.abort(new TimeoutError())
    await Promise.all(aborted)
    expect(bulkhead.limit).toBe(before)

    const timeout = new Timeout({ timeout: '1s', clock })
    for (const hasty of [pipeline(bulkhead, timeout), pipeline(timeout, bulkhead)]) {
      const { limit } = bulkhead
      for (let round = 0; round < 5; round++) {
        const late = Array.from({ length: bulkhead.limit }, () =>
          hasty.execute(({ signal }) => clock.sleep('1m', { signal })).catch(() => {}),
        )
        await clock.advance('1s')
        await Promise.all(late)
      }
      expect(bulkhead.limit).toBeLessThan(limit)
    }
  })

  test.each<[string, () => unknown]>([
    ['AbortSignal.timeout()', () => new DOMException('too late', 'TimeoutError')],
    ['a TimeoutError with a code of its own', () => new TimeoutError({ code: 'DB_TIMEOUT' })],
    [
      'an error of another copy of this package',
      () => new AppError({ code: 'TIMEOUT', kind: 'timeout', message: 'x' }),
    ],
  ])('a timeout of the function itself is a long latency: %s', async (_, errorOf) => {
    const clock = new TestClock()
    const bulkhead = new AdaptiveBulkhead({ min: 1, max: 100, clock })
    await load(bulkhead, clock, 10, 10)
    const { limit } = bulkhead
    const failing = () => clock.sleep('1s').then(() => Promise.reject(errorOf()))
    for (let round = 0; round < 5; round++) {
      const late = Array.from({ length: bulkhead.limit }, () => bulkhead.execute(failing).catch(() => {}))
      await clock.advance('1s')
      await Promise.all(late)
    }
    expect(bulkhead.limit).toBeLessThan(limit)
  })

  test("a dependency's own quick word of a timeout is a failure like any other", async () => {
    const clock = new TestClock()
    const bulkhead = new AdaptiveBulkhead({ min: 1, max: 100, clock })
    await load(bulkhead, clock, 100, 10)
    const { limit } = bulkhead
    const gatewayTimeout = new AppError({ code: 'HTTP_504', kind: 'timeout', message: 'answered 504' })
    const failing = () => clock.sleep(2).then(() => Promise.reject(gatewayTimeout))
    for (let round = 0; round < 10; round++) {
      const quick = Array.from({ length: bulkhead.limit }, () => bulkhead.execute(failing).catch(() => {}))
      await clock.advance(2)
      await Promise.all(quick)
    }
    expect(bulkhead.limit).toBe(limit)
  })

  test('a timeout around it is a long latency, whatever the function makes of it', async () => {
    const clock = new TestClock()
    const bulkhead = new AdaptiveBulkhead({ min: 1, max: 100, clock })
    await load(bulkhead, clock, 10, 10)
    const { limit } = bulkhead
    const hasty = pipeline(new Timeout({ timeout: '1s', clock }), bulkhead)
    const failing = async (signal: AbortSignal) => {
      await clock.sleep('1m', { signal }).catch(() => {})
      throw new Error('cut off')
    }
    for (let round = 0; round < 5; round++) {
      const late = Array.from({ length: bulkhead.limit }, () =>
        hasty.execute(({ signal }) => failing(signal)).catch(() => {}),
      )
      await clock.advance('1s')
      await Promise.all(late)
    }
    expect(bulkhead.limit).toBeLessThan(limit)
  })

  test('a timeout around it that a call has mostly waited for does not make a hung dependency look fast', async () => {
    const clock = new TestClock()
    const bulkhead = new AdaptiveBulkhead({ min: 1, max: 100, initial: 10, clock })
    await load(bulkhead, clock, 20, 10)
    const { limit } = bulkhead
    const hasty = pipeline(new Timeout({ timeout: 200, clock }), bulkhead)
    const calls: Promise<unknown>[] = []
    // One each 2 ms, so that those who have a slot get it a few ms before their end.
    for (let call = 0; call < 1_000; call++) {
      calls.push(hasty.execute(({ signal }) => clock.sleep('1m', { signal })).catch(() => {}))
      await clock.advance(2)
    }
    expect(bulkhead.limit).toBeLessThanOrEqual(limit)
    expect(bulkhead.queued).toBeGreaterThan(50)
    await clock.runAll()
    await Promise.all(calls)
  })

  test('tells of each change of the limit, of who waits and of who is refused', async () => {
    const clock = new TestClock()
    const bulkhead = new AdaptiveBulkhead({ min: 1, max: 21, clock, maxQueue: 1, name: 'search' })
    const heard: unknown[] = []
    bulkhead.on('limitChange', (event) => heard.push(event))
    bulkhead.on('queued', (event) => heard.push(event))
    bulkhead.on('rejected', ({ name }) => heard.push(name))
    await load(bulkhead, clock, 10, 3)
    const calls = Array.from({ length: 23 }, () => bulkhead.execute(() => clock.sleep(1)).catch(() => {}))
    await clock.advance(2)
    await Promise.all(calls)
    expect(heard).toEqual([{ name: 'search', from: 20, to: 21 }, { name: 'search', queued: 1 }, 'search'])
    // @ts-expect-error: there is no such event
    expect(() => bulkhead.on('grown', () => {})).toThrow(
      '@base/resilience AdaptiveBulkhead: event must be one of "queued", "admitted", "rejected", "limitChange", received "grown".',
    )
  })

  test('tells how long a call waited for its slot', async () => {
    const clock = new TestClock()
    const bulkhead = new AdaptiveBulkhead({ min: 1, max: 1, clock, name: 'search' })
    const heard: unknown[] = []
    bulkhead.on('admitted', (event) => heard.push(event))
    const calls = [1, 2].map(() => bulkhead.execute(() => clock.sleep(30)))
    await clock.runAll()
    await Promise.all(calls)
    expect(heard).toEqual([{ name: 'search', waited: 30 }])
  })

  test('a listener that throws does not keep the limit from changing', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const clock = new TestClock()
    const bulkhead = new AdaptiveBulkhead({ min: 1, max: 21, clock })
    bulkhead.on('limitChange', () => {
      throw new Error('mistake')
    })
    await load(bulkhead, clock, 10, 3)
    expect([bulkhead.limit, warn.mock.calls.length]).toEqual([21, 1])
    warn.mockRestore()
  })

  test.each<[string, unknown, string]>([
    ['nothing at all', undefined, 'options must be an object, received undefined'],
    ['a minimum of 0', { min: 0, max: 5 }, 'min must be an integer from 1'],
    ['no maximum', { min: 1 }, 'max must be an integer from 1, received undefined'],
    ['a maximum below the minimum', { min: 5, max: 4 }, 'max must be an integer from 5'],
    ['a beginning outside', { min: 5, max: 9, initial: 10 }, 'initial must be an integer from 5 to 9'],
    ['a queue that is none', { min: 1, max: 2, maxQueue: -1 }, 'maxQueue must be'],
    ['a wait that is none', { min: 1, max: 2, maxWait: 'long' }, 'maxWait must be'],
    ['no name', { min: 1, max: 2, name: '' }, 'name must be'],
  ])('refuses %s', (_, options, message) => {
    expect(() => new AdaptiveBulkhead(options as AdaptiveBulkheadOptions)).toThrow(
      `@base/resilience AdaptiveBulkhead: ${message}`,
    )
  })
})
