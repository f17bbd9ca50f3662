import { totpCode } from '@base/auth/totp'
import { secret } from '@base/core/secret'
import { loopbackServers, openidProvider, SECRET } from '@base-internal/tools/openid'
import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { KNOWN_PASSWORD } from '../src/accounts/demo-accounts.ts'
import { codeIn } from './letter.ts'
import { type MovedClock, movedClock } from './moved-clock.ts'
import { forAda, startService, type TestService } from './start-service.ts'
import { userOf } from './user.ts'
import { Visitor } from './visitor.ts'

const EVIL = 'https://evil.example'
let clock: MovedClock
let service: TestService
let user: ReturnType<typeof userOf>
beforeAll(async () => {
  clock = movedClock()
  service = await startService({ signInLimit: '1000/minute' }, clock)
  user = userOf(service)
  await service.send('PUT', '/items/LAMP', { name: 'Lamp', price: 2_000, stock: 100 })
})
afterAll(() => service?.stop())

/** An answer without what is new in each, and what it cost: statements, letters, and runs of the function for passwords. */
async function measured(path: string, body: unknown) {
  const statements = vi.spyOn(PGlite.prototype, 'query')
  const hashed = vi.spyOn(service.auth.passwords, 'verify')
  const letters = service.outbox.length
  const { status, body: answer } = await user.post(path, body)
  const cost = [statements.mock.calls.length, hashed.mock.calls.length, service.outbox.length - letters]
  statements.mockRestore()
  hashed.mockRestore()
  return { status, answer: { ...answer, correlationId: '' }, cost }
}

describe('enumeration of accounts', () => {
  test('by asking for a code: status, body and work are the same for an address that is known and one that is not', async () => {
    // What is done once only, at the first use, is done.
    for (const email of ['ada@example.com', 'first@example.com'])
      await user.post('/accounts/codes', { email })
    const known = await measured('/accounts/codes', { email: 'ada@example.com' })
    const unknown = await measured('/accounts/codes', { email: 'nobody@example.com' })

    expect(known.status).toBe(202)
    expect(unknown).toEqual(known)
    expect(known.cost[2]).toBe(1)
  })

  test.each(['ada', 'ada@example.com'])(
    'by signing in: so it is for %s with a wrong password and somebody who is not there',
    async (username) => {
      const password = 'a wrong one of that length'
      await user.trySignIn(username, password)
      const known = await measured('/auth/sign-in', { username, password })
      const unknown = await measured('/auth/sign-in', { username: username.replace('ada', 'eve'), password })

      expect(known.status).toBe(401)
      expect(unknown).toEqual(known)
      expect(known.cost[1]).toBe(1)
    },
  )

  test('by flooding: too many letters to one address are not sent, and nobody hears of it', async () => {
    const ask = () => user.post('/accounts/codes', { email: 'flooded@example.com' })
    const letters = service.outbox.length
    const answers = []
    for (let n = 0; n < 7; n++) answers.push((await ask()).status)

    expect(new Set(answers)).toEqual(new Set([202]))
    expect(service.outbox.length - letters).toBe(5)
  })
})

/** Makes an account, and signs a browser in. */
async function somebody(email: string, password = 'a moth in relay seventy') {
  await user.post('/accounts/codes', { email })
  const { username } = (await user.post('/accounts', { token: codeIn(service), name: 'Eve', password })).body
  const visitor = new Visitor(service.url)
  await visitor.post('/auth/sign-in', { username, password, cookie: true })
  return { username, password, visitor }
}

describe('a code out of a letter', () => {
  test('for a new password sets none that is its address; one that was used is refused, and one that is older than the last change', async () => {
    const { password } = await somebody('reset@example.com')
    const codes = []
    for (let n = 0; n < 2; n++) {
      await user.post('/accounts/codes', { email: 'reset@example.com' })
      codes.push(codeIn(service))
    }
    const reset = (token = '') =>
      user.post('/accounts/reset-password', { token, password: `${password} again` })
    const named = await user.post('/accounts/reset-password', {
      token: codes[1],
      password: 'reset@example.com',
    })
    const [first, again, older] = [await reset(codes[1]), await reset(codes[1]), await reset(codes[0])]

    expect([named.status, first.status, again.status, older.status]).toEqual([422, 204, 401, 401])
    expect(again.body.code).toBe('CODE_INVALID')
  })

  test('of a sign-up that two use at once makes one account', async () => {
    await user.post('/accounts/codes', { email: 'twice@example.com' })
    const input = { token: codeIn(service), name: 'Eve', password: 'a moth in relay seventy' }
    const answers = await Promise.all([user.post('/accounts', input), user.post('/accounts', input)])

    expect(answers.map(({ status }) => status).sort()).toEqual([201, 401])
  })
})

