import { getEventListeners } from 'node:events'
import type { Lease, Lock } from '@base/core/lock'
import { TestClock } from '@base/core/testing'
import { describeWithService } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { createClientPool } from 'redis'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { connect } from '../connection/connect.js'
import { CLIENTS, type TestClient } from '../test-clients.js'
import { type RedisLockOptions, redisLock } from './index.js'
import { letPass } from './test-time.js'

const kinds = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]
const wrong = (value: unknown): never => value as never

/** A lock of a process of its own, as it were: it knows nothing of the others. */
function lockOn({ client }: TestClient, options: RedisLockOptions = {}): Lock {
  return redisLock(client, { timeout: '10s', ...options })
}

function sorted(tokens: readonly bigint[]): bigint[] {
  return [...tokens].sort((a, b) => (a < b ? -1 : 1))
}

describeWithService('redis', (redis) => {
  let plain: Redis
  beforeAll(() => {
    plain = new Redis(redis.url)
  })
  afterAll(() => plain.disconnect())

  describe.each(kinds)('redisLock on %s', (kind) => {
    let opened: TestClient
    beforeAll(async () => {
      opened = await CLIENTS[kind](redis.url)
    })
    afterAll(() => opened[Symbol.asyncDispose]())

    test('three processes, as it were, are never within at once, and tokens grow in the order of holding', async () => {
      const locks = Array.from({ length: 3 }, () => lockOn(opened))
      let inside = 0
      const tokens: bigint[] = []
      const work = async (index: number) => {
        const lease = await (locks[index % 3] as Lock).acquire(`shared ${kind}`, { wait: '1m' })
        tokens.push(lease.token)
        expect(++inside).toBe(1)
        await plain.ping()
        inside--
        await lease.release()
      }
      await Promise.all(Array.from({ length: 15 }, (_, index) => work(index)))
      expect(tokens).toEqual(sorted(tokens))
      expect(new Set(tokens).size).toBe(15)
    })

    test('a holder that was slow learns that another holds the lock, and cannot free it', async () => {
      const prefix = `slow ${kind} `
      const [slow, quick] = [lockOn(opened, { prefix }), lockOn(opened, { prefix })]
      const lost = await slow.acquire('k', { ttl: '1h' })
      await letPass(opened.client, prefix, 3_600_000)
      const lease = await quick.acquire('k', { wait: 0 })

      expect(lease.token > lost.token).toBe(true)
      await expect(lost.extend()).rejects.toMatchObject({ code: 'LEASE_LOST', kind: 'conflict' })
      expect(lost.signal.aborted).toBe(true)
      expect(await lost.release()).toEqual({ released: false })
      expect(await slow.tryAcquire('k')).toBeUndefined()
    })

    test('tokens grow although the data is lost, and although the clock was set back', async () => {
      const lock = lockOn(opened)
      const key = `forgotten ${kind}`
      const tokens: bigint[] = []
      const hold = async () => {
        const lease = await lock.acquire(key)
        tokens.push(lease.token)
        await lease.release()
      }
      for (let round = 0; round < 10; round++) {
        await hold()
        if (round % 2 === 0) await plain.del(`lock:${key}`)
      }
      // As if the last token came from a clock that was an hour ahead.
      await plain.setrange(`lock:${key}`, 0, `${(tokens.at(-1) ?? 0n) + 3_600_000_000n}`)
      await hold()
      await hold()
      expect(tokens).toEqual(sorted(tokens))
      expect(new Set(tokens).size).toBe(12)
      expect((tokens[11] ?? 0n) - (tokens[10] ?? 0n)).toBe(1n)
    })

    test('a key may be any text', async () => {
      const lock = lockOn(opened)
      for (const name of ['a b\r\nc', '{a}', '}{', 'a\0b', '\ud800', 'ü'.repeat(512), 'x'.repeat(100_000)]) {
        const lease = await lock.acquire(`${kind} ${name}`)
        expect(await lock.tryAcquire(`${kind} ${name}`)).toBeUndefined()
        expect(await lease.release()).toEqual({ released: true })
      }
    })

    test.each([
      ['a lock of redlock', '0f3a9c5be1d24f6788a0b3c2d4e5f607', 30_000],
      ['a counter', '12', 30_000],
      ['an empty text', '', 30_000],
      ['a text that outlives a lease', 'of somebody else', 86_400_000],
    ])('%s at its key is refused by name, and left as it is', async (_, text, life) => {
      const name = `lock:foreign ${kind}`
      await plain.set(name, text, 'PX', life)
      const refused = { code: 'REDIS_REFUSED', message: expect.stringContaining(name) }
      await expect(lockOn(opened).tryAcquire(`foreign ${kind}`)).rejects.toMatchObject(refused)
      await expect(lockOn(opened).acquire(`foreign ${kind}`)).rejects.toMatchObject(refused)
      expect(await plain.get(name)).toBe(text)
    })

    test('a release in another process wakes who waits, with a subscriber', async () => {
      const clock = new TestClock()
      const subscriber = await opened.subscriber()
      // The server counts in bytes where a key begins.
      const prefix = `Schlösser ${kind} 🔒:`
      const [holder, waiter] = [lockOn(opened, { prefix }), lockOn(opened, { prefix, clock, subscriber })]
      const lease = await holder.acquire('Tür')
      const waiting = waiter.acquire('Tür', { wait: '1h' })
      // It asks again until it has told Redis that it listens; from then on no time passes.
      await expect
        .poll(async () => {
          await clock.advance(20)
          return plain.getrange(`${prefix}Tür`, 17, 17)
        })
        .toBe('1')
      await lease.release()
      await (await waiting).release()
      expect(clock.pending).toBe(0)
    })

    test('who waits without a subscriber asks again within 20 ms', async () => {
      const clock = new TestClock()
      const [holder, waiter] = [lockOn(opened), lockOn(opened, { clock, random: () => 0 })]
      const lease = await holder.acquire(`poll ${kind}`)
      const waiting = waiter.acquire(`poll ${kind}`)
      await expect.poll(() => clock.pendingTimers.map(({ dueIn }) => dueIn)).toEqual([20])
      await lease.release()
      await clock.advance(20)
      expect(await (await waiting).release()).toEqual({ released: true })
    })

    test('who waits longest comes first', async () => {
      const lock = lockOn(opened)
      const order: number[] = []
      const first = await lock.acquire(`queue ${kind}`)
      const all = Array.from({ length: 10 }, async (_, index) => {
        const lease = await lock.acquire(`queue ${kind}`)
        order.push(index)
        await lease.release()
      })
      await first.release()
      await Promise.all(all)
      expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    })

    test('a lease that is over before its answer came is told to its own waiter: the next one gets the lock', async () => {
      const clock = new TestClock()
      const [holder, lock] = [lockOn(opened), lockOn(opened, { clock, random: () => 0 })]
      const lease = await holder.acquire(`brief ${kind}`)
      const brief = lock.acquire(`brief ${kind}`, { ttl: 25 })
      const next = lock.acquire(`brief ${kind}`, { ttl: '1h' })
      const late = expect(brief).rejects.toMatchObject({ code: 'REDIS_TOO_LATE' })
      await expect.poll(() => clock.pending).toBe(2)
      await lease.release()
      // So much passes between the question and its answer.
      const connection = connect(opened.client, 'test')
      const send = connection.send.bind(connection)
      const slow = vi.spyOn(connection, 'send').mockImplementationOnce(async (...call) => {
        const answer = await send(...call)
        await clock.advance(25)
        return answer
      })
      await clock.advance(20)
      await late
      expect(await (await next).release()).toEqual({ released: true })
      slow.mockRestore()
    })

    test('what comes after an abort is given back, and nothing is left behind', async () => {
      const clock = new TestClock()
      const lock = lockOn(opened, { clock })
      const controller = new AbortController()
      const asked = lock.acquire(`late ${kind}`, { ttl: '1h', signal: controller.signal })
      controller.abort(new Error('gone'))
      await expect(asked).rejects.toBe(controller.signal.reason)
      expect(getEventListeners(controller.signal, 'abort')).toEqual([])
      await expect.poll(() => lock.tryAcquire(`late ${kind}`)).toBeDefined()
      expect(clock.pending).toBe(0)
    })

    test('who gives up waiting leaves nothing behind, and its place to the next', async () => {
      const clock = new TestClock()
      const lock = lockOn(opened, { clock })
      const lease = await lock.acquire(`aborted ${kind}`)
      const controller = new AbortController()
      const aborted = lock.acquire(`aborted ${kind}`, { signal: controller.signal })
      const next = lock.acquire(`aborted ${kind}`)
      await expect.poll(() => clock.pending).toBe(2)
      controller.abort(new Error('gone'))
      await expect(aborted).rejects.toBe(controller.signal.reason)
      expect(getEventListeners(controller.signal, 'abort')).toEqual([])
      await lease.release()
      await (await next).release()
      expect(clock.pending).toBe(0)
    })
  })

  describe('a lease', () => {
    const held = async (
      name: string,
      ttl: number,
    ): Promise<{ clock: TestClock; lock: Lock; lease: Lease; opened: TestClient }> => {
      const opened = await CLIENTS['ioredis 6'](redis.url)
      const clock = new TestClock()
      const lock = lockOn(opened, { clock })
      return { clock, lock, lease: await lock.acquire(name, { ttl }), opened }
    }

    test('is given up by its process 1 % and 2 ms before the server ends it', async () => {
      const { clock, lease, opened } = await held('margin', 10_000)
      await using _ = opened
      expect(lease.signal.aborted).toBe(false)
      await clock.advance(9_897)
      expect(lease.signal.aborted).toBe(false)
      await clock.advance(1)
      expect(lease.signal.aborted).toBe(true)
      expect(lease.signal.reason).toMatchObject({ code: 'LEASE_LOST' })
    })

    test('that is over is told to whoever looks only then', async () => {
      const { clock, lease, opened } = await held('unseen', 1_000)
      await using _ = opened
      await clock.advance(988)
      expect(lease.signal.aborted).toBe(true)
    })

    test('of two extensions at once lasts as the later one says', async () => {
      const { clock, lease, opened } = await held('twice', 10_000)
      await using _ = opened
      await Promise.all([lease.extend('1m'), lease.extend('1s')])
      await clock.advance(988)
      expect(lease.signal.aborted).toBe(true)
    })

    test('that is given back while it is extended is not lost', async () => {
      const { clock, lease, lock, opened } = await held('both', 1_000)
      await using _ = opened
      const extended = lease.extend().catch(() => {})
      expect(await lease.release()).toEqual({ released: true })
      await extended
      expect(lease.signal.aborted).toBe(false)
      expect(await lock.tryAcquire('both')).toBeDefined()
      expect(clock.pending).toBe(0)
    })

    test('that was watched leaves no timer behind', async () => {
      const { clock, lease, opened } = await held('timers', 1_000)
      await using _ = opened
      const cancels = vi.spyOn(clock, 'schedule').mockImplementation((...args) => {
        const timer = TestClock.prototype.schedule.apply(clock, args)
        return { ...timer, cancel: vi.fn(timer.cancel) }
      })
      expect(lease.signal.aborted).toBe(false)
      await lease.extend()
      await lease.release()
      expect(cancels.mock.results.length).toBeGreaterThan(1)
      for (const { value } of cancels.mock.results) expect(value.cancel).toHaveBeenCalled()
    })
  })

  test('acquire and release take one round trip each', async () => {
    await using opened = await CLIENTS['ioredis 6'](redis.url)
    const lock = lockOn(opened)
    await (await lock.acquire('warm')).release()
    const calls = vi.spyOn(opened.client as Redis, 'callBuffer')
    const lease = await lock.acquire('counted')
    expect(calls).toHaveBeenCalledTimes(1)
    await lease.release()
    expect(calls).toHaveBeenCalledTimes(2)
    await lease.release()
    expect(calls).toHaveBeenCalledTimes(2)
  })

  test("a prefix of the client's own stands before ours, and the owner is named", async () => {
    const client = new Redis(redis.url, { keyPrefix: 'mine:' })
    const lease = await redisLock(client, { prefix: 'p:', owner: 'worker 7' }).acquire('k', { ttl: '10s' })
    expect(await plain.get('mine:p:k')).toMatch(new RegExp(`^${lease.token} 0 worker 7 [0-9a-f-]{36} 0$`))
    const life = Number(await plain.pttl('mine:p:k'))
    expect(life).toBeGreaterThan(3_600_000)
    expect(life).toBeLessThanOrEqual(3_610_000)
    client.disconnect()
  })

  test("a release is told under the client's own prefix", async () => {
    const options = { keyPrefix: 'ours:' }
    const [client, subscriber] = [new Redis(redis.url, options), new Redis(redis.url, options)]
    const clock = new TestClock()
    const lease = await redisLock(client).acquire('told', { ttl: '1h' })
    const waiting = redisLock(client, { clock, subscriber }).acquire('told', { wait: '1h' })
    await expect
      .poll(async () => {
        await clock.advance(20)
        return plain.getrange('ours:lock:told', 17, 17)
      })
      .toBe('1')
    await lease.release()
    expect((await waiting).token > lease.token).toBe(true)
    client.disconnect()
    subscriber.disconnect()
  })

  test('numbers that the client gives as texts are understood', async () => {
    const client = new Redis(redis.url, { stringNumbers: true })
    const lock = redisLock(client)
    const lease = await lock.acquire('texts')
    expect(await lock.tryAcquire('texts')).toBeUndefined()
    await lease.extend()
    expect(await lease.release()).toEqual({ released: true })
    client.disconnect()
  })

  const client = () => new Redis({ lazyConnect: true })
  test.each([
    ['a client', () => redisLock(wrong({})), 'client must be'],
    ['a prefix', () => redisLock(client(), { prefix: '' }), 'prefix must be a text'],
    ['an owner', () => redisLock(client(), { owner: '' }), 'owner must be a text'],
    ['a timeout', () => redisLock(client(), { timeout: 0 }), 'timeout must be more'],
    ['a clock', () => redisLock(client(), { clock: wrong({}) }), 'clock must be an object with'],
    ['a random', () => redisLock(client(), { random: wrong(1) }), 'random must be a function'],
    ['a subscriber', () => redisLock(client(), { subscriber: wrong({}) }), 'subscriber must be a client'],
    [
      'a subscriber that cannot listen',
      () => redisLock(client(), { subscriber: wrong(createClientPool()) }),
      'subscriber must be a client',
    ],
  ])('refuses %s that is none', (_, make, message) => {
    expect(make).toThrow(`@base/redis redisLock: ${message}`)
  })

  test('refuses its own client as subscriber', () => {
    const own = client()
    expect(() => redisLock(own, { subscriber: own })).toThrow('subscriber must be another client')
  })
})
