import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { createIdempotency, memoryIdempotencyStore } from './index.js'

describe('memoryIdempotencyStore', () => {
  test('sweeps what is over, in steps, and keeps the rest', async () => {
    const clock = new TestClock()
    const store = memoryIdempotencyStore({ clock })
    const short = createIdempotency({ store, clock, ttl: '1m' })
    const long = createIdempotency({ store, clock, ttl: '1h' })
    await Promise.all(Array.from({ length: 2_500 }, (_, n) => short.run(`short ${n}`, 'f', () => n)))
    await Promise.all(Array.from({ length: 10 }, (_, n) => long.run(`long ${n}`, 'f', () => n)))
    expect(store.size).toBe(2_510)
    await clock.advance('62s')
    expect(store.size).toBe(10)
    await clock.advance('1h')
    expect([store.size, clock.pendingTimers]).toEqual([0, []])
  })

  test('wakes earlier for what ends earlier', async () => {
    const clock = new TestClock()
    const store = memoryIdempotencyStore({ clock })
    await createIdempotency({ store, clock, ttl: '7d' }).run('long', 'f', () => 1)
    await createIdempotency({ store, clock, ttl: '1m' }).run('short', 'f', () => 1)
    await clock.advance('61s')
    expect(store.size).toBe(1)
  })

  test('keeps what is to be kept for as long as a number can say', async () => {
    const clock = new TestClock()
    const store = memoryIdempotencyStore({ clock })
    const idempotency = createIdempotency({ store, clock, ttl: Number.MAX_SAFE_INTEGER })
    await idempotency.run('k', 'f', () => 1)
    await clock.advance('3650d')
    expect(await idempotency.run('k', 'f', () => 2)).toEqual({ value: 1, replayed: true })
  })

  test('holds no process by its timer', async () => {
    const clock = new TestClock()
    await createIdempotency({ store: memoryIdempotencyStore({ clock }), clock }).run('k', 'f', () => 1)
    expect(clock.pending).toBe(0)
  })

  test('is not moved by a step of the wall clock', async () => {
    const clock = new TestClock()
    const idempotency = createIdempotency({ store: memoryIdempotencyStore({ clock }), clock })
    await idempotency.run('k', 'f', () => 1)
    clock.setNow(clock.now() + 10 * 86_400_000)
    expect(await idempotency.run('k', 'f', () => 2)).toEqual({ value: 1, replayed: true })
  })
})
