import { isAppError } from '@base/core/errors'
import { askRedis, describeWithPrivateService } from '@base-internal/tools/services'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestStores } from './auth/test-stores.js'
import { redisCacheStore } from './cache/index.js'
import { Names } from './cache/names.js'
import { entryOf, textAt } from './cache/test-store.js'
import { redisLock } from './lock/index.js'
import { redisRateLimitStore } from './rate-limit/index.js'
import { PreparedLimit } from './rate-limit/prepared-limit.js'
import { CLUSTER_CLIENTS } from './test-clients.js'
import { type TestCluster, type TestPair, testCluster, testPair } from './test-cluster.js'

const kinds = Object.keys(CLUSTER_CLIENTS) as (keyof typeof CLUSTER_CLIENTS)[]
/** Of the pair. */
const LAST_SLOT = 5_461
const patience = { timeout: 60_000 }
const HOUR = 3_600_000
const LIMIT = {
  name: 'ten',
  policies: [{ name: 'ten', algorithm: 'sliding_log', limit: 10, window: HOUR, burst: 10 }],
} as const

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

  const liesOnPair = async (key: string) => {
    const [slot] = await askRedis(cluster.urls[1] as string, ['CLUSTER', 'KEYSLOT', key])
    return Number(slot) <= LAST_SLOT
  }
  /** A name whose key lies on the pair, or elsewhere. */
  const nameOnPair = async (keyOf: (name: string) => string, begin: string, isOnPair = true) => {
    for (let count = 0; ; count++) {
      const name = `${begin}${count}`
      if ((await liesOnPair(keyOf(name))) === isOnPair) return name
    }
  }

  test.each(kinds)(
    'a master is killed: calls end in their time, and once its replica is promoted leases, families and counts go on, on %s',
    { timeout: 300_000 },
    async (kind) => {
      await using opened = await CLUSTER_CLIENTS[kind](cluster.urls)
      const { client } = opened
      /** Of calls that are to see the end of it, and of calls that are not. */
      const [patient, hasty] = [{ timeout: '2m' }, { timeout: 300 }] as const
      const prefix = `failover ${kind}`
      const locks = { patient: redisLock(client, patient), hasty: redisLock(client, hasty) }
      const families = new TestStores(client, { prefix, ...patient })
      const limits = redisRateLimitStore(client, { prefix, ...patient })
      const cache = redisCacheStore(client, { prefix, ...patient })
      const key = await nameOnPair((name) => `lock:${name}`, kind)
      const family = await nameOnPair((name) => `{${name}}`, kind)
      const counted = await nameOnPair((name) => new PreparedLimit(prefix, LIMIT).keysOf(name)[0], kind)
      const keys = Array.from({ length: 50 }, (_, index) => `key:${index}`)
      const texts = () => Promise.all(keys.map((each) => textAt(cache, each)))

      for (const each of keys) await cache.set(each, entryOf('before'))
      expect((await limits.consume(counted, 4, LIMIT)).policies[0]?.remaining).toBe(6)
      const lease = await locks.patient.acquire(key, { ttl: HOUR })
      await families.keep(family)
      await pair.sync()
      await pair.kill()

      expect(await locks.hasty.tryAcquire(key).catch(codeOf)).toBe('REDIS_UNAVAILABLE')
      const rotate = () => families.rotate(family, family, 'child')
      const during = Promise.all([lease.extend().then(() => 'extended', codeOf), rotate(), rotate()])
      during.catch(() => undefined)
      await pair.promote()
      // The cluster of redis 5 does not look for the new master before the old one is back.
      if (kind === 'redis 5') await pair.restore()
      await expect.poll(rotate, patience).toMatch(/^(rotated|repeated)$/)
      const [extended, ...rotated] = await during
      expect(extended).toBe('extended')
      for (const status of rotated) expect(status).toMatch(/^(rotated|repeated)$/)
      if (kind !== 'redis 5') await pair.restore()
      expect(await locks.patient.tryAcquire(key)).toBeUndefined()
      expect(await lease.release()).toEqual({ released: true })
      await using next = await locks.patient.acquire(key)
      expect(next.token > lease.token).toBe(true)
      expect(await families.rotate(family, 'child', 'grandchild')).toBe('rotated')
      expect((await limits.consume(counted, 6, LIMIT)).allowed).toBe(true)
      expect((await limits.consume(counted, 1, LIMIT)).allowed).toBe(false)
      // The promoted one may have missed deletions, so nothing that it holds from before is served.
      const names = new Names(prefix, true)
      const onPair = await Promise.all(keys.map((each) => liesOnPair(names.shardOf(each).deleted)))
      const isAllLost = await liesOnPair(names.tags)
      expect(await texts()).toEqual(onPair.map((lost) => (lost || isAllLost ? undefined : 'before')))
      for (const each of keys) await cache.set(each, entryOf('after'))
      expect(new Set(await texts())).toEqual(new Set(['after']))
    },
  )

  // Either what was deleted or what was tagged lies on the pair.
  const places = kinds.flatMap((kind) => [[kind, 'deletion'] as const, [kind, 'tag'] as const])
  test.each(places)(
    'a failover goes back to a node that missed what the other one was told: nothing of it is read, on %s after a %s',
    { timeout: 300_000 },
    async (kind, what) => {
      await using opened = await CLUSTER_CLIENTS[kind](cluster.urls)
      const isTag = what === 'tag'
      const prefix = await nameOnPair((name) => new Names(name, true).tags, `${what} ${kind}`, isTag)
      const names = new Names(prefix, true)
      const key = await nameOnPair((name) => names.shardOf(name).deleted, 'k', !isTag)
      const cache = redisCacheStore(opened.client, { prefix, timeout: '2m' })
      await cache.set(key, entryOf('before', ['t']))
      await pair.swap()
      expect(await textAt(cache, key)).toBeUndefined()
      await cache.set(key, entryOf('between', ['t']))
      await pair.sync()
      await pair.part()
      await (isTag ? cache.bumpTags(['t']) : cache.delete([key]))
      await pair.swap()
      expect(await textAt(cache, key)).toBeUndefined()
      await cache.set(key, entryOf('after', ['t']))
      expect(await textAt(cache, key)).toBe('after')
    },
  )
})

function codeOf(error: unknown): string {
  return isAppError(error) ? error.code : String(error)
}