describe('a second factor', () => {
  test('lets one in of two that use the same step, or the same code on paper, at once', async () => {
    const { username, password, visitor } = await somebody('parallel@example.com')
    const { secret: app } = (await visitor.post('/second-factor', { password })).body
    const code = () => totpCode(app, { time: clock.now() })
    const [paper] = (await visitor.post('/second-factor/confirm', { code: code() })).body.recoveryCodes
    clock.move('30s')
    const half = async () => (await user.trySignIn(username, password)).body.secondStep
    const both = async (factor: object) => {
      const tokens = [await half(), await half()]
      const answers = await Promise.all(
        tokens.map((token) => user.post('/auth/sign-in/second-step', { token, ...factor })),
      )
      return answers.map(({ status }) => status).sort()
    }

    expect(await both({ code: code() })).toEqual([200, 401])
    expect(await both({ recoveryCode: paper })).toEqual([200, 401])
  })

  test('cannot be put in by who has the session alone', async () => {
    const { visitor } = await somebody('stolen@example.com')
    const answer = await visitor.post('/second-factor', { password: 'a guess that is long enough' })

    expect([answer.status, answer.body.code]).toEqual([403, 'PROOF_REFUSED'])
  })
})

describe('what belongs to somebody else', () => {
  test('is in no list and behind no id, whatever the filter says', async () => {
    const { visitor } = await somebody('idor@example.com')
    const { id } = (
      await service.send('POST', '/orders', { ...forAda, lines: [{ sku: 'LAMP', quantity: 1 }] })
    ).body
    const filter = encodeURIComponent('{"op":"or","of":[{"op":"equals","field":"customer","value":"ada"}]}')

    expect((await visitor.get(`/orders?filter=${filter}`)).body.items).toEqual([])
    expect((await visitor.get('/orders?customer=ada')).body.items).toEqual([])
    for (const [method, path] of [
      ['GET', `/orders/${id}`],
      ['POST', `/orders/${id}/confirm`],
      ['POST', `/orders/${id}/cancel`],
    ] as const) {
      const { status, body } = await visitor.send(
        method,
        path,
        method === 'POST' ? { reason: 'x' } : undefined,
      )
      expect([path, status, body.code]).toEqual([path, 403, 'NOT_YOUR_ORDER'])
    }
    expect((await visitor.get('/customers/ada')).status).toBe(404)
    expect((await visitor.get('/customers?email=ada%40example.com')).body.items).toEqual([])
  })

  test.each([
    ['GET', '/orders'],
    ['GET', '/customers'],
    ['PUT', '/items/LAMP'],
    ['POST', '/jobs/cancel-unpaid-orders'],
    ['POST', '/api-keys'],
  ])('is nobody’s without a sign-in: %s %s', async (method, path) => {
    expect((await service.fetch(path, { method })).status).toBe(401)
  })
})

describe('a customer who wants to be more', () => {
  test('gets no role by asking for one, in whatever body', async () => {
    const { username, visitor } = await somebody('climber@example.com')
    const roles = await visitor.send('PUT', `/accounts/${username}/roles`, { roles: ['admin'] })
    await user.post('/accounts/codes', { email: 'climber2@example.com' })
    const smuggled = await user.post('/accounts', {
      token: codeIn(service),
      name: 'Eve',
      password: 'a moth in relay seventy',
      roles: ['admin'],
    })

    expect([roles.status, smuggled.status]).toEqual([403, 422])
    expect((await visitor.send('PUT', '/items/LAMP', { name: 'x', price: 1, stock: 1 })).status).toBe(403)
    expect(
      (await visitor.post('/api-keys?owner=charles', { name: 'x', scopes: ['orders:read'] })).status,
    ).toBe(403)
    expect(
      (await visitor.post('/customers', { username: 'x-y', name: 'x', email: 'x@y.example' })).status,
    ).toBe(403)
  })

  test('nor by a token from before the role was taken away', async () => {
    const { username } = await somebody('fallen@example.com')
    const { accessToken } = (await user.trySignIn(username, 'a moth in relay seventy')).body
    await service.send('PUT', `/accounts/${username}/roles`, { roles: [] }, 'charles')

    expect((await user.sessions(accessToken)).status).toBe(401)
  })
})

test.each([
  ['charles', 403],
  ['charles@example.com', 404],
])('an admin does not change their own roles, by name or address: %s', async (name, expected) => {
  const { status } = await service.send('PUT', `/accounts/${name}/roles`, { roles: ['support'] }, 'charles')

  expect(status).toBe(expected)
  expect(await service.auth.accounts.find('charles')).toMatchObject({ roles: ['admin'] })
})

