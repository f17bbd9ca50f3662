import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { idempotencyStoreConformance } from '@base/application/testing'
import {
  actionTokenStoreConformance,
  apiKeyStoreConformance,
  keyStoreConformance,
  oauthTransactionStoreConformance,
  recoveryCodeStoreConformance,
  refreshStoreConformance,
  replayStoreConformance,
  revocationStoreConformance,
  sessionStoreConformance,
  totpStoreConformance,
} from '@base/auth/testing'
import { createCache } from '@base/cache/cache'
import { cacheStoreConformance } from '@base/cache/testing'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { lockConformance, TestClock } from '@base/core/testing'
import { rateLimitStoreConformance } from '@base/resilience/testing'
import { askRedis, describeWithPrivateService } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as auth from './auth/index.js'
import { age } from './auth/passing-time.fixture.js'
import { redisCacheBus, redisCacheStore } from './cache/index.js'
import { letPass as letPassForCache } from './cache/test-time.js'
import type { RedisClient } from './connection/client.js'
import { connect } from './connection/connect.js'
import { redisIdempotencyStore } from './idempotency/index.js'
import { letPass as letPassForKeys } from './idempotency/test-time.js'
import { redisLock } from './lock/index.js'
import { letPass as letPassForLocks } from './lock/test-time.js'
import { RedisStore } from './rate-limit/redis-rate-limit-store.js'
import { shifted, TimedConnection } from './rate-limit/test-time.js'
import { CLIENTS, CLUSTER_CLIENTS, type TestClient } from './test-clients.js'
import { clusterOfTests } from './test-cluster.js'
import { ageKeys } from './test-keys.js'

const PASSWORD = 'known-to-the-test'
const README = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8')

/** The README's rules, by their first column. */
const RULES: ReadonlyMap<string, readonly string[]> = new Map(
  (/## Permissions[\s\S]*?```text\n([\s\S]*?)```/.exec(README)?.[1] ?? '').split('\n').flatMap((line) => {
    const [who, rules] = line.split(/ {2,}/)
    return who && rules ? [[who, rules.split(' ')] as const] : []
  }),
)

function rules(who: string): readonly string[] {
  return RULES.get(who) ?? expect.unreachable(`The README has no rules for ${who}.`)
}

/** One who may connect, and what the README says of a block. */
const BLOCKS = ['cache', 'rate limits', 'locks', 'idempotency', 'auth'] as const
type Block = (typeof BLOCKS)[number]

/** What a suite works with: the client of a user of the block, and one that may do anything, by which time passes. */
interface Clients {
  readonly user: TestClient
  readonly almighty: TestClient
}

let names = 0

/** The suites of a block, on keys and channels that its user may use. */
const SUITES: Readonly<Record<Block, (clients: () => Clients) => void>> = {
  cache: (clients) => {
    cacheStoreConformance(
      () => {
        const prefix = `cache-${names++}`
        const subject = redisCacheStore(clients().user.client, { prefix, timeout: '10s' })
        return {
          subject,
          advance: (duration) => letPassForCache(clients().almighty.client, prefix, toMilliseconds(duration)),
          dispose: () => subject.close(),
        }
      },
      { test },
    )
    test('its bus tells and hears, until it ends', async () => {
      const { client, subscriber } = clients().user
      const bus = redisCacheBus(client, { subscriber: await subscriber(), timeout: '10s' })
      const heard: string[] = []
      const leave = await bus.subscribe((message) => heard.push(message))
      await bus.publish('a message')
      await expect.poll(() => heard).toEqual(['a message'])
      await leave()
    })
  },
  'rate limits': (clients) =>
    rateLimitStoreConformance(
      () => {
        const prefix = `rate-limit:${names++}:`
        let passed = 0
        const now = shifted(() => passed * 1_000)
        const timed = new TimedConnection(connect(clients().user.client, 'test'), now)
        return {
          subject: new RedisStore(timed, prefix, 10_000),
          advance: async (duration) => {
            passed += toMilliseconds(duration)
            await ageKeys(connect(clients().almighty.client, 'test'), prefix, toMilliseconds(duration))
          },
          dispose: () => {},
        }
      },
      { test },
    ),
  locks: (clients) =>
    lockConformance(
      async () => {
        const prefix = `lock:${names++}:`
        const clock = new TestClock()
        const { client, subscriber } = clients().user
        return {
          subject: redisLock(client, { prefix, clock, timeout: '10s', subscriber: await subscriber() }),
          advance: async (duration) => {
            await letPassForLocks(clients().almighty.client, prefix, toMilliseconds(duration))
            await clock.advance(duration)
          },
          dispose: () => {},
        }
      },
      { test },
    ),
  idempotency: (clients) =>
    idempotencyStoreConformance(
      () => {
        const prefix = `idempotency:${names++}:`
        return {
          subject: redisIdempotencyStore(clients().user.client, { prefix, timeout: '10s' }),
          advance: (duration) => letPassForKeys(clients().almighty.client, prefix, toMilliseconds(duration)),
          dispose: () => {},
        }
      },
      { test },
    ),
  auth: (clients) => {
    const make =
      <Store>(store: (client: RedisClient, options: auth.RedisAuthStoreOptions) => Store) =>
      () => {
        const prefix = `base:${names++}`
        return {
          subject: store(clients().user.client, { prefix, timeout: '10s' }),
          advance: (duration: Duration) =>
            age(connect(clients().almighty.client, 'test'), prefix, toMilliseconds(duration)),
          dispose: () => {},
        }
      }
    refreshStoreConformance(make(auth.redisRefreshStore), { test })
    sessionStoreConformance(make(auth.redisSessionStore), { test })
    replayStoreConformance(make(auth.redisReplayStore), { test })
    revocationStoreConformance(make(auth.redisRevocationStore), { test })
    keyStoreConformance(make(auth.redisKeyStore), { test })
    totpStoreConformance(make(auth.redisTotpStore), { test })
    apiKeyStoreConformance(make(auth.redisApiKeyStore), { test })
    oauthTransactionStoreConformance(make(auth.redisOAuthTransactionStore), { test })
    recoveryCodeStoreConformance(make(auth.redisRecoveryCodeStore), { test })
    actionTokenStoreConformance(make(auth.redisActionTokenStore), { test })
  },
}

