import { createApiKeys } from '@base/auth/api-keys'
import { createRefreshService, createSessions, type RefreshService } from '@base/auth/tokens'
import { createTotp, totpCode } from '@base/auth/totp'
import { askRedis, describeWithPrivateService, describeWithService } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  redisApiKeyStore,
  redisKeyStore,
  redisOAuthTransactionStore,
  redisRefreshStore,
  redisReplayStore,
  redisRevocationStore,
  redisSessionStore,
  redisTotpStore,
} from './index.js'

const never = (value: unknown): never => value as never
const tokens = { issueAccess: async () => ({ token: 'access' }), revokeAll: () => {} }
const signIn = (refresh: RefreshService) => refresh.start({ sub: 'ann', clientId: 'web' })

async function rotated(refresh: RefreshService, token: string): Promise<string> {
  const result = await refresh.rotate(token, { clientId: 'web' })
  if (!result.ok) throw result.error
  return result.value.refreshToken
}

describeWithService('redis', (redis) => {
  let client: Redis
  let prefixes = 0
  const prefix = () => `auth-test-${process.pid}-${Date.now()}-${++prefixes}`
  /** Waits for the server however busy the machine is. */
  const under = (own: string) => ({ prefix: own, timeout: '20s' as const })
  beforeAll(() => {
    client = new Redis(redis.url)
  })
  afterAll(() => client.disconnect())

  /** Every key of a prefix and what it holds. */
  const dump = async (of: string): Promise<string> => {
    const keys = await client.keys(`${of}:*`)
    const reads = keys.map(async (key) => {
      const kind = await client.type(key)
      if (kind === 'hash') return [key, await client.hgetall(key)]
      if (kind === 'set') return [key, await client.smembers(key)]
      if (kind === 'zset') return [key, await client.zrange(key, '0', '-1')]
      return [key, await client.get(key)]
    })
    return JSON.stringify(await Promise.all(reads))
  }

  test('no token and no id is stored', async () => {
    const own = prefix()
    const refresh = createRefreshService({ store: redisRefreshStore(client, under(own)), tokens })
    const sessions = createSessions({ store: redisSessionStore(client, under(own)) })
    const { refreshToken } = await signIn(refresh)
    const second = await rotated(refresh, refreshToken)
    const { id } = await sessions.create('ann')
    const keys = createApiKeys({ store: redisApiKeyStore(client, under(own)) })
    const made = await keys.create({ ownerId: 'ann', scopes: [] })
    const { key } = await keys.rotate(made.id)
    const stored = await dump(own)
    expect(stored).toContain('ann')
    for (const secret of [refreshToken, second, id, made.key, key])
      expect(stored).not.toContain(secret.slice(24))
  })

  test('a change of a session that a broken connection had run twice is done', async () => {
    const store = redisSessionStore(client, under(prefix()))
    const [idleTtl, absoluteTtl] = [60_000, 60_000]
    await store.create({ handle: 'h', hash: 'old', sub: 'ann', data: '{}', idleTtl, absoluteTtl }, 0)
    const change = () =>
      store.change({ handle: 'h', hash: 'old' }, { hash: 'new', data: '{"n":1}', idleTtl }, 0)
    expect(await change()).toMatchObject({ sub: 'ann', data: '{"n":1}' })
    expect(await change()).toMatchObject({ sub: 'ann', data: '{"n":1}' })
    expect(await store.get({ handle: 'h', hash: 'old' }, 0)).toBeUndefined()
    expect(await store.change({ handle: 'h', hash: 'old' }, { idleTtl }, 0)).toBeUndefined()
  })

  test('a rotation that a broken connection had run twice is no reuse, also where there is no grace', async () => {
    const store = redisRefreshStore(client, under(prefix()))
    const [idleTtl, absoluteTtl] = [60_000, 60_000]
    await store.start(
      { id: 'f', sub: 'ann', clientId: 'web', data: '{}', hash: 'a', idleTtl, absoluteTtl },
      0,
    )
    const rotate = (parent: string, hash: string) =>
      store.rotate({ familyId: 'f', parent, child: { hash, idleTtl }, grace: 0 }, 0)
    expect(await rotate('a', 'b')).toEqual({ status: 'rotated' })
    expect(await rotate('a', 'b')).toEqual({ status: 'rotated' })
    expect((await store.find('f', 'b', 0))?.status).toBe('active')
    expect(await rotate('a', 'c')).toEqual({ status: 'reused' })
  })

  test('what is kept for the grace is dropped by the server when it is over, and by a revocation', async () => {
    const own = prefix()
    const store = redisRefreshStore(client, under(own))
    const refresh = createRefreshService({ store, tokens, reuseGrace: '10s' })
    const { refreshToken, familyId } = await signIn(refresh)
    await rotated(refresh, refreshToken)
    const key = `${own}:refresh:{${familyId}}:sealed`
    const left = await client.pttl(key)
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThanOrEqual(10_000)
    await refresh.revokeFamily(familyId)
    expect(await client.exists(key)).toBe(0)
  })

  test('every key ends by itself', async () => {
    const own = prefix()
    const options = under(own)
    const refresh = createRefreshService({ store: redisRefreshStore(client, options), tokens })
    const sessions = createSessions({ store: redisSessionStore(client, options) })
    await rotated(refresh, (await signIn(refresh)).refreshToken)
    await sessions.create('ann')
    await redisReplayStore(client, options).claim('key', 60_000, 0)
    await redisOAuthTransactionStore(client, options).put('key', 'text', 60_000, 0)
    const keys = await client.keys(`${own}:*`)
    expect(keys).toHaveLength(8)
    for (const key of keys) expect(await client.pttl(key)).toBeGreaterThan(0)
  })

  test('a family goes a week after its end, be it revoked or unused, with its spent tokens and what names it', async () => {
    const own = prefix()
    const store = redisRefreshStore(client, under(own))
    const refresh = createRefreshService({ store, tokens, idleTtl: '3d', absoluteTtl: '365d', reuseGrace: 0 })
    const day = 86_400_000
    const daysLeft = async ({ familyId }: { familyId: string }) => {
      const keys = [`${own}:refresh:{${familyId}}`, `${own}:refresh:{${familyId}}:spent`]
      return (await Promise.all(keys.map((key) => client.pttl(key)))).map((left) => Math.ceil(left / day))
    }
    const names = () => client.zrange(`${own}:refresh:sub:ann`, '0', '-1')
    const [unused, revoked, stolen] = [await signIn(refresh), await signIn(refresh), await signIn(refresh)]
    for (const { refreshToken } of [unused, revoked, stolen]) await rotated(refresh, refreshToken)
    expect(await daysLeft(unused)).toEqual([10, 10])

    await refresh.revokeFamily(revoked.familyId)
    expect(await daysLeft(revoked)).toEqual([7, 7])
    expect(await refresh.rotate(stolen.refreshToken, { clientId: 'web' })).toMatchObject({
      error: { code: 'REFRESH_REUSED' },
    })
    expect(await daysLeft(stolen)).toEqual([7, 7])
    expect(await names()).toEqual([unused.familyId])

    await refresh.revokeAll('ann')
    expect(await daysLeft(unused)).toEqual([7, 7])
    expect(await names()).toEqual([])
  })

  test('a family that is used is kept for as long as it can be, however long ago it began', async () => {
    const own = prefix()
    const store = redisRefreshStore(client, under(own))
    const refresh = createRefreshService({ store, tokens, idleTtl: '3d', absoluteTtl: '365d' })
    const { refreshToken, familyId } = await signIn(refresh)
    const second = await rotated(refresh, refreshToken)
    const keys = [`${own}:refresh:{${familyId}}`, `${own}:refresh:{${familyId}}:spent`]
    for (const key of keys) await client.pexpire(key, 60_000)
    await rotated(refresh, second)
    for (const key of keys) expect(await client.pttl(key)).toBeGreaterThan(9 * 86_400_000)
    expect(await client.pttl(`${own}:refresh:sub:ann`)).toBeGreaterThan(364 * 86_400_000)
  })

  test('a narrower scope is that of one access token: the next one may have all that was granted', async () => {
    const issued: unknown[] = []
    const issuer = {
      issueAccess: async ({ scope }: { scope?: unknown }) => ({ token: `${issued.push(scope)}` }),
      revokeAll: () => {},
    }
    const refresh = createRefreshService({
      store: redisRefreshStore(client, under(prefix())),
      tokens: issuer,
    })
    const { refreshToken } = await refresh.start({ sub: 'ann', clientId: 'web', scope: 'read write' })
    const narrowed = await refresh.rotate(refreshToken, { clientId: 'web', scope: 'read' })
    await rotated(refresh, narrowed.ok ? narrowed.value.refreshToken : '')
    expect(issued).toEqual(['read write', 'read', 'read write'])
    expect(await refresh.sessions('ann')).toMatchObject([{ scope: 'read write' }])
  })

  test('an API key with an end, and what names it, ends by itself a week after; one without stays', async () => {
    const own = prefix()
    const keys = createApiKeys({ store: redisApiKeyStore(client, under(own)), ttl: '30d' })
    const week = 7 * 86_400_000
    const left = (name: string) => client.pttl(`${own}:api-key:${name}`)
    const { id } = await keys.create({ ownerId: 'ann', scopes: [] })
    expect(await left(id)).toBeGreaterThan(30 * 86_400_000)
    expect(await left(id)).toBeLessThanOrEqual(30 * 86_400_000 + week)
    expect(await left('sub:ann')).toBeGreaterThan(29 * 86_400_000)
    const endless = { ownerId: 'ann', scopes: [], ttl: Number.POSITIVE_INFINITY }
    const stays = await keys.create(endless)
    await keys.create({ ownerId: 'ann', scopes: [] })
    expect([await left(stays.id), await left('sub:ann')]).toEqual([-1, -1])
    await keys.revoke(stays.id)
    expect(await left(stays.id)).toBeGreaterThan(week - 60_000)
    expect(await left('sub:ann')).toBeGreaterThan(0)
    await keys.revokeAll('ann')
    expect(await client.exists(`${own}:api-key:sub:ann`)).toBe(0)
  })

  test('a key that is rotated stays in the list of its owner for as long as it is good', async () => {
    const own = prefix()
    const keys = createApiKeys({ store: redisApiKeyStore(client, under(own)), ttl: '1d' })
    const { id } = await keys.create({ ownerId: 'ann', scopes: [] })
    const score = async () => Number(await client.zscore(`${own}:api-key:sub:ann`, id))
    await client.zadd(`${own}:api-key:sub:ann`, String((await score()) - 3_600_000), id)
    const { expiresAt } = await keys.rotate(id)
    expect(await score()).toBeGreaterThanOrEqual((expiresAt ?? 0) - 60_000)
    expect(await keys.list('ann')).toMatchObject([{ id, expiresAt }])
  })

  test.each<[string, (name: string) => unknown]>([
    ['was revoked', (name) => redisApiKeyStore(client, under(name)).revoke('k', 0)],
    ['is over', (name) => client.hset(`${name}:api-key:k`, 'end:0', '1')],
  ])('a key that %s is not rotated, and leaves nothing in the list of its owner', async (_, end) => {
    const own = prefix()
    const store = redisApiKeyStore(client, under(own))
    await store.create({ id: 'k', hash: 'one', ownerId: 'ann', scopes: [], ttl: 60_000 }, 0)
    await end(own)
    expect(await store.rotate('k', { hash: 'two', overlap: 0 }, 0)).toBeUndefined()
    expect(await client.exists(`${own}:api-key:sub:ann`)).toBe(0)
  })

  test('an authenticator secret has no end', async () => {
    const own = prefix()
    const totp = createTotp({ store: redisTotpStore(client, under(own)), issuer: 'x', maxFailures: 1 })
    const { secret } = await totp.enroll('{ann} *', { account: 'ann' })
    expect(await totp.verify('{ann} *', totpCode(secret))).toBe(true)
    expect(await client.pttl(`${own}:totp:{ann} *`)).toBe(-1)
  })

  test('a subject may be any text', async () => {
    const sub = '{a} * ? \r\n 😀 "quoted"'
    const sessions = createSessions({ store: redisSessionStore(client, under(prefix())) })
    const { id } = await sessions.create(sub, { text: '\0' })
    expect(await sessions.get(id)).toMatchObject({ sub, data: { text: '\0' } })
    expect(await sessions.list(sub)).toHaveLength(1)
    expect(await sessions.destroyAll(sub)).toBe(1)
  })

  test('rings of other names do not know each other', async () => {
    const own = prefix()
    const [one, other] = [
      redisKeyStore(client, under(own)),
      redisKeyStore(client, { ...under(own), ring: 'b' }),
    ]
    expect(await one.replace(0, [])).toBe(true)
    expect([await one.load(), await other.load()]).toMatchObject([{ version: 1 }, { version: 0 }])
    for (const ring of ['', 'x'.repeat(129)])
      expect(() => redisKeyStore(client, { ring })).toThrow('@base/redis redisKeyStore: ring must be')
  })

  test('stores of other prefixes do not know each other', async () => {
    const [one, other] = [prefix(), prefix()].map((own) =>
      createSessions({ store: redisSessionStore(client, under(own)) }),
    )
    const { id } = (await one?.create('ann')) ?? { id: '' }
    expect(await other?.get(id)).toBeUndefined()
    expect(await other?.list('ann')).toEqual([])
  })

  test.each([
    ['redisRefreshStore', redisRefreshStore],
    ['redisSessionStore', redisSessionStore],
    ['redisReplayStore', redisReplayStore],
    ['redisRevocationStore', redisRevocationStore],
    ['redisKeyStore', redisKeyStore],
    ['redisTotpStore', redisTotpStore],
    ['redisApiKeyStore', redisApiKeyStore],
    ['redisOAuthTransactionStore', redisOAuthTransactionStore],
  ] as const)('%s refuses what is no client, no prefix or no timeout', (name, make) => {
    expect(() => make(never({}))).toThrow(`@base/redis ${name}: client must be a client`)
    // Behind empty braces a cluster would look for the keys of one script in several slots.
    for (const wrong of ['', 'x'.repeat(129), 'app{}'])
      expect(() => make(client, { prefix: wrong })).toThrow(`@base/redis ${name}: prefix must be a text`)
    expect(() => make(client, { timeout: 0 })).toThrow(`@base/redis ${name}: timeout must be more than 0`)
  })
})

describeWithPrivateService('redis', {}, (redis) => {
  test('a server that is away is an UnavailableError in time, and the token stays good', async () => {
    const client = new Redis(redis.url)
    client.on('error', () => {})
    try {
      const refresh = createRefreshService({ store: redisRefreshStore(client, { timeout: '200ms' }), tokens })
      const patient = createRefreshService({ store: redisRefreshStore(client, { timeout: '20s' }), tokens })
      const { refreshToken } = await signIn(patient)
      await redis.pause()
      try {
        await expect(refresh.rotate(refreshToken, { clientId: 'web' })).rejects.toMatchObject({
          code: 'UNAVAILABLE',
          message: 'The refresh store failed.',
        })
      } finally {
        await redis.resume()
      }
      await rotated(patient, refreshToken)
    } finally {
      client.disconnect()
    }
  })

  test('scripts work on a server that has forgotten them', async () => {
    const client = new Redis(redis.url)
    try {
      const refresh = createRefreshService({ store: redisRefreshStore(client, { timeout: '20s' }), tokens })
      const { refreshToken } = await signIn(refresh)
      await askRedis(redis.url, ['SCRIPT', 'FLUSH'])
      await rotated(refresh, refreshToken)
    } finally {
      client.disconnect()
    }
  })
})
