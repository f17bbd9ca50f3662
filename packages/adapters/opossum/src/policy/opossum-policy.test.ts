import { TestClock } from '@base/core/testing'
import { Bulkhead } from '@base/resilience/bulkhead'
import { pipeline } from '@base/resilience/pipeline'
import { constant, Retry } from '@base/resilience/retry'
import { policyConformance } from '@base/resilience/testing'
import { Timeout } from '@base/resilience/timeout'
import { deferred } from '@base-internal/tools/deferred'
import Opossum10 from 'opossum'
import Opossum8 from 'opossum-8'
import Opossum9 from 'opossum-9'
import { afterEach, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { opossumPolicy } from './index.js'

const down = () => Promise.reject(new Error('down'))
const hang = () => new Promise<never>(() => {})

afterEach(() => {
  vi.useRealTimers()
})

describe.each([
  ['opossum 8', Opossum8],
  ['opossum 9', Opossum9],
  ['opossum 10', Opossum10],
])('a breaker of %s', (_, Opossum) => {
  const load = async (id: string) => `item ${id}`
  const make = (options: Opossum10.Options = {}) =>
    new Opossum(load, { name: 'items', timeout: false, errorThresholdPercentage: 40, ...options })

  describe('as a policy', () => {
    policyConformance(
      () => {
        const breaker = make()
        const clock = new TestClock()
        return {
          subject: opossumPolicy(breaker),
          advance: (d) => clock.advance(d),
          dispose: () => breaker.shutdown(),
        }
      },
      { test },
    )
  })

  test('fires as before, and counts for the same circuit', async () => {
    const breaker = make()
    const policy = opossumPolicy(breaker)
    expect(await breaker.fire('7')).toBe('item 7')
    await expect(policy.execute(down)).rejects.toThrow('down')
    expect([breaker.opened, breaker.stats.fires, breaker.stats.failures]).toEqual([true, 2, 1])
    await expect(breaker.fire('7')).rejects.toThrow('Breaker is open')
  })

  test('refuses in the words of the family, with the original as cause', async () => {
    const breaker = make()
    const policy = opossumPolicy(breaker)
    await policy.execute(down).catch(() => {})
    const error = await policy.execute(() => 1).catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'CIRCUIT_OPEN', kind: 'unavailable', details: { name: 'items' } })
    expect(error.cause.code).toBe('EOPENBREAKER')
  })

  test('an error of the function passes through, also one with a code of opossum', async () => {
    const error = Object.assign(new Error('socket'), { code: 'ETIMEDOUT' })
    const thrown = await opossumPolicy(make())
      .execute(() => Promise.reject(error))
      .catch((caught) => caught)
    expect(thrown).toBe(error)
  })

  test('its timeout aborts the signal with the error that the caller gets', async () => {
    vi.useFakeTimers()
    let signal: AbortSignal | undefined
    const call = opossumPolicy(make({ timeout: 1_000 }))
      .execute((ctx) => {
        signal = ctx.signal
        return hang()
      })
      .catch((error) => error)
    await vi.advanceTimersByTimeAsync(1_000)
    const error = await call
    expect([error.code, error.kind]).toEqual(['TIMEOUT', 'timeout'])
    expect(signal?.reason).toBe(error)
  })

  test('a signal that is looked at only after the timeout has aborted', async () => {
    vi.useFakeTimers()
    const late = deferred()
    let read: AbortSignal | undefined
    const call = opossumPolicy(make({ timeout: 1_000 })).execute(async (ctx) => {
      await late.promise
      read = ctx.signal
    })
    const thrown = call.catch((error) => error)
    await vi.advanceTimersByTimeAsync(1_000)
    const error = await thrown
    late.resolve()
    await vi.advanceTimersByTimeAsync(0)
    expect(read?.reason).toBe(error)
  })

  test('a timeout around it speaks against what it calls', async () => {
    const clock = new TestClock()
    const breaker = make()
    const call = pipeline(new Timeout({ timeout: '1s', clock }), opossumPolicy(breaker)).execute(
      ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    )
    const refused = expect(call).rejects.toMatchObject({ code: 'TIMEOUT' })
    await clock.advance('1s')
    await refused
    expect([breaker.opened, breaker.stats.failures]).toEqual([true, 1])
  })

  test('its capacity refuses as a bulkhead does', async () => {
    const policy = opossumPolicy(make({ capacity: 1 }))
    policy.execute(hang)
    await expect(policy.execute(() => 1)).rejects.toMatchObject({ code: 'BULKHEAD_FULL' })
  })

  test('a shutdown is an unavailable dependency', async () => {
    const breaker = make()
    breaker.shutdown()
    await expect(opossumPolicy(breaker).execute(() => 1)).rejects.toMatchObject({ kind: 'unavailable' })
  })

  test("the caller's abort is no failure", async () => {
    const breaker = make()
    const controller = new AbortController()
    const call = opossumPolicy(breaker).execute(
      ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
      { signal: controller.signal },
    )
    controller.abort(new Error('not wanted'))
    await expect(call).rejects.toThrow('not wanted')
    expect([breaker.closed, breaker.stats.failures]).toEqual([true, 0])
  })

  test("while it probes, the caller's abort closes nothing: the circuit is open again", async () => {
    vi.useFakeTimers()
    const breaker = make({ resetTimeout: 50 })
    const policy = opossumPolicy(breaker)
    await policy.execute(down).catch(() => {})
    await vi.advanceTimersByTimeAsync(50)
    expect(breaker.halfOpen).toBe(true)
    const controller = new AbortController()
    const probe = policy.execute(
      ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
      { signal: controller.signal },
    )
    controller.abort(new Error('not wanted'))
    await expect(probe).rejects.toThrow('not wanted')
    expect(breaker.opened).toBe(true)
    await vi.advanceTimersByTimeAsync(50)
    expect([await policy.execute(() => 'up'), breaker.closed]).toEqual(['up', true])
  })

  test('an errorFilter of its own that throws is reported, and the failure counts', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const errorFilter = () => {
      throw new Error('a mistake')
    }
    const breaker = make({ errorFilter })
    await expect(opossumPolicy(breaker).execute(down)).rejects.toThrow('down')
    expect([breaker.stats.failures, warned.mock.calls.length]).toEqual([1, 1])
    expect(String(warned.mock.calls[0]?.[0])).toContain('errorFilter')
    warned.mockRestore()
  })

  test('its own errorFilter goes on, without our argument', async () => {
    const errorFilter = vi.fn((error: Error) => error.message === 'not found')
    const breaker = make({ errorFilter })
    await opossumPolicy(breaker)
      .execute(() => Promise.reject(new Error('not found')))
      .catch(() => {})
    expect(breaker.closed).toBe(true)
    expect(errorFilter.mock.calls[0]).toHaveLength(1)
  })

  test('its fallback answers, and is known to the types where it is named', async () => {
    const breaker = make()
    breaker.fallback(() => 'none')
    const policy = opossumPolicy<string>(breaker)
    const answer = policy.execute((): Promise<number> => Promise.reject(new Error('down')))
    expectTypeOf(answer).resolves.toEqualTypeOf<string | number>()
    expect(await answer).toBe('none')
  })

  test('its timeout aborts the signal at once, also where a fallback answers, whenever that is', async () => {
    vi.useFakeTimers()
    const late = deferred<string>()
    const breaker = make({ timeout: 1_000 })
    breaker.fallback(() => late.promise)
    let signal: AbortSignal | undefined
    const answer = opossumPolicy<string>(breaker).execute((ctx) => {
      signal = ctx.signal
      return hang()
    })
    await vi.advanceTimersByTimeAsync(1_000)
    expect(signal?.reason).toMatchObject({ code: 'TIMEOUT', cause: { code: 'ETIMEDOUT' } })
    late.resolve('none')
    expect(await answer).toBe('none')
  })

  test('a fallback that fails after the timeout is what the caller gets', async () => {
    vi.useFakeTimers()
    const breaker = make({ timeout: 1_000 })
    const fault = new Error('also down')
    breaker.fallback(() => Promise.reject(fault))
    const thrown = opossumPolicy(breaker)
      .execute(hang)
      .catch((error) => error)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await thrown).toBe(fault)
  })

  test.each([
    ['the function failed', {}, 'down', () => {}],
    ['it is open', {}, 'EOPENBREAKER', (breaker: Opossum10) => breaker.open()],
    ['it has no room', { capacity: 0 }, 'ESEMLOCKED', () => {}],
    ['it took too long', { timeout: 1_000 }, 'ETIMEDOUT', () => {}],
  ])(
    'its fallback is given the error alone, where %s, and arguments as before',
    async (_, options, code, prepare) => {
      vi.useFakeTimers()
      const breaker = make(options)
      const fallback = vi.fn((..._args: unknown[]) => 'none')
      breaker.fallback(fallback)
      const policy = opossumPolicy<string>(breaker)
      prepare(breaker)
      const fn = code === 'down' ? () => Promise.reject(Object.assign(new Error('down'), { code })) : hang
      const answer = policy.execute(fn)
      await vi.advanceTimersByTimeAsync(1_000)
      expect(await answer).toBe('none')
      expect(fallback.mock.calls).toEqual([[expect.objectContaining({ code })]])

      breaker.open()
      await breaker.fire('7')
      expect(fallback.mock.calls.at(-1)).toEqual(['7', expect.objectContaining({ code: 'EOPENBREAKER' })])
    },
  )

  test('a probe and a breaker that is disabled call the function', async () => {
    vi.useFakeTimers()
    const breaker = make({ resetTimeout: 1_000 })
    const policy = opossumPolicy(breaker)
    breaker.open()
    breaker.disable()
    expect(await policy.execute(() => 'disabled')).toBe('disabled')
    breaker.enable()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(breaker.halfOpen).toBe(true)
    expect(await policy.execute(() => 'probe')).toBe('probe')
    expect(breaker.closed).toBe(true)
  })

  test('in a pipeline it is not retried once open, and holds the slots around it', async () => {
    vi.useFakeTimers()
    const bulkhead = new Bulkhead()
    const breaker = make({ timeout: 1_000 })
    const policy = pipeline(new Retry({ backoff: constant(0) }), bulkhead, opossumPolicy(breaker))
    const fn = vi.fn(hang)
    const code = policy.execute(fn).catch((error) => error.code)
    await vi.advanceTimersByTimeAsync(1_000)
    expect([await code, fn.mock.calls.length, bulkhead.running]).toEqual(['TIMEOUT', 1, 1])
  })

  test('is one policy, however often it is asked for', () => {
    const breaker = make()
    expect(opossumPolicy(breaker)).toBe(opossumPolicy(breaker))
  })

  test.each(['cache', 'coalesce'])('that does %s is refused: callers would share answers', (option) => {
    expect(() => opossumPolicy(make({ [option]: true }))).toThrow('neither caches nor coalesces')
  })
})

