import { TestClock } from '@base/core/testing'
import { decodeProtectedHeader } from 'jose'
import { describe, expect, test } from 'vitest'
import { AUDIENCE, ISSUER, NOW, pairOf, sign } from '../fixtures/forge.js'
import {
  type AccessClaims,
  type AccessInput,
  createKeyRing,
  createTokenService,
  createVerifier,
  hmacKey,
  memoryRevocationStore,
  type RevocationStore,
  type TokenService,
  type TokenServiceOptions,
} from '../index.js'

const ec = pairOf('ES256')
const INPUT = { sub: 'user-1', clientId: 'web' }

function serviceWith(options: Partial<TokenServiceOptions> = {}) {
  return createTokenService({
    issuer: ISSUER,
    audience: AUDIENCE,
    keys: ec.key,
    clock: new TestClock(),
    ...options,
  })
}

/** Clocks that are apart stay so. */
async function passing(clocks: readonly TestClock[], time: number): Promise<void> {
  for (const clock of clocks) await clock.advance(time)
}

const code = (result: { ok: boolean; error?: { code: string } }) => (result.ok ? 'ok' : result.error?.code)

describe('createTokenService', () => {
  test('issues an access token as RFC 9068 has it', async () => {
    const { token, claims } = await serviceWith().issueAccess(INPUT)

    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: ec.key.kid })
    expect(claims).toEqual({
      iss: ISSUER,
      aud: AUDIENCE,
      sub: 'user-1',
      client_id: 'web',
      iat: NOW,
      exp: NOW + 900,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect(Object.isFrozen(claims)).toBe(true)
  })

  test('says what it was asked for, whoever changes that afterwards', async () => {
    const rights: Record<string, string[]> = { 'user-1': [], root: ['all'] }
    const tokens = serviceWith({ claims: async ({ sub }) => ({ rights: rights[sub] }) })
    const lists = { scope: ['read'], roles: ['clerk'], permissions: ['order:read'], amr: ['pwd'] }
    const input = { ...INPUT, ...lists }
    const issuing = tokens.issueAccess(input)
    Object.assign(input, { sub: 'root', clientId: 'other' })
    for (const list of Object.values(lists)) list[0] = 'changed'

    const { claims } = await issuing
    expect(claims).toMatchObject({ sub: 'user-1', client_id: 'web', rights: [], scope: 'read' })
    expect(claims).toMatchObject({ roles: ['clerk'], permissions: ['order:read'], amr: ['pwd'] })
  })

  test('an input may be of a class, and have more for the claims of your own', async () => {
    class Asked {
      readonly tenant = 'acme'
      get sub() {
        return 'user-1'
      }
      get clientId() {
        return 'web'
      }
    }
    const tokens = serviceWith({
      claims: (input) => ({ whose: `${input.sub} of ${(input as AccessInput & { tenant: string }).tenant}` }),
    })
    const { claims } = await tokens.issueAccess(new Asked())
    expect([claims.sub, claims['whose']]).toEqual(['user-1', 'user-1 of acme'])
  })

  test('a list of audiences that is changed later changes no token', async () => {
    const audience = [AUDIENCE]
    const tokens = serviceWith({ audience })
    audience[0] = 'other'
    const { token, claims } = await tokens.issueAccess(INPUT)
    expect([claims.aud, (await tokens.verifyAccess(token)).ok]).toEqual([[AUDIENCE], true])
  })

  test('says what it is asked to say', async () => {
    const tokens = serviceWith({ audience: [AUDIENCE, 'other'], claims: { tenant: 't1' }, accessTtl: '5m' })
    const { token, claims } = await tokens.issueAccess({
      ...INPUT,
      scope: ['orders:read', 'orders:write'],
      roles: ['clerk'],
      permissions: ['orders:*'],
      sid: 'session-1',
      jkt: 'thumbprint',
      authTime: NOW - 5,
      amr: ['pwd', 'otp'],
      acr: 'high',
    })

    expect(claims).toMatchObject({
      aud: [AUDIENCE, 'other'],
      exp: NOW + 300,
      scope: 'orders:read orders:write',
      roles: ['clerk'],
      permissions: ['orders:*'],
      sid: 'session-1',
      cnf: { jkt: 'thumbprint' },
      auth_time: NOW - 5,
      amr: ['pwd', 'otp'],
      acr: 'high',
      tenant: 't1',
    })
    expect(await tokens.verifyAccess(token)).toEqual({ ok: true, value: claims })
    expect(await tokens.verify(token)).toEqual({ ok: true, value: claims })
  })

  test('asks for claims of your own for each token', async () => {
    const tokens = serviceWith({ claims: async ({ sub }) => ({ tenant: `of ${sub}` }) })
    expect((await tokens.issueAccess(INPUT)).claims['tenant']).toBe('of user-1')
  })

  test('takes roles and permissions out of them, where it is given none', async () => {
    const tokens = serviceWith({ claims: () => ({ roles: ['clerk'], permissions: ['orders:read'] }) })
    const roles = async (input: AccessInput) => (await tokens.issueAccess(input)).claims
    expect(await roles(INPUT)).toMatchObject({ roles: ['clerk'], permissions: ['orders:read'] })
    expect(await roles({ ...INPUT, roles: [] })).toMatchObject({ roles: [], permissions: ['orders:read'] })
  })

  test('gives every token an id of its own', async () => {
    const tokens = serviceWith()
    const issued = await Promise.all(Array.from({ length: 50 }, () => tokens.issueAccess(INPUT)))
    expect(new Set(issued.map(({ claims }) => claims.jti)).size).toBe(50)
  })

  test('is understood by a verifier', async () => {
    const clock = new TestClock()
    for (const [algorithm, key, verifying] of [
      ['HS256', hmacKey('x'.repeat(32)), hmacKey('x'.repeat(32))],
      [
        'HS384',
        hmacKey('x'.repeat(48), { algorithm: 'HS384' }),
        hmacKey('x'.repeat(48), { algorithm: 'HS384' }),
      ],
      [
        'HS512',
        hmacKey('x'.repeat(64), { algorithm: 'HS512' }),
        hmacKey('x'.repeat(64), { algorithm: 'HS512' }),
      ],
      ...(['RS256', 'PS256', 'ES256', 'EdDSA'] as const).map((name) => {
        const pair = pairOf(name)
        return [name, pair.key, pair.publicKey] as const
      }),
    ] as const) {
      const { token, claims } = await serviceWith({ keys: key, clock }).issueAccess(INPUT)
      const verifier = createVerifier({
        issuer: ISSUER,
        audience: AUDIENCE,
        algorithms: [algorithm],
        keys: verifying,
        clock,
      })
      expect(await verifier.verify(token)).toEqual({ ok: true, value: claims })
    }
  })

  test('signs with the first of its keys and takes all', async () => {
    const older = pairOf('ES256')
    const clock = new TestClock()
    const before = serviceWith({ keys: older.key, clock })
    const now = serviceWith({ keys: [ec.key, older.publicKey], clock })
    const { token } = await before.issueAccess(INPUT)
    expect((await now.verifyAccess(token)).ok).toBe(true)
    expect(decodeProtectedHeader((await now.issueAccess(INPUT)).token).kid).toBe(ec.key.kid)
  })

  describe('revocation', () => {
    test('of a subject whose roles are changed while a token is made leaves none with the roles before', async () => {
      let roles = ['admin']
      const tokens = serviceWith({
        claims: async () => {
          const before = roles
          roles = []
          await tokens.revokeAll('user-1')
          return { roles: before }
        },
      })
      const { token } = await tokens.issueAccess(INPUT)

      expect(code(await tokens.verifyAccess(token))).toBe('TOKEN_REVOKED')
    })

    test('of one token ends that one alone', async () => {
      const tokens = serviceWith()
      const [a, b] = [await tokens.issueAccess(INPUT), await tokens.issueAccess(INPUT)]
      await tokens.revoke(a.claims)
      expect(code(await tokens.verifyAccess(a.token))).toBe('TOKEN_REVOKED')
      expect(code(await tokens.verifyAccess(b.token))).toBe('ok')
      await tokens.revoke(b.claims.jti)
      expect(code(await tokens.verifyAccess(b.token))).toBe('TOKEN_REVOKED')
    })

    test('ends a token that was verified before', async () => {
      const tokens = serviceWith()
      const { token, claims } = await tokens.issueAccess(INPUT)
      expect(code(await tokens.verifyAccess(token))).toBe('ok')
      await tokens.revoke(claims)
      expect(code(await tokens.verifyAccess(token))).toBe('TOKEN_REVOKED')
    })

    test('of a subject ends all that it has, and none that comes after, within one second', async () => {
      const tokens = serviceWith()
      const mine = await tokens.issueAccess(INPUT)
      const other = await tokens.issueAccess({ ...INPUT, sub: 'user-2' })
      for (let round = 0; round < 3; round++) {
        await tokens.revokeAll('user-1')
        const { token, claims } = await tokens.issueAccess(INPUT)
        expect(claims.epoch).toBeGreaterThan(0)
        expect(code(await tokens.verifyAccess(token))).toBe('ok')
        await tokens.revokeAll('user-1')
        expect(code(await tokens.verifyAccess(token))).toBe('TOKEN_REVOKED')
      }
      expect(code(await tokens.verifyAccess(mine.token))).toBe('TOKEN_REVOKED')
      expect(code(await tokens.verifyAccess(other.token))).toBe('ok')
    })

    test('of a session ends its tokens, also one that comes after, and those of no other', async () => {
      const tokens = serviceWith()
      const issue = (more: object) => tokens.issueAccess({ ...INPUT, ...more })
      const [mine, other, none] = [await issue({ sid: 's-1' }), await issue({ sid: 's-2' }), await issue({})]
      expect(code(await tokens.verifyAccess(mine.token))).toBe('ok')
      await tokens.revokeSession('s-1')
      const late = await issue({ sid: 's-1' })
      const named = await issue({ sub: 's-1' })
      expect(code(await tokens.verifyAccess(mine.token))).toBe('TOKEN_REVOKED')
      expect(code(await tokens.verifyAccess(late.token))).toBe('TOKEN_REVOKED')
      for (const { token } of [other, none, named]) expect(code(await tokens.verifyAccess(token))).toBe('ok')
    })

    test('of a session is known to a verifier that shares the store', async () => {
      const clock = new TestClock()
      const revocations = memoryRevocationStore({ clock })
      const tokens = serviceWith({ clock, revocations })
      const common = { issuer: ISSUER, audience: AUDIENCE, keys: ec.publicKey, clock, revocations }
      const verifier = createVerifier({ ...common, algorithms: ['ES256'] })
      const { token } = await tokens.issueAccess({ ...INPUT, sid: 's-1' })
      expect(code(await verifier.verify(token))).toBe('ok')
      await tokens.revokeSession('s-1')
      expect(code(await verifier.verify(token))).toBe('TOKEN_REVOKED')
    })

    test('lasts for as long as any node takes the token, with clocks that are apart by the skew', async () => {
      const store = memoryRevocationStore({ clock: new TestClock() })
      const skew = 30_000
      for (const ahead of [skew, -skew]) {
        const clock = new TestClock()
        const revocations = memoryRevocationStore({ clock })
        const revoking = serviceWith({ clock, revocations })
        const other = new TestClock({ now: clock.now() + ahead })
        const judging = serviceWith({ clock: other, revocations })
        const { token, claims } = await revoking.issueAccess(INPUT)
        await revoking.revoke(claims)
        const second = await revoking.issueAccess(INPUT)
        await revoking.revokeAll('user-1')
        const third = await revoking.issueAccess({ ...INPUT, sid: 's-1' })
        await revoking.revokeSession('s-1')
        for (let minute = 0; minute < 18; minute++) {
          for (const text of [token, second.token, third.token]) {
            expect(code(await judging.verifyAccess(text))).toMatch(/TOKEN_(REVOKED|EXPIRED)/)
          }
          for (let step = 0; step < 12; step++) {
            await clock.advance('5s')
            await other.advance('5s')
            expect((await judging.verifyAccess(token)).ok).toBe(false)
            expect((await judging.verifyAccess(second.token)).ok).toBe(false)
            expect((await judging.verifyAccess(third.token)).ok).toBe(false)
          }
        }
      }
      expect(await store.find({ issuer: ISSUER, id: 'x' })).toEqual({ revoked: false, epoch: 0 })
    })

    /** Takes a token back: what a service can do, by the name of the call. */
    const ways: readonly [string, (tokens: TokenService, claims: AccessClaims) => Promise<void>][] = [
      ['revoke', (tokens, claims) => tokens.revoke(claims)],
      ['revoke by its jti', (tokens, { jti }) => tokens.revoke(jti)],
      ['revokeSession', (tokens) => tokens.revokeSession('s-1')],
      ['revokeAll', (tokens) => tokens.revokeAll('user-1')],
    ]

    test.each(ways)(
      'by %s lasts for a verifier of the most skew, with a clock behind by that',
      async (_, take) => {
        const clock = new TestClock()
        const behind = new TestClock({ now: clock.now() - 300_000 })
        const revocations = memoryRevocationStore({ clock })
        const tokens = serviceWith({ clock, revocations })
        const common = { issuer: ISSUER, audience: AUDIENCE, keys: ec.publicKey, clock: behind, revocations }
        const verifier = createVerifier({ ...common, algorithms: ['ES256'], clockSkew: '5m' })
        const { token, claims } = await tokens.issueAccess({ ...INPUT, sid: 's-1' })
        await take(tokens, claims)
        await passing([clock, behind], 25 * 60_000 - 1)
        expect(code(await verifier.verify(token))).toBe('TOKEN_REVOKED')
        await passing([clock, behind], 1)
        expect(code(await verifier.verify(token))).toBe('TOKEN_EXPIRED')
      },
    )

    test.each(ways)(
      'by %s lasts for tokens of an accessTtl that was longer, with longestTtl',
      async (_, take) => {
        const clock = new TestClock()
        const revocations = memoryRevocationStore({ clock })
        const before = serviceWith({ clock, revocations, accessTtl: '12h' })
        const after = serviceWith({ clock, revocations, accessTtl: '5m', longestTtl: '12h' })
        const { token, claims } = await before.issueAccess({ ...INPUT, sid: 's-1' })
        await take(after, claims)
        await clock.advance(12 * 3_600_000 + 29_999)
        expect(code(await after.verifyAccess(token))).toBe('TOKEN_REVOKED')
        await clock.advance(1)
        expect(code(await after.verifyAccess(token))).toBe('TOKEN_EXPIRED')
      },
    )

    test('of a token that is over is nothing to remember', async () => {
      let asked = 0
      const revocations = { ...memoryRevocationStore(), revoke: async () => void asked++ }
      const tokens = serviceWith({ revocations })
      await tokens.revoke({ jti: 'a', exp: NOW - 600 })
      expect(asked).toBe(0)
      await tokens.revoke({ jti: 'a', exp: NOW - 599 })
      expect(asked).toBe(1)
    })

    test('does not take the token itself for its id, which would revoke nothing', async () => {
      const tokens = serviceWith()
      const { token } = await tokens.issueAccess(INPUT)
      await expect(tokens.revoke(token)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
      await expect(tokens.revoke('')).rejects.toMatchObject({ code: 'INVALID_OPTION' })
      await expect(tokens.revoke(undefined as never)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
      await expect(tokens.revokeAll('')).rejects.toMatchObject({ code: 'INVALID_OPTION' })
      await expect(tokens.revokeSession('')).rejects.toMatchObject({ code: 'INVALID_OPTION' })
      await tokens.revoke('a.b.c')
    })

    test('of the claims of another issuer is refused: it would take back nothing of theirs', async () => {
      const tokens = serviceWith()
      const { token, claims } = await tokens.issueAccess(INPUT)
      await expect(tokens.revoke({ ...claims, iss: 'https://other.example.com' } as never)).rejects.toThrow(
        `revoke: iss must be ${ISSUER}`,
      )
      expect(code(await tokens.verifyAccess(token))).toBe('ok')
      await tokens.revoke({ jti: claims.jti, exp: claims.exp })
      expect(code(await tokens.verifyAccess(token))).toBe('TOKEN_REVOKED')
    })

    test('is per issuer', async () => {
      const clock = new TestClock()
      const revocations = memoryRevocationStore({ clock })
      const here = serviceWith({ clock, revocations })
      const there = serviceWith({ clock, revocations, issuer: 'https://other.example.com' })
      const { token, claims } = await here.issueAccess({ ...INPUT, sid: 's-1' })
      await there.revoke(claims.jti)
      await there.revokeAll('user-1')
      await there.revokeSession('s-1')
      expect(code(await here.verifyAccess(token))).toBe('ok')
    })
  })

  describe('given a store that is away', () => {
    const down = async () => {
      throw new Error('connect ECONNREFUSED')
    }
    const away: RevocationStore = { revoke: down, revokeAll: down, find: down }

    test('takes no token and says why', async () => {
      const { token } = await serviceWith().issueAccess(INPUT)
      const tokens = serviceWith({ revocations: away })
      expect(await tokens.verifyAccess(token)).toMatchObject({
        ok: false,
        error: { code: 'REVOCATIONS_UNAVAILABLE', kind: 'unauthenticated' },
      })
    })

    test('issues none, and revokes none silently', async () => {
      const tokens = serviceWith({ revocations: away })
      const unavailable = { code: 'REVOCATIONS_UNAVAILABLE', kind: 'unavailable' }
      await expect(tokens.issueAccess(INPUT)).rejects.toMatchObject(unavailable)
      await expect(tokens.revoke('a')).rejects.toMatchObject(unavailable)
      await expect(tokens.revokeAll('user-1')).rejects.toMatchObject(unavailable)
      await expect(tokens.revokeSession('s-1')).rejects.toMatchObject(unavailable)
    })
  })

  test('without a key to sign with, says so', async () => {
    const store = { load: () => Promise.reject(new Error('down')), replace: async () => false }
    await expect(serviceWith({ keys: createKeyRing({ store }) }).issueAccess(INPUT)).rejects.toMatchObject({
      code: 'KEYS_UNAVAILABLE',
      kind: 'unavailable',
    })
  })

  test('takes keys of somebody else’s class, whose methods know their object', async () => {
    class Signer {
      readonly kid = ec.key.kid
      readonly algorithm = 'ES256'
      readonly #key = ec.key
      signingKey() {
        return this.#key.signingKey()
      }
    }
    const set = { find: () => ec.key, holds: () => true }
    const keys = {
      algorithms: ['ES256'] as const,
      current: () => set,
      refresh: () => set,
      signer: () => new Signer(),
    }
    const tokens = serviceWith({ keys })
    expect(code(await tokens.verifyAccess((await tokens.issueAccess(INPUT)).token))).toBe('ok')
  })

  describe('input', () => {
    test.each<[string, object]>([
      ['input', null as never],
      ['sub', { ...INPUT, sub: '' }],
      ['clientId', { sub: 'user-1' }],
      ['scope', { ...INPUT, scope: '' }],
      ['scope', { ...INPUT, scope: 'a  b' }],
      ['scope', { ...INPUT, scope: 'a"b' }],
      ['scope', { ...INPUT, scope: ['a b'.repeat(2), ''] }],
      ['roles', { ...INPUT, roles: 'admin' }],
      ['roles', { ...INPUT, roles: new Array(1) }],
      ['permissions', { ...INPUT, permissions: [''] }],
      ['sid', { ...INPUT, sid: '' }],
      ['jkt', { ...INPUT, jkt: 7 }],
      ['authTime', { ...INPUT, authTime: Number.NaN }],
      ['amr', { ...INPUT, amr: 'pwd' }],
      ['acr', { ...INPUT, acr: '' }],
    ])('refuses a wrong %s', async (option, input) => {
      await expect(serviceWith().issueAccess(input as AccessInput)).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        details: { option },
      })
    })

    test('refuses claims that the service says itself', async () => {
      for (const name of ['iss', 'sub', 'exp', 'epoch', 'scope', 'cnf']) {
        expect(() => serviceWith({ claims: { [name]: 'x' } })).toThrow('claims must be without the names')
        await expect(
          serviceWith({ claims: () => ({ [name]: 'x' }) }).issueAccess(INPUT),
        ).rejects.toMatchObject({
          code: 'INVALID_OPTION',
        })
      }
    })

    test('refuses roles and permissions of your own that are no arrays of texts', async () => {
      for (const claims of [{ roles: 'admin' }, { permissions: [''] }, { roles: [7] }]) {
        expect(() => serviceWith({ claims })).toThrow(
          /createTokenService: claims.\w+ must be an array of texts/,
        )
        await expect(serviceWith({ claims: () => claims }).issueAccess(INPUT)).rejects.toMatchObject({
          code: 'INVALID_OPTION',
        })
      }
    })

    test('reads claims that are the same for all once, to any depth', async () => {
      const claims = { roles: ['clerk'], tenant: { id: 't1' } }
      const tokens = serviceWith({ claims })
      claims.roles.push('admin')
      claims.tenant.id = 't2'
      expect((await tokens.issueAccess(INPUT)).claims).toMatchObject({
        roles: ['clerk'],
        tenant: { id: 't1' },
      })
    })

    test('refuses claims that would write themselves in place of all others', async () => {
      const claims = { toJSON: () => ({ sub: 'admin' }) }
      expect(() => serviceWith({ claims })).toThrow('claims must be without the names')
      await expect(serviceWith({ claims: () => claims }).issueAccess(INPUT)).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        details: { option: 'claims' },
      })
    })

    test('refuses what JSON cannot hold, and does not show it', async () => {
      const ring: Record<string, unknown> = { secret: 'hush' }
      ring['of'] = ring
      const message = /: claims must be what JSON can hold, received "a bigint, a cycle or the like"/
      const toJSON = () => {
        throw new Error('hush')
      }
      for (const claims of [{ n: 9n }, ring, { at: { toJSON } }]) {
        expect(() => serviceWith({ claims })).toThrow(message)
        await expect(serviceWith({ claims: () => claims }).issueAccess(INPUT)).rejects.toThrow(message)
      }
    })

    test('refuses what makes a token that no verifier would take', async () => {
      const long = { ...INPUT, permissions: ['x'.repeat(8_000)] }
      await expect(serviceWith().issueAccess(long)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    })
  })

  describe('options', () => {
    test.each<[string, object]>([
      ['issuer', { issuer: '' }],
      ['audience', { audience: [] }],
      ['keys', { keys: ec.publicKey }],
      ['keys', { keys: { keys: [] } }],
      ['keys', { keys: { signer: () => {}, current: () => {} } }],
      ['keys', { keys: { signer: () => {}, current: () => {}, refresh: () => {} } }],
      ['accessTtl', { accessTtl: 999 }],
      ['accessTtl', { accessTtl: 'soon' }],
      ['longestTtl', { longestTtl: 899_999 }],
      ['longestTtl', { longestTtl: 'soon' }],
      ['clockSkew', { clockSkew: '301s' }],
      ['claims', { claims: [] }],
      ['revocations', { revocations: {} }],
      ['keys.retireAfter', { keys: createKeyRing({ retireAfter: '20m' }) }],
      ['keys.retireAfter', { keys: createKeyRing({ retireAfter: '30m' }), longestTtl: '2h' }],
    ])('refuses a wrong %s', (option, wrong) => {
      expect(() => serviceWith(wrong)).toThrow(`@base/auth createTokenService: ${option} must be`)
    })

    test('takes a ring that keeps its keys just long enough', () => {
      expect(() => serviceWith({ keys: createKeyRing({ retireAfter: '1230s' }) })).not.toThrow()
      const keys = createKeyRing({ retireAfter: '7530s' })
      expect(() => serviceWith({ keys, longestTtl: '2h' })).not.toThrow()
    })
  })

  test('does not take a token of another type from the same key', async () => {
    const { claims } = await serviceWith().issueAccess(INPUT)
    const text = await sign(ec.privateObject, { alg: 'ES256', typ: 'reset+jwt', kid: ec.key.kid }, claims)
    expect(code(await serviceWith().verifyAccess(text))).toBe('TOKEN_WRONG_TYPE')
  })
})
