import { readDiagnosticsSources } from '@base/core/diagnostics'
import { describe, expect, test } from 'vitest'
import { CircuitBreaker, createCircuitBreakerRegistry } from './index.js'
import { fail } from './test-breakers.js'

describe('createCircuitBreakerRegistry', () => {
  test('gives one breaker per key, named after it', () => {
    const breakers = createCircuitBreakerRegistry()
    expect(breakers.get('a')).toBe(breakers.get('a'))
    expect(breakers.get('a')).not.toBe(breakers.get('b'))
    expect([breakers.get('a').name, breakers.size]).toEqual(['a', 2])
  })

  test('forgets the closed breaker that was not asked for longest', () => {
    const breakers = createCircuitBreakerRegistry({ maxBreakers: 3 })
    breakers.get('open').isolate()
    const kept = breakers.get('used')
    breakers.get('unused')
    breakers.get('used')
    breakers.get('new')
    expect([...breakers.entries()].map(([key]) => key)).toEqual(['open', 'used', 'new'])
    expect(breakers.get('used')).toBe(kept)
  })

  test('stays bounded where none is closed', () => {
    const breakers = createCircuitBreakerRegistry({ maxBreakers: 2 })
    for (const key of ['a', 'b', 'c']) breakers.get(key).isolate()
    expect([...breakers.entries()].map(([key]) => key)).toEqual(['b', 'c'])
  })

  test('can be walked through while breakers are asked for, made and deleted', () => {
    const breakers = createCircuitBreakerRegistry()
    for (const key of ['a', 'b', 'c']) breakers.get(key)
    const walked: string[] = []
    for (const [key] of breakers.entries()) {
      if (walked.push(key) > 3) break
      breakers.get(key)
      breakers.get(`${key} of today`)
      breakers.delete('b')
    }
    expect(walked).toEqual(['a', 'b', 'c'])
  })

  test('takes options of any class, once: what becomes of them later is nothing to its breakers', async () => {
    const window = { type: 'count' as const, size: 1, failureRate: 1, minimumCalls: 1 }
    const halfOpen = { permits: 2 }
    class Rules {
      get window() {
        return window
      }
      get halfOpen() {
        return halfOpen
      }
    }
    const breakers = createCircuitBreakerRegistry(new Rules())
    Object.assign(window, { size: 0 })
    Object.assign(halfOpen, { permits: 0 })
    await expect(breakers.get('a').execute(fail)).rejects.toThrow('down')
    expect(breakers.get('a').state).toBe('open')
  })

  test('gives no breaker the name or the beginning of another', () => {
    const initial = new CircuitBreaker()
    initial.isolate()
    const options = { name: 'payments', failureThreshold: 3, initial: initial.snapshot() }
    const { name, state } = createCircuitBreakerRegistry(options).get('a.test')
    expect([name, state]).toEqual(['a.test', 'closed'])
  })

  test('announces the breakers that it keeps, and no other', () => {
    const announced = () => readDiagnosticsSources().get('base:resilience:circuit-breaker') ?? []
    const before = new Set(announced().map(({ source }) => source))
    const names = () =>
      announced()
        .filter(({ source }) => !before.has(source))
        .map(({ reading }) => reading['name'])
    const breakers = createCircuitBreakerRegistry({ failureThreshold: 3 })
    expect(names()).toEqual([])
    expect([breakers.get('a.test').state, names()]).toEqual(['closed', ['a.test']])
  })

  test('refuses wrong options at once, and a key that is no text', () => {
    expect(() => createCircuitBreakerRegistry({ failureThreshold: 0 })).toThrow('failureThreshold must be')
    expect(() => createCircuitBreakerRegistry({ maxBreakers: 0 })).toThrow(
      'createCircuitBreakerRegistry: maxBreakers must be',
    )
    expect(() => createCircuitBreakerRegistry().get('')).toThrow('CircuitBreakerRegistry.get: key must be')
    expect(createCircuitBreakerRegistry().delete('a')).toBe(false)
  })
})
