import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Gradient } from './gradient.js'

/** So many measurements of that latency, with all of the limit in use. */
function measure(gradient: Gradient, latency: number, times: number): void {
  for (let measurement = 0; measurement < times; measurement++) {
    const calls = Math.max(10, Math.floor(gradient.limit))
    for (let call = 0; call < calls; call++) gradient.add(latency, calls)
  }
}

describe('the gradient', () => {
  test('grows by 0.8 a measurement while latency is as usual, up to the maximum', () => {
    const gradient = new Gradient(20, 1, 100)
    measure(gradient, 50, 50)
    expect(gradient.limit).toBeCloseTo(60)
    measure(gradient, 50, 50)
    expect(gradient.limit).toBe(100)
  })

  test('tolerates a latency half as long again, and no more', () => {
    const gradient = new Gradient(100, 1, 1_000)
    measure(gradient, 100, 10)
    const before = gradient.limit
    measure(gradient, 150, 1)
    expect(gradient.limit).toBeCloseTo(before + 0.8)
    measure(gradient, 200, 1)
    expect(gradient.limit).toBeLessThan(before + 0.8)
  })

  test('falls by a tenth, less 0.8, at the steepest, and comes to rest at 8', () => {
    const gradient = new Gradient(100, 1, 1_000)
    measure(gradient, 10, 10)
    const before = gradient.limit
    measure(gradient, 1_000, 1)
    expect(gradient.limit).toBeCloseTo(0.9 * before + 0.8)
    measure(gradient, 1_000, 60)
    expect(gradient.limit).toBeGreaterThan(8)
    expect(gradient.limit).toBeLessThan(8.5)
  })

  test('takes a latency that stays for the usual one, after some 600 measurements, and grows again', () => {
    const gradient = new Gradient(20, 1, 1_000)
    measure(gradient, 10, 20)
    measure(gradient, 100, 100)
    const low = gradient.limit
    measure(gradient, 100, 600)
    expect(low).toBeLessThan(12)
    expect(gradient.limit).toBeGreaterThan(100)
  })

  test('forgets a long latency fast once calls are twice as quick', () => {
    const gradient = new Gradient(20, 1, 1_000)
    measure(gradient, 1_000, 600)
    measure(gradient, 10, 100)
    const before = gradient.limit
    measure(gradient, 40, 1)
    expect(gradient.limit).toBeLessThan(before)
  })

  test('learns nothing for the limit while less than half of it is in use', () => {
    const gradient = new Gradient(20, 1, 100)
    for (let call = 0; call < 1_000; call++) gradient.add(50, 9)
    expect(gradient.limit).toBe(20)
    for (let call = 0; call < 20; call++) gradient.add(50, 10)
    expect(gradient.limit).toBeCloseTo(20.8)
  })

  test('looks at the calls of one measurement alone to see how much is in use', () => {
    const gradient = new Gradient(20, 1, 100)
    measure(gradient, 50, 1)
    for (let call = 0; call < 1_000; call++) gradient.add(50, 1)
    expect(gradient.limit).toBeCloseTo(20.8)
  })

  test('takes a call that was cut off for slow once it is, never for fast, and never for usual', () => {
    const gradient = new Gradient(20, 1, 100)
    const cut = (latency: number, calls: number) => {
      for (let call = 0; call < calls; call++) gradient.add(latency, 20, true)
    }
    cut(1_000, 100)
    expect(gradient.limit).toBe(20)
    measure(gradient, 50, 1)
    cut(5, 1_000)
    cut(75, 1_000)
    expect(gradient.limit).toBeCloseTo(20.8)
    cut(76, 1_000)
    expect(gradient.limit).toBeCloseTo(20.8)
    cut(1_000, 2_000)
    expect(gradient.limit).toBeLessThan(9)
    const before = gradient.limit
    measure(gradient, 100, 1)
    expect(gradient.limit).toBeLessThan(before)
  })

  test('whatever it is given, the limit is a number within its bounds', () => {
    const latency = fc.oneof(fc.double(), fc.double({ min: 0, max: 10_000, noNaN: true }))
    fc.assert(
      fc.property(fc.array(fc.tuple(latency, fc.nat(200), fc.boolean()), { maxLength: 500 }), (calls) => {
        const gradient = new Gradient(20, 5, 50)
        for (const call of calls) gradient.add(...call)
        expect(gradient.limit).toBeGreaterThanOrEqual(5)
        expect(gradient.limit).toBeLessThanOrEqual(50)
      }),
    )
  })
})
