import { describe, expect, test } from 'vitest'
import { PASSWORD } from '../shop-process.ts'
import { orderOf, Visitor } from '../visitor.ts'
import { type OpenShop, refusalOf } from './open-shop.ts'

/** Signing in, going on and signing out. */
export function signingIn(shop: () => OpenShop): void {
  signIns(shop)
  refreshes(shop)
  signOuts(shop)

  test('an order is placed by who is signed in, whoever the body names', async () => {
    const { status, body } = await shop().ada.post('/orders', { ...orderOf('NONE'), customer: 'charles' })

    expect([status, body.errors?.length > 0]).toEqual([422, true])
  })
}

function signIns(shop: () => OpenShop): void {
  describe('signing in', () => {
    test('gives tokens, and no cache keeps them', async () => {
      const { status, headers, body } = await signIn(shop())

      expect(status).toBe(200)
      expect(body).toEqual({
        accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        tokenType: 'Bearer',
        expiresIn: 900,
        refreshToken: expect.any(String),
      })
      expect(headers.get('cache-control')).toBe('no-store')
      expect(await isGood(shop(), body.accessToken)).toBe(true)
    })

    test.each([
      ['a wrong password', 'ada', 'a wrong password for it'],
      ['nobody', 'nobody', PASSWORD],
      ['a name out of the language', '__proto__', PASSWORD],
    ])('is refused for %s in the same words', async (_, username, password) => {
      const answer = await stranger(shop()).post('/auth/sign-in', { username, password })

      expect(refusalOf(answer)).toEqual([401, 'SIGN_IN_FAILED'])
      expect(answer.body.detail).toBe('Username or password is wrong.')
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer\b/)
    })

    test('is asked for where there is no token, or one that is not good', async () => {
      const forged = [
        Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url'),
        Buffer.from('{"sub":"charles","roles":["admin"]}').toString('base64url'),
        '',
      ].join('.')

      expect(refusalOf(await stranger(shop()).get('/orders'))).toEqual([401, 'UNAUTHENTICATED'])
      for (const token of ['nonsense', forged])
        expect(refusalOf(await new Visitor(shop().process.url, token).get('/orders'))).toEqual([
          401,
          'INVALID_TOKEN',
        ])
    })
  })
}

function refreshes(shop: () => OpenShop): void {
  describe('a refresh token', () => {
    test('gives new tokens', async () => {
      const { status, body } = await refresh(shop(), (await signIn(shop())).body.refreshToken)

      expect([status, await isGood(shop(), body.accessToken)]).toEqual([200, true])
    })

    test('that comes again after its successor was used ends the sign-in, and no other', async () => {
      const [stolen, other] = [(await signIn(shop())).body, (await signIn(shop())).body]
      const second = (await refresh(shop(), stolen.refreshToken)).body
      const third = (await refresh(shop(), second.refreshToken)).body

      expect(refusalOf(await refresh(shop(), stolen.refreshToken))).toEqual([401, 'INVALID_TOKEN'])
      expect(refusalOf(await refresh(shop(), third.refreshToken))).toEqual([401, 'INVALID_TOKEN'])
      expect([await isGood(shop(), third.accessToken), await isGood(shop(), other.accessToken)]).toEqual([
        false,
        true,
      ])
    })

    test.each([
      ['nothing', '', 422],
      ['a number', 7, 422],
      ['one that nobody was given', 'A'.repeat(68), 401],
      ['a long text', 'A'.repeat(2_000), 422],
    ])('that is %s is refused', async (_, token, status) => {
      expect((await refresh(shop(), token)).status).toBe(status)
    })
  })
}

function signOuts(shop: () => OpenShop): void {
  describe('signing out', () => {
    test('ends this sign-in with its tokens, and no other', async () => {
      const [here, there] = [(await signIn(shop())).body, (await signIn(shop())).body]
      const visitor = new Visitor(shop().process.url, here.accessToken)
      const { status } = await visitor.post('/auth/sign-out', { refreshToken: here.refreshToken })

      expect(status).toBe(204)
      expect([
        await isGood(shop(), here.accessToken),
        (await refresh(shop(), here.refreshToken)).status,
      ]).toEqual([false, 401])
      expect(await isGood(shop(), there.accessToken)).toBe(true)
    })

    test('says nothing of a token that is unknown', async () => {
      expect((await stranger(shop()).post('/auth/sign-out', { refreshToken: 'unknown' })).status).toBe(204)
    })
  })
}

function stranger({ process }: OpenShop): Visitor {
  return new Visitor(process.url)
}

function signIn(shop: OpenShop) {
  return stranger(shop).post('/auth/sign-in', { username: 'ada', password: PASSWORD })
}

function refresh(shop: OpenShop, refreshToken: unknown) {
  return stranger(shop).post('/auth/refresh', { refreshToken })
}

/** Whether a token lets somebody read the orders. */
async function isGood({ process }: OpenShop, token: string): Promise<boolean> {
  return (await new Visitor(process.url, token).get('/orders?limit=1')).status === 200
}
