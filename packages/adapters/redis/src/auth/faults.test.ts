import {
  askRedis,
  describeWithPrivateService,
  lineTo,
  type PrivateServer,
} from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { CLIENTS } from '../test-clients.js'
import { testFailover } from '../test-failover.js'
import {
  redisActionTokenStore,
  redisApiKeyStore,
  redisOAuthTransactionStore,
  redisRecoveryCodeStore,
  redisRefreshStore,
  redisReplayStore,
  redisSessionStore,
  redisTotpStore,
} from './index.js'
import { EVERYTHING, NOTHING, TestStores } from './test-stores.js'

const kinds = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]
const patience = { timeout: 20_000 }
const HOUR = 3_600_000
/** For what no fault is to end: a machine may be busy. */
const patient = { timeout: '30s' } as const

/** What each of some calls rejects with; `undefined` where it resolves. */
async function errorsOf(
  calls: Readonly<Record<string, () => Promise<unknown>>>,
): Promise<Readonly<Record<string, unknown>>> {
  const settled = Object.entries(calls).map(async ([name, call]) => [
    name,
    await call().then(
      () => undefined,
      (error: unknown) => error,
    ),
  ])
  return Object.fromEntries(await Promise.all(settled))
}

/** The same for each of the calls. */
const each = (calls: object, expected: unknown) =>
  Object.fromEntries(Object.keys(calls).map((name) => [name, expected]))

/** Whether its field `revoked` is there, and whether it is there itself, once it is over. */
const over = (key: string) => (/^(api-key|refresh)/.test(key) ? ['1', '1'] : ['0', '0'])

const unavailable = (code: string) => expect.objectContaining({ kind: 'unavailable', code })

