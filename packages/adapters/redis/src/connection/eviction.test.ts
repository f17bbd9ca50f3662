import { askRedis, describeWithPrivateService } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  redisActionTokenStore,
  redisApiKeyStore,
  redisKeyStore,
  redisOAuthTransactionStore,
  redisRecoveryCodeStore,
  redisRefreshStore,
  redisReplayStore,
  redisRevocationStore,
  redisSessionStore,
  redisTotpStore,
} from '../auth/index.js'
import { redisIdempotencyStore } from '../idempotency/index.js'
import { redisLock } from '../lock/index.js'
import { redisRateLimitStore } from '../rate-limit/index.js'
import { CLIENTS, type TestClient } from '../test-clients.js'
import type { RedisClient } from './client.js'
import { connect } from './connect.js'

const kinds = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]
const limit = {
  name: 'limit',
  policies: [{ name: 'hourly', limit: 10, window: 3_600_000, burst: 10, algorithm: 'fixed_window' as const }],
}
const claim = { key: 'k', fingerprint: 'f', token: 't', lease: 60_000, ttl: 60_000 }
const options = { timeout: '10s' } as const

/** A call of each thing that is made on a client. */
const USES: Readonly<Record<string, (client: RedisClient) => () => PromiseLike<unknown>>> = {
  redisLock: (client) => {
    const lock = redisLock(client, options)
    return async () => (await lock.tryAcquire('k'))?.release()
  },
  redisIdempotencyStore: (client) => {
    const store = redisIdempotencyStore(client, options)
    return () => store.claim(claim)
  },
  redisRateLimitStore: (client) => {
    const store = redisRateLimitStore(client, options)
    return () => store.consume('k', 1, limit)
  },
  redisKeyStore: (client) => {
    const store = redisKeyStore(client, options)
    return () => store.load()
  },
  redisRefreshStore: (client) => {
    const store = redisRefreshStore(client, options)
    return () => store.find('family', 'hash', 0)
  },
  redisReplayStore: (client) => {
    const store = redisReplayStore(client, options)
    return () => store.claim('k', 1_000, 0)
  },
  redisRevocationStore: (client) => {
    const store = redisRevocationStore(client, options)
    return () => store.find({ issuer: 'issuer', id: 'id', subject: undefined })
  },
  redisSessionStore: (client) => {
    const store = redisSessionStore(client, options)
    return () => store.get({ handle: 'handle', hash: 'hash' }, 0)
  },
  redisTotpStore: (client) => {
    const store = redisTotpStore(client, options)
    return () => store.find('user', 0)
  },
  redisApiKeyStore: (client) => {
    const store = redisApiKeyStore(client, options)
    return () => store.find('id', 0)
  },
  redisRecoveryCodeStore: (client) => {
    const store = redisRecoveryCodeStore(client, options)
    return () => store.count('user')
  },
  redisActionTokenStore: (client) => {
    const store = redisActionTokenStore(client, options)
    return () => store.find({ purpose: 'reset', handle: 'handle', hash: 'hash' }, 0)
  },
  redisOAuthTransactionStore: (client) => {
    const store = redisOAuthTransactionStore(client, options)
    return () => store.take('id', 0)
  },
}

/** What the warning of each says that may be lost. */
const RISKS: Readonly<Record<string, string>> = {
  redisLock: 'a lock that is held',
  redisIdempotencyStore: 'let it run again',
  redisRateLimitStore: 'what was spent of a limit',
  redisKeyStore: 'the keys of a ring',
  redisRefreshStore: 'a sign-in',
  redisReplayStore: 'may come again',
  redisRevocationStore: 'a revocation',
  redisSessionStore: 'a session',
  redisTotpStore: 'a second factor',
  redisApiKeyStore: 'a key of a program',
  redisRecoveryCodeStore: 'recovery codes',
  redisActionTokenStore: 'a token that was sent',
  redisOAuthTransactionStore: 'a sign-in that has begun',
}
const patterns = Object.keys(USES)
/** Whose keys have no end. */
const endless = ['redisKeyStore', 'redisTotpStore', 'redisRecoveryCodeStore']

function useOf(pattern: string, client: RedisClient): () => PromiseLike<unknown> {
  const use = USES[pattern]?.(client)
  return use ?? expect.unreachable()
}

