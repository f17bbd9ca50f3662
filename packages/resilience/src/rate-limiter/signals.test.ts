import { getEventListeners } from 'node:events'
import { InvalidOptionError } from '@base/core/errors'
import { TestClock } from '@base/core/testing'
import { describe, expect, test, vi } from 'vitest'
import {
  memoryRateLimitStore,
  RateLimiter,
  type RateLimiterCallOptions,
  type RateLimitStore,
} from './index.js'

/** What a limiter is asked for, beside calls under the policy. */
const calls = {
  consume: (limiter: RateLimiter, options: RateLimiterCallOptions) => limiter.consume('a', options),
  peek: (limiter: RateLimiter, options: RateLimiterCallOptions) => limiter.peek('a', options),
  reset: (limiter: RateLimiter, options: RateLimiterCallOptions) => limiter.reset('a', options),
  block: (limiter: RateLimiter, options: RateLimiterCallOptions) => limiter.block('a', '1m', options),
}
const names = Object.keys(calls) as (keyof typeof calls)[]

const caught = (call: Promise<unknown>): Promise<unknown> => call.catch((error) => error)

/** A limiter whose store answers when the test says, and how. */
function limiterOf() {
  const clock = new TestClock()
  const answers: ((answer: unknown) => void)[] = []
  const ask = vi.fn(() => new Promise<never>((resolve) => answers.push(resolve as (answer: unknown) => void)))
  const store: RateLimitStore = { consume: ask, reset: ask, block: ask }
  const limiter = new RateLimiter({ policies: '2/second', store, storeTimeout: '3s', clock })
  return { clock, limiter, ask, answer: (answer: unknown) => answers[0]?.(answer) }
}

describe.each(names)('the signal of %s', (name) => {
  const call = calls[name]

  test('keeps the store from being asked where it has aborted already', async () => {
    const { clock, limiter, ask } = limiterOf()
    const reason = new Error('gone')
    expect(await caught(call(limiter, { signal: AbortSignal.abort(reason) }))).toBe(reason)
    expect([ask.mock.calls.length, clock.pending]).toEqual([0, 0])
    expect(limiter.stats).toEqual({ allowed: 0, limited: 0, queued: 0, storeFailures: 0 })
  })

  test.each(['answers', 'fails', 'never answers'])(
    'ends the wait at once, and the store later %s',
    async (how) => {
      const { clock, limiter, ask, answer } = limiterOf()
      const controller = new AbortController()
      const { signal } = controller
      const asked = caught(call(limiter, { signal }))
      expect(getEventListeners(signal, 'abort')).toHaveLength(1)
      controller.abort('gone')
      expect(await asked).toBe('gone')
      expect([ask.mock.calls.length, getEventListeners(signal, 'abort').length]).toEqual([1, 0])
      // A rejection that nobody handles would fail the run.
      if (how === 'answers') answer({ allowed: false, policies: [] })
      if (how === 'fails') answer(Promise.reject(new Error('down')))
      await clock.advance('3s')
      expect(limiter.stats).toMatchObject({
        allowed: 0,
        limited: 0,
        storeFailures: how === 'answers' ? 0 : 1,
      })
      expect(clock.pending).toBe(0)
    },
  )

  test('is not listened to any more once the store has answered', async () => {
    const { limiter, answer } = limiterOf()
    const { signal } = new AbortController()
    const asked = call(limiter, { signal })
    answer({ allowed: true, policies: [] })
    await asked
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  test.each([null, 'soon', {}, { aborted: 'no' }, new AbortController()])('is none: %j', async (signal) => {
    const { limiter, ask } = limiterOf()
    const error = await caught(call(limiter, { signal: signal as never }))
    expect(error).toBeInstanceOf(InvalidOptionError)
    expect(error).toMatchObject({ message: expect.stringContaining(`RateLimiter.${name}: signal must be`) })
    expect(ask).not.toHaveBeenCalled()
  })

  test('may be that of a polyfill, which has no throwIfAborted', async () => {
    const { limiter, ask } = limiterOf()
    const target = new EventTarget()
    const signal = Object.assign(target, { aborted: true, reason: 'gone' }) as AbortSignal
    expect(await caught(call(limiter, { signal }))).toBe('gone')
    expect(ask).not.toHaveBeenCalled()
  })
})

test('a charge that was on its way when the caller left is spent, and neither counted nor told', async () => {
  const clock = new TestClock()
  const memory = memoryRateLimitStore({ clock })
  const consume: RateLimitStore['consume'] = (...args) => clock.sleep(100).then(() => memory.consume(...args))
  const limiter = new RateLimiter({
    policies: '1/hour',
    store: { consume, reset: () => {}, block: () => {} },
    clock,
  })
  const heard = vi.fn()
  limiter.on('limited', heard)
  const left = ['spends', 'is refused'].map((reason) => {
    const controller = new AbortController()
    const asked = caught(limiter.consume('a', { signal: controller.signal }))
    controller.abort(reason)
    return asked
  })
  expect(await Promise.all(left)).toEqual(['spends', 'is refused'])
  await clock.advance(100)
  const peeked = limiter.peek('a')
  await clock.advance(100)
  expect((await peeked).policies[0]?.remaining).toBe(0)
  expect([limiter.stats.allowed, limiter.stats.limited, heard.mock.calls.length]).toEqual([0, 0, 0])
})

test('a reset whose caller left still wakes who waits for the key', async () => {
  const clock = new TestClock()
  const memory = memoryRateLimitStore({ clock })
  const store: RateLimitStore = {
    consume: (...args) => memory.consume(...args),
    reset: (...args) => clock.sleep(100).then(() => memory.reset(...args)),
    block: (...args) => memory.block(...args),
  }
  const limiter = new RateLimiter({ policies: '1/hour', store, maxWait: '2h', clock })
  await limiter.consume('a')
  const waiting = limiter.execute(() => clock.monotonic(), { key: 'a' })
  const controller = new AbortController()
  const reset = caught(limiter.reset('a', { signal: controller.signal }))
  controller.abort('gone')
  expect(await reset).toBe('gone')
  await clock.advance(100)
  expect(limiter.stats.queued).toBe(0)
  expect(await waiting).toBe(100)
})

test('a signal that does not abort changes nothing where the store hangs', async () => {
  const { clock, limiter } = limiterOf()
  const { signal } = new AbortController()
  const asked = limiter.consume('a', { signal })
  await clock.advance('3s')
  expect(await asked).toEqual({ allowed: false, policies: [], degraded: true })
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})