describeWithPrivateService('redis', {}, (redis) => {
  describe.each(kinds)('the stores of @base/auth on %s and a server', (kind) => {
    test.each<
      [string, (server: PrivateServer) => Promise<unknown>, (server: PrivateServer) => Promise<unknown>]
    >([
      ['that is frozen', (server) => server.pause(), (server) => server.resume()],
      [
        'whose clients are paused',
        // Of writes, as scripts are: to end it is none.
        (server) => askRedis(server.url, ['CLIENT', 'PAUSE', '60000', 'WRITE']),
        (server) => askRedis(server.url, ['CLIENT', 'UNPAUSE']),
      ],
    ])('%s: every call is bounded in time, and works again after', async (what, begin, end) => {
      await using opened = await CLIENTS[kind](redis.url)
      const prefix = `${kind} ${what}`
      const stores = new TestStores(opened.client, { prefix, ...patient })
      const impatient = new TestStores(opened.client, { prefix, timeout: '200ms' })
      await stores.keep('before')
      await begin(redis)
      try {
        const calls = { ...impatient.additions('before'), ...impatient.removals('before') }
        expect(await errorsOf(calls)).toEqual(each(calls, unavailable('REDIS_UNAVAILABLE')))
      } finally {
        await end(redis)
      }
      await stores.keep('after')
      expect(await stores.known('after')).toEqual(EVERYTHING)
    })

    test('that is killed and comes back with its data: everything is known', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const stores = new TestStores(opened.client, { prefix: `${kind} durable`, ...patient })
      await stores.keep('kept')
      await redis.kill()
      await redis.start()
      expect(await stores.known('kept')).toEqual(EVERYTHING)
    })

    test('that breaks connections: calls fail as unavailable or not at all, and the next ones work', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const stores = new TestStores(opened.client, { prefix: `${kind} broken`, ...patient })
      await stores.keep('kept')
      for (let round = 0; round < 5; round++) {
        const calls = { ...stores.additions(`r${round}`), ...stores.removals(`r${round}`) }
        const errors = errorsOf(calls)
        await askRedis(redis.url, ['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'])
        for (const error of Object.values(await errors))
          if (error !== undefined) expect(error).toMatchObject({ kind: 'unavailable' })
      }
      await expect.poll(() => stores.known('kept').catch(() => undefined), patience).toEqual(EVERYTHING)
    })

    test('that breaks a connection before its answer: what is good once is not told to be used already', async () => {
      await using line = await lineTo(redis.url)
      await using opened = await CLIENTS[kind](line.url)
      const options = { prefix: `${kind} once`, timeout: '30s' } as const
      const replays = redisReplayStore(opened.client, options)
      const transactions = redisOAuthTransactionStore(opened.client, options)
      const codes = redisRecoveryCodeStore(opened.client, options)
      const apps = redisTotpStore(opened.client, options)
      const actions = redisActionTokenStore(opened.client, options)
      const token = { purpose: 'reset', handle: 'h', hash: 'hash' }
      const warmUp = async () => {
        await transactions.put('t', 'text', HOUR, 0)
        await codes.replace('ann', ['code', 'other'])
        await apps.enroll('ann', 'secret')
        await apps.attempt('ann', { attempts: 5, lockFor: HOUR }, 0)
        await apps.accept('ann', 'secret', 1)
        await actions.add({ ...token, sub: 'ann', data: '{}', ttl: HOUR }, 0)
        await actions.take({ ...token, hash: 'another' }, 0)
      }
      // Scripts are known by then.
      await warmUp()
      const uses: readonly (readonly [sent: string, () => PromiseLike<unknown>])[] = [
        ['replay:proof', () => replays.claim('proof', HOUR, 0)],
        ['oauth:t', () => transactions.take('t', 0)],
        ['recovery:ann', () => codes.take('ann', 'code')],
        ['totp:ann', () => apps.attempt('ann', { attempts: 5, lockFor: HOUR }, 0)],
        ['totp:ann', () => apps.accept('ann', 'secret', 2)],
        ['action:of', () => actions.take(token, 0)],
      ]
      for (const [sent, use] of uses) {
        line.cut(sent, 'before the answer')
        await expect(use(), sent).rejects.toMatchObject({
          code: 'REDIS_UNAVAILABLE',
          details: { outcome: 'unknown' },
        })
        line.cut(undefined)
      }
    })

    test('that breaks a connection before its answer: what took access back never says that there was none', async () => {
      await using line = await lineTo(redis.url)
      await using opened = await CLIENTS[kind](line.url)
      const prefix = `${kind} taken back`
      const options = { prefix, ...patient }
      const keys = redisApiKeyStore(opened.client, options)
      const families = redisRefreshStore(opened.client, options)
      const sessions = redisSessionStore(opened.client, options)
      const codes = redisRecoveryCodeStore(opened.client, options)
      const apps = redisTotpStore(opened.client, options)
      const life = { idleTtl: HOUR, absoluteTtl: HOUR }
      const keep = async (name: string) => {
        await keys.create({ id: name, hash: 'h', ownerId: 'ann', scopes: [] }, 0)
        await families.start({ id: name, sub: 'ann', clientId: 'web', data: '', hash: 'h', ...life }, 0)
        await sessions.create({ handle: name, hash: 'h', sub: 'ann', data: '', ...life }, 0)
        await codes.replace(name, ['code'])
        await apps.enroll(name, 'secret')
      }
      const ends = (name: string): readonly (readonly [key: string, end: () => PromiseLike<boolean>])[] => [
        [`api-key:${name}`, () => keys.revoke(name, 0)],
        [`refresh:{${name}}`, () => families.revokeFamily(name, 0)],
        [`session:${name}`, () => sessions.destroy(name, 'h', 0)],
        [`recovery:${name}`, () => codes.remove(name)],
        [`totp:${name}`, () => apps.remove(name)],
      ]
      // Scripts are known by then.
      await keep('first')
      for (const [, end] of ends('first')) expect(await end()).toBe(true)
      await keep('other')
      const told: unknown[] = []
      for (const [key, end] of ends('other')) {
        line.cut(key, 'before the answer')
        const answer = Promise.resolve(end()).catch((error) => error.details.outcome)
        const isOver = [
          ['HEXISTS', `${prefix}:${key}`, 'revoked'],
          ['EXISTS', `${prefix}:${key}`],
        ] as const
        await expect.poll(async () => askRedis(redis.url, ...isOver), patience).toEqual(over(key))
        line.cut(undefined)
        told.push(await answer)
      }
      // node-redis sends nothing again.
      const repeated = kind === 'ioredis 6' ? true : 'unknown'
      expect(told).toEqual([repeated, repeated, 'unknown', 'unknown', 'unknown'])
      for (const [, end] of ends('other')) expect(await end()).toBe(false)
      // A key without an end would be in the list of its owner for ever.
      expect(await askRedis(redis.url, ['ZCARD', `${prefix}:api-key:sub:ann`])).toEqual(['0'])
    })

    test('that has no memory left: nothing new is taken, and access is taken back all the same', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const stores = new TestStores(opened.client, { prefix: `${kind} full`, ...patient })
      for (const name of ['old', 'stolen', 'good']) await stores.keep(name)
      await stores.rotate('stolen', 'stolen', 'child')
      await stores.rotate('stolen', 'child', 'grandchild')
      await askRedis(redis.url, ['CONFIG', 'SET', 'maxmemory', '1'])
      try {
        // A rotation needs memory only where there is something to rotate.
        const additions = {
          ...stores.additions('new'),
          'a rotation': () => stores.rotate('good', 'good', 'better'),
        }
        expect(await errorsOf(additions)).toEqual(each(additions, unavailable('REDIS_OUT_OF_MEMORY')))
        expect(await stores.rotate('stolen', 'stolen', 'x')).toBe('reused')
        // A session that is used lives on.
        const good = { handle: 'good', hash: 'good' }
        expect(await stores.sessions.change(good, { idleTtl: HOUR }, 0)).toMatchObject({ handle: 'good' })
        for (const name of ['old', 'never kept']) {
          const removals = stores.removals(name)
          expect(await errorsOf(removals)).toEqual(each(removals, undefined))
        }
      } finally {
        await askRedis(redis.url, ['CONFIG', 'SET', 'maxmemory', '0'])
      }
      expect(await stores.known('old')).toEqual({
        ...EVERYTHING,
        family: 'revoked',
        session: false,
        apiKey: false,
      })
      expect(await stores.known('never kept')).toEqual({ ...NOTHING, revoked: true, epoch: true })
      expect((await stores.known('stolen')).family).toBe('revoked')
      expect(await stores.rotate('good', 'good', 'better')).toBe('rotated')
    })
  })
})

