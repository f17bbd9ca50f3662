import type { Clock } from '@base/core/clock'
import { type Lease, type Lock, withLock } from '@base/core/lock'
import { TestClock } from '@base/core/testing'
import { askRedis, describeWithPrivateService, type Line, lineTo } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { CLIENTS, type TestClient } from '../test-clients.js'
import { type RedisLockOptions, redisLock } from './index.js'
import { takeScript } from './scripts.js'
import { letPass } from './test-time.js'

const TTL = 30_000
const THIRD = TTL / 3
/** How long an answer may take on a busy machine. */
const patience = { timeout: 20_000 }
const lost = { code: 'LEASE_LOST' }

/** A lock of a process of its own, as it were. */
function lockOn({ client }: TestClient, options: RedisLockOptions = {}): Lock {
  return redisLock(client, { timeout: '30s', ...options })
}

/** A clock whose timers do not fire while time is lost, as those of an event loop that is held up. */
function heldUpClock(): { readonly clock: Clock; holdUp(milliseconds: number): void } {
  const timers = new TestClock()
  let lost = 0
  const clock: Clock = {
    now: () => timers.now() + lost,
    monotonic: () => timers.monotonic() + lost,
    sleep: (...args) => timers.sleep(...args),
    schedule: (...args) => timers.schedule(...args),
  }
  return {
    clock,
    holdUp: (milliseconds) => {
      lost += milliseconds
    },
  }
}

