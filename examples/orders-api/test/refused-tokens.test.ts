import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { createKeyRing, createTokenService, type TokenServiceOptions } from '@base/auth/tokens'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { movedClock } from './moved-clock.ts'
import { startService, type TestService } from './start-service.ts'
import { userOf } from './user.ts'

const clock = movedClock()
let service: TestService
let user: ReturnType<typeof userOf>
beforeAll(async () => {
  service = await startService({ signInLimit: '5/minute' }, clock)
  user = userOf(service)
  await service.send('PUT', '/items/LAMP', { name: 'Lamp', price: 2_000, stock: 10 })
})
afterAll(() => service?.stop())

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const stock = async () => (await service.get('/items/LAMP')).body.stock
/** A good token, in its parts. */
const parts = async () => (await service.tokenOf('ada')).split('.') as [string, string, string]
const published = async () => (await service.get('/.well-known/jwks.json')).body.keys[0]

/** A token for ada of a service that is ours but for this. */
async function issued(other: Partial<Pick<TokenServiceOptions, 'issuer' | 'audience' | 'keys'>>) {
  const { issuer } = service.auth.tokens
  const ours = { issuer, audience: 'orders-api', keys: service.auth.keys, clock }
  return (await createTokenService({ ...ours, ...other }).issueAccess({ sub: 'ada', clientId: 'shop' })).token
}

describe('an access token', () => {
  test.each<[string, () => Promise<string>]>([
    ['for another audience', () => issued({ audience: 'mail-api' })],
    ['of another issuer', () => issued({ issuer: 'https://login.example.com' })],
    ['of a key that is not ours', () => issued({ keys: createKeyRing({ clock }) })],
    [
      'that has expired',
      async () => {
        const token = await service.tokenOf('ada')
        clock.move('15m')
        clock.move('31s')
        return token
      },
    ],
    [
      'without a signature: alg none',
      async () => `${encode({ alg: 'none', typ: 'at+jwt' })}.${(await parts())[1]}.`,
    ],
    [
      'without a signature: alg noNE, with the name of our key',
      async () =>
        `${encode({ alg: 'noNE', typ: 'at+jwt', kid: (await published()).kid })}.${(await parts())[1]}.`,
    ],
    [
      'signed by HMAC with our public key',
      async () => {
        const key = await published()
        const signed = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: key.kid })}.${(await parts())[1]}`
        return `${signed}.${createHmac('sha256', JSON.stringify(key)).update(signed).digest('base64url')}`
      },
    ],
    [
      'that brings its own key',
      async () => {
        const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
        const jwk = publicKey.export({ format: 'jwk' })
        const signed = `${encode({ alg: 'ES256', typ: 'at+jwt', jwk })}.${(await parts())[1]}`
        const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
        return `${signed}.${signature.toString('base64url')}`
      },
    ],
    [
      'whose subject was changed',
      async () => {
        const [header, payload, signature] = await parts()
        const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
        return [header, encode({ ...claims, sub: 'grace' }), signature].join('.')
      },
    ],
    ['with a letter too many', async () => `${await service.tokenOf('ada')}=`],
    ['that is far too long', async () => 'a'.repeat(15_000)],
    ['that is a refresh token', async () => (await user.signIn()).refreshToken],
  ])('%s opens nothing, and the answer does not say why', async (_, make) => {
    const token = await make()
    const left = await stock()
    const { status, headers, body } = await user.order('LAMP', token)

    expect(status).toBe(401)
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect(headers.get('www-authenticate')).toBe('Bearer realm="orders-api", error="invalid_token"')
    expect(body).toEqual({
      type: 'about:blank',
      title: 'Unauthorized',
      status: 401,
      detail: 'The token is not valid.',
      code: 'INVALID_TOKEN',
      correlationId: headers.get('x-correlation-id'),
    })
    expect(await stock()).toBe(left)
  })

  test.each([
    ['no header', {}],
    ['another scheme', { authorization: 'Basic YWRhOmFuYWx5dGljYWwtZW5naW5l' }],
    ['a scheme alone', { authorization: 'Bearer' }],
  ])('is asked for where there is none: %s', async (_, headers) => {
    const answer = await service.fetch('/orders', { method: 'POST', headers })

    expect([answer.status, answer.body.code]).toEqual([401, 'UNAUTHENTICATED'])
    // RFC 6750, section 3.1: no error where no token was presented.
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="orders-api"')
  })

  test('in a query or a body is none', async () => {
    const token = await service.tokenOf('ada')
    const inQuery = await service.fetch(`/auth/sessions?access_token=${token}`)
    const inBody = await user.post('/auth/sign-out-everywhere', { access_token: token })

    expect([inQuery.status, inBody.status]).toEqual([401, 401])
  })

  test('is good with any case of its scheme', async () => {
    for (const scheme of ['bearer', 'BEARER', 'Bearer ']) {
      const headers = { authorization: `${scheme} ${await service.tokenOf('ada')}` }
      expect((await service.fetch('/auth/sessions', { headers })).status).toBe(200)
    }
  })

  test('is refused by 401 whatever stands in its header', async () => {
    const header = fc.string({ unit: 'grapheme-ascii', maxLength: 200 })
    await fc.assert(
      fc.asyncProperty(header, fc.constantFrom('', 'Bearer ', 'Bearer e30.e30.'), async (text, start) => {
        const authorization = start + text
        const { status, headers } = await service.fetch('/auth/sessions', { headers: { authorization } })

        expect(status).toBe(401)
        expect(headers.get('www-authenticate')).toMatch(/^Bearer realm="orders-api"/)
      }),
      { numRuns: 100 },
    )
  })
})

describe('an order of somebody else', () => {
  test.each([
    ['cancelled', 'cancel'],
    ['confirmed', 'confirm'],
  ])('cannot be %s', async (_, action) => {
    const { id, status } = (await user.order('LAMP', await service.tokenOf('ada'))).body
    const byGrace = await service.send('POST', `/orders/${id}/${action}`, { reason: 'mine' }, 'grace')
    const byNobody = await user.post(`/orders/${id}/${action}`, { reason: 'mine' })

    expect([byGrace.status, byGrace.body.code]).toEqual([403, 'NOT_YOUR_ORDER'])
    expect([byNobody.status, byNobody.body.code]).toEqual([401, 'UNAUTHENTICATED'])
    expect((await service.get(`/orders/${id}`)).body.status).toBe(status)
  })
})

describe('an address', () => {
  test('may try to sign in so often, right or wrong, and then has to wait', async () => {
    clock.move('1h')
    const wrong = async () => (await user.trySignIn('ada', 'a wrong password')).status
    const statuses: number[] = []
    for (let attempt = 0; attempt < 5; attempt++) statuses.push(await wrong())
    const { status, headers, body } = await user.trySignIn('ada', 'analytical-engine')

    expect(statuses).toEqual([401, 401, 401, 401, 401])
    expect([status, body.code]).toEqual([429, 'RATE_LIMITED'])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    clock.move('1m')
    expect((await user.trySignIn('ada', 'analytical-engine')).status).toBe(200)
  })
})
