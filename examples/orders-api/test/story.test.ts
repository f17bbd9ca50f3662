import { totpCode } from '@base/auth/totp'
import { secret } from '@base/core/secret'
import { loopbackServers, openidProvider, SECRET } from '@base-internal/tools/openid'
import { describeWithService } from '@base-internal/tools/services'
import { describe, expect, test } from 'vitest'
import { KNOWN_PASSWORD } from '../src/accounts/demo-accounts.ts'
import { describeEngines, type Start } from './engines.ts'
import { codeIn } from './letter.ts'
import { movedClock } from './moved-clock.ts'
import { forAda, startService } from './start-service.ts'
import { Visitor } from './visitor.ts'

const EMAIL = 'grace@example.org'
const PASSWORD = 'a moth in relay seventy'
const NEW_PASSWORD = 'nanoseconds of copper wire'
const serve = loopbackServers()

const tell = (start: Start) => {
  describe('the story of a customer', () => {
    test('from the sign-up to a key for a partner, as a browser sees it', async () => {
      const clock = movedClock()
      const provider = await serve()
      const service = await start(
        { oidcIssuer: provider.origin, oidcClientId: 'shop', oidcClientSecret: secret(SECRET) },
        clock,
      )
      openidProvider(provider, { redirect_uris: [`${service.url}/auth/provider/callback`] })
      try {
        const [grace, admin] = [new Visitor(service.url), new Visitor(service.url)]
        const signIn = (who: Visitor, username: string, password: string) =>
          who.post('/auth/sign-in', { username, password, cookie: true })
        await signIn(admin, 'charles', KNOWN_PASSWORD)
        await admin.send('PUT', '/items/LAMP', { name: 'Lamp', price: 2_000, stock: 100 })

        // Signing up: the letter proves the address, and only then is there an account.
        expect((await grace.post('/accounts/codes', { email: EMAIL })).status).toBe(202)
        expect(service.outbox.at(-1)?.to).toBe(EMAIL)
        const weak = await grace.post('/accounts', {
          token: codeIn(service),
          name: 'Grace',
          password: 'password',
        })
        expect([weak.status, weak.body.code]).toEqual([422, 'VALIDATION'])
        const made = await grace.post('/accounts', {
          token: codeIn(service),
          name: 'Grace',
          password: PASSWORD,
        })
        const { username } = made.body
        expect(made.body).toEqual({ username: expect.stringMatching(/^c-/) })

        // Signing in, by the address; the cookie is all that the browser has.
        expect((await signIn(grace, EMAIL, 'a wrong one of that length')).status).toBe(401)
        expect((await signIn(grace, EMAIL, PASSWORD)).body).toEqual({ username })
        expect(grace.browser.cookiesFor(service.url)).toEqual(['__Host-session'])

        // Ordering. What is hers she sees, in the one as in the list; what is ada's she does not.
        const lines = [{ sku: 'LAMP', quantity: 1 }]
        const order = (await grace.post('/orders', { ...forAda, lines })).body
        const adas = (await service.send('POST', '/orders', { ...forAda, lines })).body
        expect(order.customer).toBe(username)
        expect((await grace.get('/orders')).body.items).toEqual([order])
        expect((await grace.get(`/orders/${adas.id}`)).body.code).toBe('NOT_YOUR_ORDER')
        expect((await grace.get(`/orders?customer=ada`)).body.items).toEqual([])

        // A second factor, and the codes on paper beside it.
        const { secret: appSecret } = (await grace.post('/second-factor', { password: PASSWORD })).body
        const confirmed = await grace.post('/second-factor/confirm', {
          code: totpCode(appSecret, { time: clock.now() }),
        })
        expect(confirmed.body.recoveryCodes).toHaveLength(10)
        await grace.post('/auth/sign-out')
        expect((await grace.get('/orders')).status).toBe(401)
        const half = await signIn(grace, EMAIL, PASSWORD)
        expect((await grace.get('/orders')).status).toBe(401)
        clock.move('30s')
        const whole = await grace.post('/auth/sign-in/second-step', {
          token: half.body.secondStep,
          code: totpCode(appSecret, { time: clock.now() }),
          cookie: true,
        })
        expect(whole.body).toEqual({ username })
        expect((await grace.get('/second-factor')).body).toEqual({ isEnrolled: true, recoveryCodesLeft: 10 })

        // A forgotten password: the new one ends what was signed in, and the app is asked for all the same.
        const elsewhere = new Visitor(service.url)
        await elsewhere.post('/accounts/codes', { email: EMAIL })
        const reset = { token: codeIn(service), password: NEW_PASSWORD }
        expect((await elsewhere.post('/accounts/reset-password', reset)).status).toBe(204)
        expect((await grace.get('/orders')).status).toBe(401)
        expect((await signIn(grace, EMAIL, PASSWORD)).status).toBe(401)
        const { secondStep } = (await signIn(grace, EMAIL, NEW_PASSWORD)).body
        const [recoveryCode] = confirmed.body.recoveryCodes
        const back = await grace.post('/auth/sign-in/second-step', {
          token: secondStep,
          recoveryCode,
          cookie: true,
        })
        expect(back.status).toBe(200)

        // An admin makes her one of the support: at once, without a new sign-in.
        const roles = `/accounts/${username}/roles`
        expect((await grace.send('PUT', roles, { roles: ['admin'] })).status).toBe(403)
        expect((await admin.send('PUT', roles, { roles: ['support'] })).status).toBe(200)
        expect((await grace.get('/orders')).body.items.map(({ id }: { id: string }) => id)).toEqual([
          adas.id,
          order.id,
        ])
        expect((await service.send('POST', `/orders/${adas.id}/confirm`)).status).toBe(200)
        const paid = await grace.post(`/orders/${adas.id}/cancel`, { reason: 'she asked' })
        const unpaid = await grace.post(`/orders/${order.id}/cancel`, { reason: 'she asked' })
        expect([paid.status, paid.body.code, unpaid.status]).toEqual([403, 'FORBIDDEN', 200])

        // A key for a partner: shown once, rotated with an overlap, and gone when it is revoked.
        const keys = '/api-keys?owner=ada'
        const input = { name: 'partner', scopes: ['orders:read'] }
        expect((await grace.post(keys, input)).status).toBe(403)
        const first = (await admin.post(keys, input)).body
        expect(JSON.stringify((await admin.get(keys)).body)).not.toContain(first.key)
        const ask = (key: string, path = '/orders', init: RequestInit = {}) =>
          service.fetch(path, { ...init, headers: { authorization: `Bearer ${key}` } })
        expect((await ask(first.key)).body.items).toMatchObject([{ id: adas.id }])
        expect((await service.fetch('/orders', { headers: { 'x-api-key': first.key } })).status).toBe(200)
        expect((await ask(first.key, '/orders', { method: 'POST' })).body.code).toBe('API_KEY_SCOPE')
        const second = (await admin.post(`/api-keys/${first.id}/rotate?owner=ada`)).body
        expect([(await ask(first.key)).status, (await ask(second.key)).status]).toEqual([200, 200])
        expect((await admin.send('DELETE', `/api-keys/${first.id}?owner=ada`)).status).toBe(204)
        expect([(await ask(first.key)).status, (await ask(second.key)).status]).toEqual([401, 401])

        // Somebody else comes by the provider, with its pages between.
        const ann = new Visitor(service.url)
        const login = await ann.browser.go(`${service.url}/auth/provider?returnTo=/orders`)
        const consent = await ann.browser.submit(login, { login: 'ann' })
        const arrived = await ann.browser.submit(consent, { consent: 'yes' })
        expect([arrived.url, arrived.status]).toEqual([`${service.url}/orders`, 200])
        expect((await admin.get('/customers?email=ann%40example.com')).body.items).toMatchObject([
          { name: 'Ann' },
        ])

        // All of it is in the trail, in a chain that nobody has broken.
        expect(await service.auth.audit.verify()).toMatchObject({ ok: true })
      } finally {
        await service.stop()
      }
    })
  })
}

describeEngines(tell)
describeWithService('redis', (redis) =>
  tell((settings, clock) => startService({ redisUrl: secret(redis.url), ...settings }, clock)),
)