/** Makes a user, and gives the URL by which it connects. */
async function urlFor(user: string, url: string, given: readonly string[]): Promise<string> {
  await askRedis(url, ['ACL', 'SETUSER', user, 'reset', 'on', `>${PASSWORD}`, ...given])
  return Object.assign(new URL(url), { username: user, password: PASSWORD }).href
}

async function close({ user, almighty }: Clients): Promise<void> {
  await user[Symbol.asyncDispose]()
  await almighty[Symbol.asyncDispose]()
}

/** What `ACL LOG` of servers tells. */
async function refusals(urls: readonly string[]): Promise<unknown[]> {
  const logs = urls.map(async (url) => {
    const client = new Redis(url)
    const log = (await client.call('ACL', 'LOG')) as unknown[]
    client.disconnect()
    return log
  })
  return (await Promise.all(logs)).flat()
}

describe.each(BLOCKS)('what the README grants for %s', (block) => {
  const folder = join(
    import.meta.dirname,
    { 'rate limits': 'rate-limit', locks: 'lock' }[block as string] ?? block,
  )

  test('is what its sources send, and what their scripts call', () => {
    const sources = readdirSync(folder)
      .filter((file) => !/test|bench|fixture/.test(file))
      .map((file) => readFileSync(join(folder, file), 'utf8'))
    const sent = /(?:p?call\(|(?:send|sendOnce|#send)\(\[)'([A-Z]+)'(?:, '(MYID|INFO)')?/g
    const found = sources.flatMap((source) => [...source.matchAll(sent)].map(([, ...words]) => words))
    const commands = new Set(found.map((words) => words.filter(Boolean).join('|').toLowerCase()))
    for (const given of ['eval', 'evalsha', 'ping', 'cluster|myid']) commands.delete(given)
    if (block === 'cache') for (const by of ['subscribe', 'unsubscribe']) commands.add(by)
    if (block === 'locks') commands.add('subscribe')
    const granted = rules(block).filter((rule) => rule.startsWith('+'))
    expect(granted.map((rule) => rule.slice(1))).toEqual([...commands].sort())
  })
})

describeWithPrivateService('redis', {}, (redis) => {
  // What a script may do is the same for all clients, and what they send themselves for all blocks.
  describe.each<[keyof typeof CLIENTS, readonly Block[]]>([
    ['ioredis 6', BLOCKS],
    ['redis 6', ['locks']],
  ])('a user of the README on %s', (kind, blocks) => {
    describe.each(blocks)('%s', (block) => {
      let clients: Clients
      beforeAll(async () => {
        const url = await urlFor('shop', redis.url, [...rules('each user'), ...rules(block)])
        await askRedis(redis.url, ['ACL', 'LOG', 'RESET'])
        clients = { user: await CLIENTS[kind](url), almighty: await CLIENTS[kind](redis.url) }
      })
      afterAll(() => close(clients))

      SUITES[block](() => clients)

      test('is refused nothing', async () => {
        expect(await refusals([redis.url])).toEqual([])
      })
    })
  })

  test('a cache whose user may not free what was cleared tells of it at the next clearing', async () => {
    const url = await urlFor('shop', redis.url, [...rules('each user'), ...rules('cache'), '-unlink'])
    await using opened = await CLIENTS['ioredis 6'](url)
    const layerTimeouts = { read: '20s', write: '20s' } as const
    const cache = createCache({ layers: [redisCacheStore(opened.client)], layerTimeouts })
    const heard: unknown[] = []
    cache.on('error', ({ error, source }) => heard.push([source, String(error)]))
    await cache.set('k', 1)
    await cache.clear()
    expect(heard).toEqual([])
    await expect
      .poll(() => cache.clear().then(() => heard))
      .toEqual([['layer', expect.stringContaining('ACL LOG')]])
    await cache.close()
  })
})

describeWithPrivateService('redis', {}, () => {
  describe('a cluster', () => {
    const cluster = clusterOfTests()

    describe.each<[keyof typeof CLUSTER_CLIENTS, readonly Block[]]>([
      ['ioredis 6', ['cache', 'locks']],
      ['redis 6', ['locks']],
    ])('a user of the README on %s', (kind, blocks) => {
      describe.each(blocks)('%s', (block) => {
        let clients: Clients
        beforeAll(async () => {
          const onCluster = block === 'cache' ? rules('cache on a cluster') : []
          const given = [...rules('each user'), ...rules('on a cluster'), ...rules(block), ...onCluster]
          const { urls } = cluster()
          const own = await Promise.all(urls.map((url) => urlFor('shop', url, given)))
          for (const url of urls) await askRedis(url, ['ACL', 'LOG', 'RESET'])
          clients = { user: await CLUSTER_CLIENTS[kind](own), almighty: await CLUSTER_CLIENTS[kind](urls) }
        })
        afterAll(() => close(clients))

        SUITES[block](() => clients)

        test('is refused nothing', async () => {
          expect(await refusals(cluster().urls)).toEqual([])
        })
      })
    })
  })
})
