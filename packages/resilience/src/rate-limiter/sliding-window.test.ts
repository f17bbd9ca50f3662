import { describe, expect, test } from 'vitest'
import { NEVER } from './meter.js'
import { SlidingWindow } from './sliding-window.js'

/** Ten in a window of 100 ms, so that times are microseconds out of 100,000. */
const WINDOW = 100_000
const ROW = 1

function meter(): SlidingWindow {
  const window = new SlidingWindow({
    name: 'p',
    algorithm: 'sliding_window',
    limit: 10,
    window: 100,
    burst: 10,
  })
  window.rows.resize(16)
  return window
}

function spend(window: SlidingWindow, now: number, cost: number): void {
  window.read(ROW, now)
  expect(window.wait(cost)).toBe(0)
  window.charge(ROW, cost)
}

/** The definition, computed anew: what counts of both windows, in window-ths. */
function isAllowed(before: number, current: number, passed: number, cost: number): boolean {
  return before * (WINDOW - passed) + (current + cost) * WINDOW <= 10 * WINDOW
}

describe('SlidingWindow', () => {
  test('counts the window before by the share of it that is still in sight', () => {
    const window = meter()
    spend(window, 50_000, 8)
    window.read(ROW, WINDOW + 25_000)
    // 8 × 0.75 = 6 are left of it.
    expect(window.remaining()).toBe(4)
    expect(window.wait(4)).toBe(0)
    expect(window.wait(5)).toBe(12_500)
    expect(window.idleIn()).toBe(75_000)
  })

  test('forgets the window before once another has begun', () => {
    const window = meter()
    spend(window, 0, 10)
    window.read(ROW, WINDOW)
    expect(window.remaining()).toBe(0)
    window.read(ROW, 2 * WINDOW)
    expect(window.remaining()).toBe(10)
    expect(window.idleIn()).toBe(0)
  })

  test('lets what was spent in this window count until the end of the next', () => {
    const window = meter()
    spend(window, 30_000, 10)
    window.read(ROW, 30_000)
    expect(window.idleIn()).toBe(170_000)
    // One is free when a tenth of the next window has passed, all when it is over.
    expect(window.wait(1)).toBe(80_000)
    expect(window.wait(10)).toBe(170_000)
    expect(window.wait(11)).toBe(NEVER)
  })

  test('asks for both windows where both were spent', () => {
    const window = meter()
    spend(window, 0, 6)
    spend(window, WINDOW + 50_000, 7)
    window.read(ROW, WINDOW + 50_000)
    expect(window.remaining()).toBe(0)
    expect(window.wait(3)).toBe(50_000)
    expect(window.wait(4)).toBe(50_000 + 14_286)
    expect(window.idleIn()).toBe(150_000)
  })

  test('moves to the present window when the clock is set back', () => {
    const window = meter()
    spend(window, 5 * WINDOW, 10)
    window.read(ROW, 1 * WINDOW + 10_000)
    expect(window.remaining()).toBe(0)
    expect(window.idleIn()).toBe(190_000)
    window.read(ROW, 3 * WINDOW)
    expect(window.remaining()).toBe(10)
  })

  test('every wait is the least that suffices, for any counts and times', () => {
    for (let before = 0; before <= 10; before++)
      for (let current = 0; current <= 10; current++)
        for (const passed of [0, 1, 33_333, 50_000, 99_999])
          for (const cost of [1, 2, 9, 10]) {
            const window = meter()
            window.read(ROW, 0)
            if (before > 0) window.charge(ROW, before)
            window.read(ROW, WINDOW + passed)
            if (current > 0) window.charge(ROW, current)
            window.read(ROW, WINDOW + passed)
            const wait = window.wait(cost)
            const later = (time: number) => {
              const at = passed + time
              return at < WINDOW
                ? isAllowed(before, current, at, cost)
                : isAllowed(current, 0, at - WINDOW, cost)
            }
            expect(later(wait)).toBe(true)
            if (wait > 0) expect(later(wait - 1)).toBe(false)
          }
  })

  test('never shares a row, and a copied one goes on by itself', () => {
    const window = meter()
    spend(window, 0, 4)
    window.rows.copy(ROW, 2)
    window.rows.copy(0, ROW)
    window.read(ROW, 1)
    expect(window.remaining()).toBe(10)
    window.read(2, 1)
    expect(window.remaining()).toBe(6)
  })
})