describeWithPrivateService('redis', { settings: { appendonly: 'no' } }, (redis) => {
  const killed = async () => {
    await redis.kill()
    await redis.start()
  }
  const evicted = async () => {
    const plain = new Redis(redis.url)
    await plain.config('SET', 'maxmemory-policy', 'allkeys-lru')
    await plain.config('SET', 'maxmemory', '1')
    await expect.poll(() => plain.dbsize(), patience).toBe(0)
    await plain.config('SET', 'maxmemory', '0')
    await plain.config('SET', 'maxmemory-policy', 'noeviction')
    plain.disconnect()
  }

  describe.each(kinds)('the stores of @base/auth on %s and a server', (kind) => {
    test.each([
      ['is killed and comes back without its data', killed],
      ['drops keys, for its memory is full', evicted],
    ])('that %s: nobody is signed in, and what comes after is kept', async (what, lose) => {
      await using opened = await CLIENTS[kind](redis.url)
      const stores = new TestStores(opened.client, { prefix: `${kind} ${what}`, ...patient })
      await stores.keep('lost')
      await lose()
      expect(await stores.known('lost')).toEqual(NOTHING)
      expect(await stores.rotate('lost', 'lost', 'child')).toBe('unknown')
      await stores.keep('after')
      expect(await stores.known('after')).toEqual(EVERYTHING)
    })
  })
})

describeWithPrivateService('redis', {}, () => {
  test.each(kinds)(
    'a replica is promoted: the old master is not written to, and the new one knows what it had heard of, on %s',
    { timeout: 120_000 },
    async (kind) => {
      await using pair = await testFailover()
      await using opened = await CLIENTS[kind](pair.url)
      const stores = new TestStores(opened.client, patient)
      await stores.keep('kept')
      await pair.sync()
      await pair.promote()
      await stores.keep('lost')
      await pair.demote()

      const calls = { ...stores.additions('kept'), ...stores.removals('kept') }
      expect(await errorsOf(calls)).toEqual(each(calls, unavailable('REDIS_READ_ONLY')))
      pair.lead()
      await expect.poll(() => stores.known('kept').catch(() => undefined), patience).toEqual(EVERYTHING)
      expect(await stores.known('lost')).toEqual(NOTHING)
      await stores.keep('after')
      expect(await stores.known('after')).toEqual(EVERYTHING)
    },
  )
})