test('support never cancels what is paid meanwhile', async () => {
  const support = await service.auth.tokens.issueAccess({ sub: 'sue', roles: ['support'], clientId: 'test' })
  const outcomes = new Set<string>()
  for (let n = 0; n < 10; n++) {
    const lines = [{ sku: 'LAMP', quantity: 1 }]
    const { id } = (await service.send('POST', '/orders', { ...forAda, lines })).body
    const pay = () => service.send('POST', `/orders/${id}/confirm`)
    const cancel = () => user.post(`/orders/${id}/cancel`, { reason: 'x' }, support.token)
    const first = n % 2 === 0 ? pay() : cancel()
    const second = n % 2 === 0 ? cancel() : pay()
    const statuses = [(await first).status, (await second).status]
    outcomes.add((n % 2 === 0 ? statuses : statuses.reverse()).join(' '))
  }

  // Whoever comes first; the other hears why not.
  for (const outcome of outcomes) expect(['200 403', '409 200']).toContain(outcome)
})

describe('an API key', () => {
  test('that was stolen is worth nothing once it is revoked, nor what it was rotated from', async () => {
    const { visitor } = await somebody('partner@example.com')
    const { id, key } = (await visitor.post('/api-keys', { name: 'x', scopes: ['orders:read'] })).body
    const rotated = (await visitor.post(`/api-keys/${id}/rotate`)).body.key
    const ask = (text: string) => service.fetch('/orders', { headers: { 'x-api-key': text } })
    expect([(await ask(key)).status, (await ask(rotated)).status]).toEqual([200, 200])
    await visitor.send('DELETE', `/api-keys/${id}`)

    expect([(await ask(key)).status, (await ask(rotated)).status]).toEqual([401, 401])
  })

  test('opens nothing but orders: no accounts, no keys, no sessions', async () => {
    const { visitor } = await somebody('keyed@example.com')
    const { key } = (await visitor.post('/api-keys', { name: 'x', scopes: ['orders:read', 'orders:write'] }))
      .body
    for (const path of ['/api-keys', '/auth/sessions', '/customers', '/second-factor'])
      expect((await service.fetch(path, { headers: { 'x-api-key': key } })).status).toBe(401)
  })
})

describe('a browser', () => {
  test('whose session was planted before the sign-in has another afterwards: session fixation', async () => {
    const signIn = async (cookie: string) => {
      const headers = { 'content-type': 'application/json', origin: service.url, cookie }
      const body = JSON.stringify({ username: 'ada', password: KNOWN_PASSWORD, cookie: true })
      const answer = await service.fetch('/auth/sign-in', { method: 'POST', headers, body })
      return answer.headers.get('set-cookie')?.split(';')[0] ?? ''
    }
    const orders = async (cookie: string) => (await service.fetch('/orders', { headers: { cookie } })).status
    const madeUp = `__Host-session=${'A'.repeat(68)}`
    const attackers = await signIn(madeUp)
    expect([attackers === madeUp, await orders(madeUp), await orders(attackers)]).toEqual([false, 401, 200])

    const victims = await signIn(attackers)
    expect([await orders(attackers), await orders(victims)]).toEqual([401, 200])
  })

  test.each([
    ['another-site', { origin: EVIL }],
    ['nobody-knows-who', { origin: '' }],
    ['another-site-by-its-metadata', { 'sec-fetch-site': 'cross-site' }],
  ])('that %s makes send its cookie changes nothing', async (who, headers) => {
    const { visitor } = await somebody(`${who}@example.com`)
    const answer = await visitor.post(
      '/auth/sign-out-everywhere',
      undefined,
      headers as Record<string, string>,
    )

    expect([answer.status, answer.body.code]).toEqual([403, 'CROSS_SITE'])
    expect((await visitor.get('/orders')).status).toBe(200)
  })
})

describe('a sign-in with a provider', () => {
  const serve = loopbackServers()

  test.each([`${EVIL}/`, '//evil.example', '/\\evil.example', '/%2F/evil.example', 'javascript:alert(1)'])(
    'leads to this site, whatever returnTo says: %s',
    async (returnTo) => {
      const provider = await serve()
      const settings = { oidcIssuer: provider.origin, oidcClientId: 'shop', oidcClientSecret: secret(SECRET) }
      const shop = await startService(settings)
      openidProvider(provider, { redirect_uris: [`${shop.url}/auth/provider/callback`] })
      const { browser } = new Visitor(shop.url)
      const login = await browser.go(`${shop.url}/auth/provider?returnTo=${encodeURIComponent(returnTo)}`)
      const arrived = await browser.submit(await browser.submit(login, { login: 'bob' }), { consent: 'yes' })
      await shop.stop()

      expect(new URL(arrived.url).origin).toBe(shop.url)
      expect(browser.visited.filter((url) => new URL(url).hostname !== '127.0.0.1')).toEqual([])
    },
  )
})