describeWithPrivateService('redis', {}, (redis) => {
  let plain: Redis
  let opened: TestClient
  beforeAll(async () => {
    plain = new Redis(redis.url)
    opened = await CLIENTS['ioredis 6'](redis.url)
  })
  afterAll(async () => {
    plain.disconnect()
    await opened[Symbol.asyncDispose]()
  })

  describe('what redlock 5.0.0-beta.2 gets wrong', () => {
    test.each([
      ['deleted', (key: string) => plain.del(key)],
      ['stolen', (key: string) => plain.set(key, `${'9'.repeat(16)} 0 a thief`, 'PX', 3_600_000 + TTL)],
    ])(
      'a lock that was %s is known to be lost at the next renewal, a third of its ttl later',
      async (what, take) => {
        const clock = new TestClock()
        const key = `${what} at once`
        await withLock(lockOn(opened, { clock }), key, { ttl: TTL, clock }, async ({ signal }) => {
          await take(`lock:${key}`)
          await clock.advance(THIRD)
          await expect.poll(() => signal.aborted, patience).toBe(true)
          expect(signal.reason).toMatchObject(lost)
        })
        expect(clock.pending).toBe(0)
      },
    )

    test('#309: once a lease is lost, nothing is asked of the server to give it back', async () => {
      const clock = new TestClock()
      const lease = await lockOn(opened, { clock }).acquire('lost', { ttl: TTL })
      await clock.advance(TTL)
      const calls = vi.spyOn(opened.client as Redis, 'callBuffer')
      expect([await lease.release(), await lease.release()]).toEqual([
        { released: false },
        { released: false },
      ])
      expect(calls).not.toHaveBeenCalled()
      calls.mockRestore()
    })

    test('PR #369: an error of the function comes through, although its lease was lost', async () => {
      const clock = new TestClock()
      const error = new Error('no ink')
      const failing = withLock(lockOn(opened, { clock }), 'failing', { ttl: TTL, clock }, async () => {
        await plain.del('lock:failing')
        await clock.advance(TTL)
        throw error
      })
      await expect(failing).rejects.toBe(error)
    })

    test('#283: to extend a lease that is over is refused, and ends neither the run nor the process', async () => {
      const clock = new TestClock()
      const running = withLock(lockOn(opened, { clock }), 'over', { ttl: TTL, clock }, async (lease) => {
        await plain.del('lock:over')
        await clock.advance(TTL)
        const refused = await lease.extend().catch((error: unknown) => error)
        return [lease.signal.aborted, refused]
      })
      expect(await running).toMatchObject([true, lost])
    })

    test('#253: the signal aborts when the lease is over, although no extension has failed', async () => {
      const clock = new TestClock()
      const lease = await lockOn(opened, { clock }).acquire('never extended', { ttl: TTL })
      const { signal } = lease
      await clock.advance(TTL)
      expect(signal.aborted).toBe(true)
      await lease.release()
    })

    test('an event loop that is held up past the ttl costs the lease, not the value', async () => {
      const { clock, holdUp } = heldUpClock()
      const value = await withLock(lockOn(opened, { clock }), 'held up', { ttl: TTL, clock }, (lease) => {
        holdUp(TTL)
        // Told although no timer has fired.
        return lease.signal.aborted
      })
      expect(value).toBe(true)
    })

    test('#168: to give a lease back that the server has ended, or again, is no error', async () => {
      const prefix = 'ended '
      const lease = await lockOn(opened, { prefix }).acquire('k', { ttl: TTL })
      await letPass(opened.client, prefix, 2 * TTL)
      await (await lockOn(opened, { prefix }).acquire('k', { wait: 0 })).release()
      expect([await lease.release(), await lease.release()]).toEqual([
        { released: false },
        { released: false },
      ])
    })

    test('#169: the lease of who has waited for longer than its ttl begins when it is taken', async () => {
      const clock = new TestClock()
      const lock = lockOn(opened, { clock })
      const before = await lock.acquire('waited for', { ttl: 10 * TTL })
      const waiting = withLock(lock, 'waited for', { ttl: TTL, wait: '1h', clock }, async ({ signal }) => {
        const lives = [signal.aborted]
        await clock.advance(THIRD - 1)
        return [...lives, signal.aborted]
      })
      await expect.poll(() => clock.pending).toBe(1)
      await clock.advance(2 * TTL)
      await before.release()
      expect(await waiting).toEqual([false, false])
    })

    test('a lease that is over before it could be used is refused, and given back', async () => {
      const lock = lockOn(opened)
      await expect(lock.acquire('short', { ttl: 1 })).rejects.toMatchObject({
        kind: 'unavailable',
        code: 'REDIS_TOO_LATE',
      })
      await (await lock.acquire('short', { ttl: TTL, wait: '20s' })).release()
    })

    test('twenty who wait come in the order they came, and no time passes between them', async () => {
      const clock = new TestClock()
      const lock = lockOn(opened, { clock })
      const first = await lock.acquire('twenty')
      const order: number[] = []
      const all = Array.from({ length: 20 }, async (_, index) => {
        const lease = await lock.acquire('twenty', { wait: '1h' })
        order.push(index)
        await plain.ping()
        await lease.release()
      })
      await first.release()
      await Promise.all(all)
      expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index))
    })
  })

  describe('what Redisson gets wrong', () => {
    test('#3636: who was cut off past its lease does not take it back, and knows that another has it', async () => {
      const [clock, prefix] = [new TestClock(), 'cut off ']
      await using line = await lineTo(redis.url)
      await using far = await CLIENTS['ioredis 6'](line.url)
      const worker1 = await lockOn(far, { prefix, clock }).acquire('k', { ttl: TTL })
      const { signal } = worker1
      line.reset()
      await letPass(opened.client, prefix, TTL)
      await clock.advance(TTL)
      const worker2 = await lockOn(opened, { prefix }).acquire('k', { wait: 0 })

      expect(signal.aborted).toBe(true)
      await expect(worker1.extend()).rejects.toMatchObject(lost)
      expect(worker2.token > worker1.token).toBe(true)
      await worker2.extend()
      expect(await worker2.release()).toEqual({ released: true })
    })

    /** Extends three times, and so beyond the first ttl; says how each extension ended. */
    const renewThrice = async (key: string, between: (renewals: number) => Promise<unknown>) => {
      const clock = new TestClock()
      return withLock(lockOn(opened, { clock }), key, { ttl: TTL, clock }, async (lease) => {
        const extend = vi.spyOn(lease, 'extend')
        for (let renewals = 0; renewals < 3; renewals++) {
          await between(renewals)
          await clock.advance(THIRD)
          await Promise.allSettled(extend.mock.results.map(({ value }) => value))
        }
        expect(lease.signal.aborted).toBe(false)
        return extend.mock.settledResults.map(({ type }) => type)
      })
    }

    test('#3194: renewal goes on after the connection was lost', async () => {
      const cut = () => askRedis(redis.url, ['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'])
      expect(await renewThrice('cut', cut)).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
    })

    test('#5698: a renewal that fails is followed by the next one', async () => {
      const allow = (renewals: number) =>
        askRedis(redis.url, ['ACL', 'SETUSER', 'default', renewals === 0 ? '-evalsha' : '+evalsha'])
      expect(await renewThrice('refused', allow)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
    })

    describe('#1626, #7272: a lock that was given back while it was renewed', () => {
      test.each([
        ['the renewal first', (lease: Lease) => [lease.extend(), lease.release()]],
        ['the release first', (lease: Lease) => [lease.release(), lease.extend()]],
      ])('is free, and stays so: %s', async (name, both) => {
        const clock = new TestClock()
        const lock = lockOn(opened, { clock })
        for (let round = 0; round < 10; round++) {
          const lease = await lock.acquire(`given back, ${name}`, { ttl: '1h', wait: 0 })
          expect(lease.signal.aborted).toBe(false)
          await Promise.allSettled(both(lease))
        }
        expect(clock.pending).toBe(0)
      })
    })
  })
})

describeWithPrivateService('redis', {}, (redis) => {
  describe('on a line that breaks', () => {
    let line: Line
    beforeEach(async () => {
      line = await lineTo(redis.url)
    })
    afterEach(() => line[Symbol.asyncDispose]())

    test.each(Object.keys(CLIENTS) as (keyof typeof CLIENTS)[])(
      'redlock PR #369: who gets no answer asks again, and is not kept out by its own lock, on %s',
      async (kind) => {
        await using far = await CLIENTS[kind](line.url)
        const key = `unanswered ${kind}`
        // The script is known, so that it is sent by its name.
        await (await lockOn(far).acquire('warm')).release()
        line.cut(takeScript.sha, 'before the answer')
        const asked = lockOn(far).acquire(key, { ttl: '1h', wait: 0 })
        await expect.poll(() => askRedis(redis.url, ['EXISTS', `lock:${key}`]), patience).toEqual(['1'])
        line.cut(undefined)
        const lease = await asked
        await lease.extend()
        expect(await lease.release()).toEqual({ released: true })
      },
    )
  })
})
