import { isAppError } from '@base/core/errors'
import { describeWithPrivateService } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestStores } from './auth/test-stores.js'
import { redisLock } from './lock/index.js'
import { CLUSTER_CLIENTS } from './test-clients.js'
import { type TestCluster, type TestPair, testCluster, testPair } from './test-cluster.js'

const kinds = Object.keys(CLUSTER_CLIENTS) as (keyof typeof CLUSTER_CLIENTS)[]
const patience = { timeout: 60_000 }
/** Of a call: none is to end by it. */
const patient = { timeout: '60s' } as const

describeWithPrivateService('redis', {}, () => {
  let cluster: TestCluster
  let pair: TestPair
  beforeAll(async () => {
    cluster = await testCluster()
    pair = await testPair(cluster)
  }, 120_000)
  afterAll(async () => {
    await pair?.[Symbol.asyncDispose]()
    await cluster?.[Symbol.asyncDispose]()
  })

  /** A name whose key lies on the pair. */
  const nameOnPair = async (keyOf: (name: string) => string, begin: string) => {
    const node = new Redis(cluster.urls[1] as string)
    try {
      for (let count = 0; ; count++) {
        const name = `${begin}${count}`
        if ((await node.cluster('KEYSLOT', keyOf(name))) < 5_000) return name
      }
    } finally {
      node.disconnect()
    }
  }

  test.each(kinds)(
    'a node of a cluster is killed, and the one that follows it promoted: a lease holds, and a family goes on, on %s',
    { timeout: 180_000 },
    async (kind) => {
      await using opened = await CLUSTER_CLIENTS[kind](cluster.urls)
      const [lock, other] = [redisLock(opened.client, patient), redisLock(opened.client, patient)]
      const stores = new TestStores(opened.client, { prefix: kind, ...patient })
      const key = await nameOnPair((name) => `lock:${name}`, kind)
      const family = await nameOnPair((name) => `{${name}}`, kind)
      const lease = await lock.acquire(key, { ttl: '1h' })
      await stores.keep(family)
      await pair.sync()

      const failing = pair.fail()
      const rotate = () => stores.rotate(family, family, 'child').catch(kindOf)
      const during = [lease.extend().catch(kindOf), rotate(), rotate()]
      await failing
      // The cluster of redis 5 does not look for the new master before the old one is back.
      await pair.restore()
      await expect.poll(rotate, patience).toMatch(/^(rotated|repeated)$/)
      const [extended, ...rotated] = await Promise.all(during)
      expect(extended).toBeUndefined()
      for (const status of rotated) expect(status).toMatch(/^(rotated|repeated|unavailable)$/)

      expect(await other.tryAcquire(key)).toBeUndefined()
      expect(await lease.release()).toEqual({ released: true })
      await using next = await other.acquire(key)
      expect(next.token > lease.token).toBe(true)
      expect(await stores.rotate(family, 'child', 'grandchild')).toBe('rotated')
    },
  )
})

function kindOf(error: unknown): string {
  return isAppError(error) ? error.kind : String(error)
}
