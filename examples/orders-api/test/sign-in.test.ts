import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPasswords, nodeRsArgon2 } from '@base/auth/passwords'
import { createVerifier, remoteJwks } from '@base/auth/tokens'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { KNOWN_PASSWORD } from '../src/accounts/demo-accounts.ts'
import { describeEngines } from './engines.ts'
import { movedClock } from './moved-clock.ts'
import { startService, type TestService } from './start-service.ts'
import { kidOf, type Tokens, userOf } from './user.ts'

describeEngines((start) => {
  const clock = movedClock()
  let service: TestService
  let user: ReturnType<typeof userOf>
  beforeAll(async () => {
    service = await start({}, clock)
    user = userOf(service)
    await service.send('PUT', '/items/LAMP', { name: 'Lamp', price: 2_000, stock: 1_000 })
  })
  afterAll(() => service?.stop())

  const statusOf = async ({ accessToken }: Tokens) => (await user.sessions(accessToken)).status
  const published = async () => {
    const { keys } = (await service.get('/.well-known/jwks.json')).body
    return keys.map(({ kid }: { kid: string }) => kid) as string[]
  }

  describe('signing in', () => {
    test('gives tokens with which one orders, and the order is who signed in', async () => {
      const { status, headers, body } = await user.trySignIn('ada', KNOWN_PASSWORD)
      const order = await user.order('LAMP', body.accessToken)

      expect(status).toBe(200)
      expect(headers.get('cache-control')).toBe('no-store')
      expect(body).toMatchObject({ tokenType: 'Bearer', expiresIn: 900 })
      expect([order.status, order.body.customer]).toEqual([201, 'ada'])
    })

    test.each([
      ['a wrong password', 'ada', 'analytical-engine2'],
      ['somebody else', 'grace', KNOWN_PASSWORD],
      ['nobody', '__proto__', KNOWN_PASSWORD],
    ])('is refused for %s, with nothing that says why', async (_, username, password) => {
      const { status, headers, body } = await user.trySignIn(username, password)

      expect([status, body.code, body.detail]).toEqual([
        401,
        'SIGN_IN_FAILED',
        'Username or password is wrong.',
      ])
      expect(headers.get('content-type')).toBe('application/problem+json')
      expect(headers.get('www-authenticate')).toBe('Bearer realm="orders-api"')
    })

    test('twice at once is both let in where the hash is renewed, and it is renewed once', async () => {
      const { accounts } = service.auth
      const ofLastYear = createPasswords({ kdf: nodeRsArgon2({ memory: 19_456, passes: 2 }) })
      const old = await ofLastYear.hash(KNOWN_PASSWORD)
      const before = await accounts.find('ada')
      await accounts.renewHash('ada', before?.passwordHash ?? '', old)
      expect((await accounts.find('ada'))?.passwordHash).toBe(old)
      const answers = await Promise.all([1, 2].map(() => user.trySignIn('ada', KNOWN_PASSWORD)))

      expect(answers.map(({ status }) => status)).toEqual([200, 200])
      const after = await accounts.find('ada')
      expect(after?.passwordHash).not.toBe(old)
      expect(after?.passwordVersion).toBe(before?.passwordVersion)
    })

    test('ends after 15 minutes, unless it is renewed', async () => {
      const first = await user.signIn()
      clock.move('16m')
      expect(await statusOf(first)).toBe(401)

      expect(await statusOf(await user.renewed(first.refreshToken))).toBe(200)
    })

    test('ends after a week in which nobody came', async () => {
      const { refreshToken } = await user.signIn()
      clock.move('7d')

      expect((await user.refresh(refreshToken)).body).toMatchObject({ status: 401, code: 'INVALID_TOKEN' })
    })
  })

  test('a new key takes over in the middle: nobody is signed out, and other services know it before', async () => {
    const { body: discovery } = await service.get('/.well-known/openid-configuration')
    const elsewhere = createVerifier({
      issuer: discovery.issuer,
      audience: 'orders-api',
      algorithms: ['ES256'],
      keys: remoteJwks(discovery.jwks_uri, { clock }),
      clock,
    })
    const [oldKey] = await published()
    // An hour before the key has signed for 30 days the next sign-in makes another.
    clock.move('29d')
    const signedIn = await user.signIn()
    while ((await published()).length < 2);
    const [newKey] = (await published()).filter((kid) => kid !== oldKey)
    clock.move('55m')
    const before = await user.renewed(signedIn.refreshToken)
    expect([kidOf(signedIn.accessToken), kidOf(before.accessToken)]).toEqual([oldKey, oldKey])
    expect((await elsewhere.verify(before.accessToken)).ok).toBe(true)

    clock.move('6m')
    const after = await user.renewed(before.refreshToken)
    expect(kidOf(after.accessToken)).toBe(newKey)
    expect([await statusOf(before), await statusOf(after)]).toEqual([200, 200])
    expect((await user.order('LAMP', before.accessToken)).status).toBe(201)
    expect((await user.order('LAMP', after.accessToken)).status).toBe(201)
    expect((await published()).sort()).toEqual([oldKey, newKey].sort())
    expect((await elsewhere.verify(before.accessToken)).ok).toBe(true)
    expect((await elsewhere.verify(after.accessToken)).ok).toBe(true)

    clock.move('1d')
    expect(await published()).toEqual([newKey])
    // A copy that was taken before all that still ends the sign-in.
    expect((await user.refresh(signedIn.refreshToken)).status).toBe(401)
    expect((await user.refresh(after.refreshToken)).status).toBe(401)
  })

  describe('a refresh token', () => {
    const warnings = () => service.log.lines.filter(({ level }) => level === 40)
    beforeEach(() => service.log.clear())

    test('that is presented again at once gets the same answer: the first may have been lost', async () => {
      const { refreshToken } = await user.signIn()
      const first = await user.renewed(refreshToken)
      const second = await user.renewed(refreshToken)

      expect(second.refreshToken).toBe(first.refreshToken)
      expect([await statusOf(first), await statusOf(second)]).toEqual([200, 200])
    })

    test('that was stolen and comes again after the grace ends the sign-in for both', async () => {
      const [stolen, other] = [await user.signIn(), await user.signIn()]
      const users = await user.renewed(stolen.refreshToken)
      clock.move('11s')
      const thiefs = await user.refresh(stolen.refreshToken)

      expect([thiefs.status, thiefs.body.code]).toEqual([401, 'INVALID_TOKEN'])
      expect(thiefs.headers.get('www-authenticate')).toContain('error="invalid_token"')
      expect((await user.refresh(users.refreshToken)).status).toBe(401)
      expect([await statusOf(users), await statusOf(stolen)]).toEqual([401, 401])
      expect(warnings()).toMatchObject([{ msg: 'refresh token presented again', 'user.id': 'ada' }])
      // The user's other device stays signed in.
      expect(await statusOf(other)).toBe(200)
    })

    test('that was stolen ends it also where the thief came first, and has renewed since', async () => {
      const stolen = await user.signIn()
      const first = await user.renewed(stolen.refreshToken)
      const thiefs = await user.renewed(first.refreshToken)
      // Its successor was used: the grace is over.
      const users = await user.refresh(stolen.refreshToken)

      expect(users.status).toBe(401)
      expect((await user.refresh(thiefs.refreshToken)).status).toBe(401)
      expect(await statusOf(thiefs)).toBe(401)
      expect(warnings()).toHaveLength(1)
    })

    test('that 20 present at once gets all of them the same successor', async () => {
      const { refreshToken } = await user.signIn()
      const answers = await Promise.all(Array.from({ length: 20 }, () => user.refresh(refreshToken)))

      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
      expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(1)
    })

    test.each([
      ['nothing', '', 422],
      ['a word', 'nonsense', 401],
      ['one that nobody was given', 'A'.repeat(68), 401],
      ['a long text', 'A'.repeat(1_025), 422],
    ])('that is %s is refused', async (_, text, status) => {
      expect((await user.refresh(text)).status).toBe(status)
    })
  })

  describe('signing out', () => {
    test('ends this sign-in with its tokens, and no other', async () => {
      const [here, there] = [await user.signIn(), await user.signIn()]
      const { status, body } = await user.post(
        '/auth/sign-out',
        { refreshToken: here.refreshToken },
        here.accessToken,
      )

      expect([status, body]).toEqual([204, undefined])
      expect([await statusOf(here), (await user.refresh(here.refreshToken)).status]).toEqual([401, 401])
      expect([await statusOf(there), (await user.refresh(there.refreshToken)).status]).toEqual([200, 200])
    })

    test('needs no access token, for that may be over, and says nothing of a token that is unknown', async () => {
      const { refreshToken } = await user.signIn()
      const signOut = async (token: string) =>
        (await user.post('/auth/sign-out', { refreshToken: token })).status

      expect([await signOut(refreshToken), await signOut(refreshToken), await signOut('unknown')]).toEqual([
        204, 204, 204,
      ])
      expect((await user.refresh(refreshToken)).status).toBe(401)
    })

    test('everywhere ends all of them, and the next sign-in is good', async () => {
      const devices = [await user.signIn(), await user.signIn(), await user.signIn()]
      const { status } = await user.post('/auth/sign-out-everywhere', {}, devices[0]?.accessToken)

      expect(status).toBe(204)
      for (const device of devices) {
        expect([await statusOf(device), (await user.refresh(device.refreshToken)).status]).toEqual([401, 401])
      }
      const { accessToken } = await user.signIn()
      expect((await user.sessions(accessToken)).body.items).toHaveLength(1)
    })

    test('everywhere is for who is signed in', async () => {
      const { refreshToken } = await user.signIn()

      expect((await user.post('/auth/sign-out-everywhere', { username: 'ada' })).status).toBe(401)
      expect((await user.refresh(refreshToken)).status).toBe(200)
    })
  })

  describe('the sessions of a user', () => {
    test('are listed, and can be ended one by one', async () => {
      const { accessToken } = await user.signIn()
      const other = await user.signIn()
      const { items } = (await user.sessions(accessToken)).body
      const remove = (id: string, token: string) =>
        service.fetch(`/auth/sessions/${id}`, {
          method: 'DELETE',
          headers: { authorization: `Bearer ${token}` },
        })
      const last = items.at(-1)
      const byGrace = await remove(last.id, await service.tokenOf('grace'))

      expect(last).toMatchObject({ label: 'node', signedInAt: expect.stringMatching(/Z$/) })
      expect([byGrace.status, (await remove('none', accessToken)).status]).toEqual([404, 404])
      expect((await user.refresh(other.refreshToken)).status).toBe(200)
      expect((await remove(last.id, accessToken)).status).toBe(204)
      expect([(await user.refresh(other.refreshToken)).status, await statusOf(other)]).toEqual([401, 401])
      expect((await user.sessions(accessToken)).body.items).toHaveLength(items.length - 1)
    })
  })
})

test('a restart signs nobody out', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'orders-sign-in-'))
  const start = () => startService({ dataDir, issuer: 'https://shop.example.com' })
  const first = await start()
  const tokens = await userOf(first).signIn()
  await first.stop()
  const second = await start()
  const user = userOf(second)
  const asked = await user.sessions(tokens.accessToken)
  const renewed = await user.refresh(tokens.refreshToken)
  await second.stop()
  rmSync(dataDir, { recursive: true })

  expect([asked.status, renewed.status]).toEqual([200, 200])
  expect(kidOf(renewed.body.accessToken)).toBe(kidOf(tokens.accessToken))
})
