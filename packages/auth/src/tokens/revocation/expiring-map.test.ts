import { TestClock } from '@base/core/testing'
import { expect, test } from 'vitest'
import { ExpiringMap } from './expiring-map.js'

test('never holds more than twice what lives, without a timer', async () => {
  const clock = new TestClock()
  const map = new ExpiringMap<number>(() => clock.now())
  for (let second = 0; second < 100; second++) {
    for (let i = 0; i < 100; i++) map.set(`${second}-${i}`, i, 10_000)
    await clock.advance('1s')
    expect(map.size).toBeLessThanOrEqual(2_300)
  }
  expect(map.get('99-0')).toBe(0)
  expect(map.get('0-0')).toBeUndefined()
  expect(clock.pending).toBe(0)
})

test('still holds what was read while the clock was ahead, once it is right again', () => {
  const clock = new TestClock()
  const map = new ExpiringMap<number>(() => clock.now())
  const now = clock.now()
  map.set('a', 1, 10_000)
  clock.setNow(now + 20_000)
  expect(map.get('a')).toBeUndefined()
  clock.setNow(now)
  expect(map.get('a')).toBe(1)
})