describeWithPrivateService('redis', {}, (redis) => {
  const warnings: string[] = []
  beforeEach(() => {
    vi.spyOn(process, 'emitWarning').mockImplementation((message, type) => {
      if (`${type}` === 'RedisWarning') warnings.push(`${message}`)
    })
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    warnings.length = 0
    await evict('noeviction')
  })

  const evict = (policy: string) => askRedis(redis.url, ['CONFIG', 'SET', 'maxmemory-policy', policy])

  /** Until the server has answered all that it was asked on this client. */
  const settled = async ({ client }: TestClient) => {
    await connect(client, 'test').send(['PING'], { timeout: 10_000 })
    await new Promise(setImmediate)
  }
  const said = (policy: string, pattern: string) =>
    `@base/redis ${pattern}: maxmemory-policy is ${policy}: when its memory is full, Redis may drop `

  describe.each(kinds)('on %s, and a server that drops keys when it is full', (kind) => {
    test.each(patterns)('%s warns once for a client, and says what may be lost', async (pattern) => {
      await evict('allkeys-lru')
      await using opened = await CLIENTS[kind](redis.url)
      const [use, other] = [useOf(pattern, opened.client), useOf(pattern, opened.client)]
      await expect.poll(() => warnings).toEqual([expect.stringContaining(said('allkeys-lru', pattern))])
      expect(warnings[0]).toContain(RISKS[pattern])
      for (const each of [use, other, use]) await each()
      await settled(opened)
      expect(warnings).toHaveLength(1)
    })
  })

  test.each(patterns)('%s warns after its first answer where the client connects later', async (pattern) => {
    await evict('allkeys-random')
    const client = new Redis(redis.url, { lazyConnect: true })
    const later = createClient({ url: redis.url })
    for (const each of [client, later] as unknown as RedisClient[]) {
      const use = useOf(pattern, each)
      if (each === (later as unknown)) await later.connect()
      await use()
      await expect.poll(() => warnings).toEqual([expect.stringContaining(said('allkeys-random', pattern))])
      warnings.length = 0
    }
    client.disconnect()
    later.destroy()
  })

  test('each pattern on a client warns of its own', async () => {
    await evict('allkeys-lfu')
    await using opened = await CLIENTS['ioredis 6'](redis.url)
    for (const pattern of patterns) useOf(pattern, opened.client)
    await expect.poll(() => warnings).toHaveLength(patterns.length)
    for (const pattern of patterns)
      expect(warnings).toContainEqual(expect.stringContaining(said('allkeys-lfu', pattern)))
  })

  test('where only keys with an end are dropped, those without one are safe, and nothing else', async () => {
    await evict('volatile-ttl')
    await using opened = await CLIENTS['ioredis 6'](redis.url)
    for (const pattern of patterns) useOf(pattern, opened.client)
    const ending = patterns.length - endless.length
    await expect.poll(() => warnings).toHaveLength(ending)
    await settled(opened)
    for (const pattern of endless) expect(warnings.join()).not.toContain(pattern)
    expect(warnings).toHaveLength(ending)
  })

  test('nothing is said where nothing is dropped', async () => {
    await using opened = await CLIENTS['ioredis 6'](redis.url)
    for (const pattern of patterns) await useOf(pattern, opened.client)()
    await settled(opened)
    expect(warnings).toEqual([])
  })

  test('nor where the server does not tell, and it is asked no more than twice', async () => {
    await evict('allkeys-lru')
    await askRedis(redis.url, ['ACL', 'SETUSER', 'mute', 'on', '>mute', '~*', '&*', '+@all', '-info'])
    const url = Object.assign(new URL(redis.url), { username: 'mute', password: 'mute' }).href
    const client = new Redis(url, { enableReadyCheck: false })
    const sent = vi.spyOn(client, 'sendCommand')
    const use = useOf('redisRateLimitStore', client)
    for (let call = 0; call < 5; call++) await use()
    const asked = sent.mock.calls.filter(([{ name }]) => name.toLowerCase() === 'info')
    expect(asked.length).toBeLessThanOrEqual(2)
    expect(warnings).toEqual([])
    client.disconnect()
  })
})
