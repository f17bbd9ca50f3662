import { seededRandom, TestClock } from '@base/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { CircuitBreaker } from '../circuit-breaker/index.js'
import { pipeline } from '../pipeline/index.js'
import { constant, Retry } from '../retry/index.js'
import { Timeout } from '../timeout/index.js'
import { Chaos, type ChaosOptions } from './index.js'

const fault = new Error('chaos')

describe('Chaos', () => {
  test('at a rate of 1 fails every call in place of the function', async () => {
    const chaos = new Chaos({ rate: 1, error: fault, enabled: true })
    let called = false
    const call = chaos.execute(() => {
      called = true
    })
    await expect(call).rejects.toBe(fault)
    expect([called, chaos.stats]).toEqual([false, { calls: 1, faults: 1 }])
  })

  test('at a rate of 0 disturbs none', async () => {
    const chaos = new Chaos({ rate: 0, error: fault, enabled: true, random: () => 0 })
    expect(await chaos.execute(() => 42)).toBe(42)
  })

  test('disturbs the same calls for the same seed, and about as many as it should', async () => {
    const run = async (seed: number) => {
      const chaos = new Chaos({ rate: 0.2, error: fault, enabled: true, random: seededRandom(seed) })
      const outcomes: string[] = []
      for (let call = 0; call < 1_000; call++)
        outcomes.push(await chaos.execute(() => 'passed').catch(() => 'failed'))
      return outcomes
    }
    const first = await run(1)
    expect(await run(1)).toEqual(first)
    expect(await run(2)).not.toEqual(first)
    const failed = first.filter((outcome) => outcome === 'failed').length
    // Five standard deviations of a fair coin of that bias.
    expect(Math.abs(failed - 200)).toBeLessThan(64)
  })

  test('makes an error for each where a function is given, and may throw what is no Error', async () => {
    let made = 0
    const chaos = new Chaos({ rate: 1, error: () => `fault ${++made}`, enabled: true })
    const outcomes = [1, 2].map(() => chaos.execute(() => 1).catch((error) => error))
    expect(await Promise.all(outcomes)).toEqual(['fault 1', 'fault 2'])
  })

  test('holds a call back for the latency, and lets it go on where there is no error', async () => {
    const clock = new TestClock()
    const chaos = new Chaos({ rate: 1, latency: '2s', enabled: true, clock })
    let at: number | undefined
    const call = chaos.execute(() => {
      at = clock.monotonic()
      return 'late'
    })
    await clock.advance(1_999)
    expect(at).toBeUndefined()
    await clock.advance(1)
    expect([await call, at, clock.pending]).toEqual(['late', 2_000, 0])
  })

  test('draws the latency between two', async () => {
    const clock = new TestClock()
    const latency = { min: 100, max: 300 }
    const chaos = new Chaos({ rate: 1, latency, enabled: true, clock, random: seededRandom(7) })
    const held: number[] = []
    chaos.on('fault', (event) => held.push(event.latency))
    const calls = Array.from({ length: 100 }, () => chaos.execute(() => 1))
    await clock.runAll()
    await Promise.all(calls)
    expect([Math.min(...held) >= 100, Math.max(...held) <= 300, new Set(held).size > 50]).toEqual([
      true,
      true,
      true,
    ])
  })

  test('an abort ends the holding back at once', async () => {
    const clock = new TestClock()
    const chaos = new Chaos({ rate: 1, latency: '1h', error: fault, enabled: true, clock })
    const controller = new AbortController()
    const error = chaos.execute(() => 1, { signal: controller.signal }).catch((thrown) => thrown)
    const reason = new Error('not wanted')
    controller.abort(reason)
    expect([await error, clock.pending]).toEqual([reason, 0])
  })

  test('is switched on and off by the function that is given, which is asked each time', async () => {
    let isGameDay = false
    const chaos = new Chaos({ rate: 1, error: fault, enabled: () => isGameDay })
    expect(await chaos.execute(() => 42)).toBe(42)
    isGameDay = true
    await expect(chaos.execute(() => 42)).rejects.toBe(fault)
  })

  test('is the same for the same seed after it was switched off for a while', async () => {
    const run = async (offUntil: number) => {
      let call = 0
      const enabled = () => call >= offUntil
      const latency = { min: 0, max: 1 }
      const clock = new TestClock()
      const chaos = new Chaos({ rate: 0.3, latency, error: fault, enabled, clock, random: seededRandom(3) })
      const outcomes: unknown[] = []
      for (; call < 100; call++) {
        const outcome = chaos.execute(() => 'passed').catch(() => 'failed')
        await clock.advance(1)
        outcomes.push(await outcome)
      }
      return outcomes.slice(50)
    }
    expect(await run(50)).toEqual(await run(0))
  })

  test('a switch that throws is off', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const enabled = () => {
      throw new Error('no flags')
    }
    expect(await new Chaos({ rate: 1, error: fault, enabled }).execute(() => 42)).toBe(42)
    expect(warn.mock.calls[0]?.[0]).toContain('Chaos: enabled threw: Error: no flags')
    warn.mockRestore()
  })

  test('tells of each fault', async () => {
    const chaos = new Chaos({ rate: 1, error: fault, enabled: true, name: 'game day' })
    const heard: unknown[] = []
    chaos.on('fault', (event) => heard.push(event))
    await chaos.execute(() => 1).catch(() => {})
    expect(heard).toEqual([{ name: 'game day', latency: 0, error: fault }])
  })

  test('proves the policies around it', async () => {
    const clock = new TestClock()
    const breaker = new CircuitBreaker({ failureThreshold: 3, clock })
    const chaos = new Chaos({ rate: 1, latency: '10s', enabled: true, clock })
    const policy = pipeline(
      new Retry({ maxAttempts: 3, backoff: constant(0), clock }),
      breaker,
      new Timeout({ timeout: '1s', clock }),
      chaos,
    )
    const code = policy.execute(() => 1).catch((error) => error.code)
    await clock.advance('3s')
    expect([await code, breaker.state, chaos.stats.faults, clock.pending]).toEqual(['TIMEOUT', 'open', 3, 0])
  })

  test.each<[string, unknown, string]>([
    ['nothing at all', undefined, 'options must be an object, received undefined'],
    ['no rate', { enabled: true }, 'rate must be a number from 0 to 1'],
    ['a rate above 1', { rate: 1.1, enabled: true }, 'rate must be'],
    ['no decision', { rate: 1 }, 'enabled must be true, false or a function, received undefined'],
    ['a decision that is none', { rate: 1, enabled: 'yes' }, 'enabled must be'],
    ['a latency that is none', { rate: 1, enabled: true, latency: 'long' }, 'latency must be'],
    ['half a range', { rate: 1, enabled: true, latency: { min: 1 } }, 'latency.max must be'],
    ['a range that is none', { rate: 1, enabled: true, latency: { min: 2, max: 1 } }, 'latency.max must be'],
    ['a chance that is none', { rate: 1, enabled: true, random: 0.5 }, 'random must be a function'],
  ])('refuses %s', (_, options, message) => {
    expect(() => new Chaos(options as ChaosOptions)).toThrow(`@base/resilience Chaos: ${message}`)
  })
})