test.each([undefined, null, {}, { fire: () => {} }])('refuses %j', (breaker) => {
  expect(() => opossumPolicy(breaker as never)).toThrow('opossumPolicy: breaker must be')
})

test.each([null, 'soon', {}, { aborted: 'no' }, new AbortController()])(
  'refuses %j as a signal',
  async (signal) => {
    const breaker = new Opossum10(async () => 'item')
    const call = vi.fn()
    const error = await opossumPolicy(breaker)
      .execute(call, { signal: signal as never })
      .catch((thrown) => thrown)
    expect([error.code, error.details?.option]).toEqual(['INVALID_OPTION', 'signal'])
    expect([call.mock.calls.length, breaker.stats.fires]).toEqual([0, 0])
    breaker.shutdown()
  },
)

test('takes the signal of a polyfill, which has no throwIfAborted', async () => {
  const breaker = new Opossum10(async () => 'item')
  const policy = opossumPolicy(breaker)
  const signal = Object.assign(new EventTarget(), { aborted: false, reason: undefined as unknown })
  expect(await policy.execute(() => 'up', { signal: signal as never })).toBe('up')
  Object.assign(signal, { aborted: true, reason: 'gone' })
  await expect(policy.execute(() => 'up', { signal: signal as never })).rejects.toBe('gone')
  expect(breaker.stats.fires).toBe(1)
  breaker.shutdown()
})

test.each([5, 'text', null, []])('refuses %j in place of the options of a call', async (options) => {
  const policy = opossumPolicy(new Opossum10(async () => 1))
  await expect(policy.execute(() => 1, options as never)).rejects.toThrow(
    'opossumPolicy: options must be an object, received',
  )
})
