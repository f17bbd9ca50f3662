import { UnavailableError } from '@base/core/errors'
import type { Lock } from '@base/core/lock'
import { describeWithPrivateService } from '@base-internal/tools/services'
import { expect, test } from 'vitest'
import { CLUSTER_CLIENTS } from '../test-clients.js'
import { clusterOfTests } from '../test-cluster.js'
import { moveSlotOf } from '../test-slot.js'
import { redisLock } from './index.js'

const kinds = Object.keys(CLUSTER_CLIENTS) as (keyof typeof CLUSTER_CLIENTS)[]

describeWithPrivateService('redis', {}, () => {
  const cluster = clusterOfTests()

  test.each(kinds)(
    'a slot is moved while a lease in it is held, extended and awaited: it holds, and passes on, on %s',
    async (kind) => {
      await using opened = await CLUSTER_CLIENTS[kind](cluster().urls)
      const lock = redisLock(opened.client, { timeout: '30s' })
      const other = redisLock(opened.client, { timeout: '30s', subscriber: await opened.subscriber() })
      const key = `moves ${kind}`
      const move = () => moveSlotOf(`lock:${key}`, cluster().urls)
      const lease = await lock.acquire(key, { ttl: '1h' })
      const waiting = other.acquire(key, { ttl: '1h', wait: '1m' })

      for (let round = 0; round < 3; round++) {
        await Promise.all([move(), lease.extend()])
        expect(await other.tryAcquire(key)).toBeUndefined()
      }
      expect(lease.signal.aborted).toBe(false)
      const [, released] = await Promise.all([move(), lease.release()])
      expect(released).toEqual({ released: true })
      const next = await waiting
      expect(next.token > lease.token).toBe(true)
      await move()
      expect(await next.release()).toEqual({ released: true })
    },
  )

  test.each(kinds)(
    'a slot is moved while many take a lock in it: never two at once, tokens grow, and nothing but "unavailable", on %s',
    async (kind) => {
      await using opened = await CLUSTER_CLIENTS[kind](cluster().urls)
      const key = `crowded ${kind}`
      const crowd = new Crowd(key)
      const moving = new AbortController()
      const work = Array.from({ length: 6 }, () =>
        crowd.work(redisLock(opened.client, { timeout: '20s' }), moving.signal),
      )
      for (let round = 0; round < 4; round++) await moveSlotOf(`lock:${key}`, cluster().urls)
      moving.abort()
      await Promise.all(work)
      expect(crowd.tokens.length).toBeGreaterThanOrEqual(work.length)
      expect(crowd.tokens).toEqual([...new Set(crowd.tokens)].sort((a, b) => (a < b ? -1 : 1)))
      for (const error of crowd.errors) expect(error).toBeInstanceOf(UnavailableError)
    },
  )
})

/** Those who want one lock, each in a process of its own, as it were. */
class Crowd {
  /** In the order of holding. */
  readonly tokens: bigint[] = []
  readonly errors: unknown[] = []
  readonly #key: string
  #inside = 0

  constructor(key: string) {
    this.#key = key
  }

  /** Again and again until the signal aborts, and once more after it, when it must succeed. */
  async work(lock: Lock, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) await this.#hold(lock).catch((error: unknown) => this.errors.push(error))
    await this.#hold(lock)
  }

  async #hold(lock: Lock): Promise<void> {
    const lease = await lock.acquire(this.#key, { ttl: '1h', wait: '1m' })
    this.tokens.push(lease.token)
    expect(++this.#inside).toBe(1)
    await new Promise((resolve) => setImmediate(resolve))
    this.#inside--
    await lease.release()
  }
}
