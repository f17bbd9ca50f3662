import type { Duration } from '@base/core/duration'
import { secret } from '@base/core/secret'
import { askRedis, describeWithPrivateService } from '@base-internal/tools/services'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { KNOWN_PASSWORD } from '../src/accounts/demo-accounts.ts'
import type { Config } from '../src/config.ts'
import { describeServer } from './engines.ts'
import { handClock } from './hand-clock.ts'
import { runGateway, type TestGateway } from './run-gateway.ts'
import { ADMIN, type Answer, forAda, type TestService } from './start-service.ts'
import { type Tokens, userOf } from './user.ts'

/** Only what hangs takes so long. */
const PATIENCE = { timeout: 50_000, interval: 20 }

// What it has written outlives it, and no slow disk holds it up.
describeWithPrivateService('redis', { settings: { appendfsync: 'no' } }, (redis) => {
  describeServer((start) => {
    let gateway: TestGateway
    /** It stands still, so that what a cache has does not end by itself. */
    const clock = handClock()
    const services: TestService[] = []
    const both = (n: number) => services[n % 2] as TestService
    const settings = (): Partial<Config> => ({
      redisUrl: secret(redis.url),
      paymentUrl: gateway.url,
      issuer: 'https://shop.example.com',
      orderLimit: '20/day',
    })
    beforeAll(async () => {
      gateway = await runGateway()
    })
    afterAll(() => gateway?.kill())
    /** Two services for the tests of a group, for which Redis may take so long. */
    function beforeAllStart(redisTimeout: Duration): void {
      beforeAll(async () => {
        for (let n = 0; n < 2; n++) services.push(await start({ ...settings(), redisTimeout }, clock))
      })
      afterAll(() => Promise.all(services.splice(0).map((service) => service.stop())))
    }

    const put = (sku: string, stock = 10) =>
      both(0).send('PUT', `/items/${sku}`, { name: 'Lamp', price: 2_000, stock })
    const oneOf = (sku: string) => ({ ...forAda, lines: [{ sku, quantity: 1 }] })

    /** Places an order under a key, as somebody who has no orders yet. */
    async function place(
      n: number,
      key: string,
      sku: string,
      customer: string,
      quantity = 1,
    ): Promise<Answer> {
      return both(n).fetch('/orders', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'idempotency-key': key,
          authorization: `Bearer ${await both(n).tokenOf(customer)}`,
        },
        body: JSON.stringify({ ...forAda, lines: [{ sku, quantity }] }),
      })
    }
    async function customer(username: string): Promise<string> {
      await both(0).send('POST', '/customers', { username, name: username, email: `${username}@example.com` })
      return username
    }
    const keysLike = async (pattern: string) => (await askRedis(redis.url, ['KEYS', pattern])) as string[]
    const healthOf = async (n: number) => (await both(n).get('/health/ready')).body

    describe('two services that share Redis', () => {
      beforeAllStart('30s')

      test('hear of each other’s changes of items', async () => {
        await put('HEARD', 10)
        expect((await both(1).get('/items/HEARD')).body.stock).toBe(10)
        await put('HEARD', 7)

        // Nothing ends by time here: it takes the other’s word.
        await vi.waitFor(async () => expect((await both(1).get('/items/HEARD')).body.stock).toBe(7), PATIENCE)
      })

      test('let exactly as many orders through as a customer may place', async () => {
        const greedy = await customer('greedy')
        await put('LIMITED', 100)
        const answers = await Promise.all(
          Array.from({ length: 40 }, (_, n) => place(n, `limited-${n}`, 'LIMITED', greedy)),
        )

        expect(answers.map(({ status }) => status).sort()).toEqual([
          ...Array(20).fill(201),
          ...Array(20).fill(429),
        ])
        expect((await both(0).get('/items/LIMITED')).body.stock).toBe(80)
      })

      test('answer an order that comes again at the other, without the database', async () => {
        const twice = await customer('twice')
        await put('TWICE')
        const first = await place(0, 'k-1', 'TWICE', twice)
        expect(await keysLike('orders-api:request:*k-1')).toHaveLength(1)
        const again = await place(1, 'k-1', 'TWICE', twice)

        expect([first.status, again.status]).toEqual([201, 201])
        expect(again.body).toEqual(first.body)
        expect([first, again].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([
          null,
          'true',
        ])
        expect((await place(1, 'k-1', 'TWICE', twice, 2)).body.code).toBe('IDEMPOTENCY_MISMATCH')
      })

      test('know an order that comes again after Redis has forgotten it, and what it was', async () => {
        const often = await customer('often')
        await put('FORGOTTEN')
        const first = await place(0, 'k-2', 'FORGOTTEN', often)
        const forget = async () => {
          for (const key of await keysLike('orders-api:request:*')) await askRedis(redis.url, ['DEL', key])
        }
        await forget()
        const again = await place(1, 'k-2', 'FORGOTTEN', often)
        await forget()

        expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true'])
        expect(again.body).toEqual(first.body)
        expect((await place(1, 'k-2', 'FORGOTTEN', often, 2)).body.code).toBe('IDEMPOTENCY_MISMATCH')
        expect((await both(0).get('/items/FORGOTTEN')).body.stock).toBe(9)
      })

      test('place an order that comes to both many times at once, once', async () => {
        const hasty = await customer('hasty')
        await put('HASTY')
        const answers = await Promise.all(
          Array.from({ length: 20 }, (_, n) => place(n, 'k-3', 'HASTY', hasty)),
        )

        expect((await both(0).get('/orders?customer=hasty')).body.items).toHaveLength(1)
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 409]))
      })

      test('know the same users, and take a payment once', async () => {
        const [here, there] = [userOf(both(0)), userOf(both(1))]
        const { accessToken, refreshToken } = await here.signIn()
        expect((await there.sessions(accessToken)).status).toBe(200)
        const renewed = await there.renewed(refreshToken)
        await here.post('/auth/sign-out', { refreshToken: renewed.refreshToken }, renewed.accessToken)
        expect((await there.sessions(renewed.accessToken)).status).toBe(401)

        await put('PAID')
        const { id } = (await both(0).send('POST', '/orders', oneOf('PAID'))).body
        const { received } = await gateway.state()
        const answers = await Promise.all(
          Array.from({ length: 10 }, (_, n) => both(n).send('POST', `/orders/${id}/confirm`)),
        )
        expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(409)])
        expect((await gateway.state()).received).toBe(received + 1)
      })

      test('cancel each order that nobody paid once, if both begin at once', async () => {
        await put('UNPAID')
        for (let n = 0; n < 5; n++) await both(n).send('POST', '/orders', oneOf('UNPAID'))
        clock.pass('1d')
        await Promise.all([0, 1].map((n) => both(n).send('POST', '/jobs/cancel-unpaid-orders')))

        expect((await both(0).get('/items/UNPAID')).body.stock).toBe(10)
      })
    })

    describe.each([
      ['is killed', () => redis.kill(), () => redis.start()],
      ['is frozen', () => redis.pause(), () => redis.resume()],
    ])('where Redis %s', (what, breakIt, mendIt) => {
      beforeAllStart('2s')
      let [pair, untouched]: Tokens[] = []
      let id: string
      let admins: string
      /** Sends as an admin, with a token from before: a new one would ask Redis. */
      const send = (n: number, method: string, path: string, body?: unknown) =>
        both(n).fetch(path, {
          method,
          headers: { 'content-type': 'application/json', authorization: `Bearer ${admins}` },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        })
      beforeAll(async () => {
        await put('AWAY')
        id = (await both(0).send('POST', '/orders', oneOf('AWAY'))).body.id
        pair = await userOf(both(0)).signIn()
        untouched = await userOf(both(0)).signIn()
        admins = await both(0).tokenOf(ADMIN)
        await breakIt()
      })

      test('it is degraded, and still gets traffic', async () => {
        const { status, body } = await both(0).get('/health/ready')
        const ready = await fetch(`${both(0).operationsUrl}/health/ready`)
        expect([status, body]).toEqual([200, { status: 'warn' }])
        expect(await ready.json()).toMatchObject({
          status: 'warn',
          checks: {
            lifecycle: [{ status: 'pass' }],
            database: [{ status: 'pass' }],
            redis: [{ status: 'fail' }],
          },
        })
      })

      test('items are still read', async () => {
        expect((await both(1).get('/items/AWAY')).body.stock).toBe(9)
      })

      test('what needs it is refused for now, and says so', async () => {
        const [access, refresh] = [pair?.accessToken, pair?.refreshToken ?? '']
        const answers = await Promise.all([
          userOf(both(0)).trySignIn('ada', KNOWN_PASSWORD),
          userOf(both(0)).refresh(refresh),
          userOf(both(1)).order('AWAY', access),
          send(0, 'GET', `/orders/${id}`),
          send(1, 'PUT', '/items/AWAY', { name: 'Lamp', price: 2_000, stock: 5 }),
          send(0, 'POST', `/orders/${id}/process`),
          send(1, 'POST', '/jobs/cancel-unpaid-orders'),
        ])
        for (const { status, headers, body } of answers) {
          const told = [status, headers.get('content-type'), body.status]
          expect(told).toEqual([503, 'application/problem+json', 503])
          // Nothing takes away what the caller has.
          expect([headers.get('set-cookie'), headers.get('www-authenticate')]).toEqual([null, null])
        }
      })

      test('all is well when it is back: the same tokens, and nothing that was refused was done', async () => {
        await mendIt()
        for (const n of [0, 1])
          await vi.waitFor(async () => expect((await healthOf(n)).status).toBe('pass'), PATIENCE)

        const user = userOf(both(1))
        expect((await user.refresh(untouched?.refreshToken ?? '')).status).toBe(200)
        // What was frozen gets what it was sent when it thaws: the token may have been renewed then.
        if (what === 'is killed') expect((await user.refresh(pair?.refreshToken ?? '')).status).toBe(200)
        expect((await both(1).get('/items/AWAY')).body.stock).toBe(9)
        expect((await both(0).get(`/orders/${id}`)).body.status).toBe('pending')
        expect((await both(0).send('POST', `/orders/${id}/cancel`, { reason: 'no' })).status).toBe(200)
      })
    })

    test('a service that starts while Redis is away reads, counts for itself, and has all when it comes', async () => {
      await redis.stop()
      const service = await start({ ...settings(), redisTimeout: '2s', signInLimit: '2/day' }, clock)
      const signIn = async () => (await userOf(service).trySignIn('ada', KNOWN_PASSWORD)).status
      expect((await service.get('/items?limit=1')).status).toBe(200)
      expect((await Promise.all([signIn(), signIn(), signIn()])).sort()).toEqual([429, 503, 503])
      await redis.start()
      await vi.waitFor(async () => {
        expect((await service.get('/health/ready')).body.status).toBe('pass')
      }, PATIENCE)

      expect(await signIn()).toBe(200)
      expect(service.log.text).toContain('Redis answers again')
      expect(service.log.text).not.toContain(new URL(redis.url).password)
      await service.stop()
    })
  })
})
