import { inspect } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { AuthError } from '../../errors/auth-error.js'
import {
  createRefreshService,
  createTokenService,
  hmacKey,
  memoryRefreshStore,
  memoryRevocationStore,
  type RefreshReuse,
  type RefreshService,
  type RefreshServiceOptions,
  type RefreshStore,
  type RefreshTokens,
} from '../index.js'
import { benchOf, inputOf } from './refresh.fixture.js'

const JKT = 'k'.repeat(43)
const never = (value: unknown): never => value as never

/** The tokens of a rotation that must succeed. */
async function rotated(
  refresh: RefreshService,
  token: string,
  options: Partial<Parameters<RefreshService['rotate']>[1]> = {},
): Promise<RefreshTokens> {
  const result = await refresh.rotate(token, { clientId: 'web', ...options })
  if (!result.ok) throw result.error
  return result.value
}

/** The code that a rotation is refused with. */
async function refusal(
  refresh: RefreshService,
  token: unknown,
  options: unknown = { clientId: 'web' },
): Promise<string> {
  const result = await refresh.rotate(never(token), never(options))
  if (result.ok) return 'rotated'
  expect(result.error).toBeInstanceOf(AuthError)
  expect(result.error).toMatchObject({ kind: 'unauthenticated', message: 'The token is not valid.' })
  return result.error.code
}

const signedIn = (refresh: RefreshService) => refresh.start({ sub: 'ann', clientId: 'web' })

describe('a refresh service', () => {
  test('starts a family, whose access token names it and when the user signed in', async () => {
    const { refresh, clock } = benchOf()
    const tokens = await refresh.start({
      sub: 'ann',
      clientId: 'web',
      scope: 'read write',
      jkt: JKT,
      amr: ['pwd', 'otp'],
      acr: 'high',
    })
    expect(tokens.refreshToken).toMatch(/^[\w-]{68}$/)
    expect(inputOf(tokens)).toEqual({
      sub: 'ann',
      clientId: 'web',
      sid: tokens.familyId,
      scope: 'read write',
      jkt: JKT,
      authTime: clock.now() / 1_000,
      amr: ['pwd', 'otp'],
      acr: 'high',
    })
  })

  test('exchanges a refresh token for a new one and a new access token of the same family', async () => {
    const { refresh, clock } = benchOf()
    const first = await refresh.start({
      sub: 'ann',
      clientId: 'web',
      authenticatedAt: 1_234_567,
      amr: ['pwd'],
    })
    await clock.advance('1h')
    const second = await rotated(refresh, first.refreshToken)

    expect(second.familyId).toBe(first.familyId)
    expect(second.refreshToken).not.toBe(first.refreshToken)
    expect(inputOf(second)).toEqual({
      sub: 'ann',
      clientId: 'web',
      sid: first.familyId,
      authTime: 1_234,
      amr: ['pwd'],
    })
    const third = await rotated(refresh, second.refreshToken)
    expect(new Set([first, second, third].map(({ refreshToken }) => refreshToken)).size).toBe(3)
  })

  test('a family for each sign-in: a theft on one device leaves the other alone (HQBase#41)', async () => {
    const { refresh, clock } = benchOf()
    const [phone, laptop] = [await signedIn(refresh), await signedIn(refresh)]
    await rotated(refresh, phone.refreshToken)
    await clock.advance('1m')
    expect(await refusal(refresh, phone.refreshToken)).toBe('REFRESH_REUSED')
    await rotated(refresh, laptop.refreshToken)
  })

  describe('given a token that lies unused', () => {
    test('lets it rotate until idleTtl, and not after', async () => {
      const { refresh, clock } = benchOf()
      const first = await signedIn(refresh)
      await clock.advance('7d')
      expect(await refusal(refresh, first.refreshToken)).toBe('REFRESH_EXPIRED')

      const second = await signedIn(refresh)
      await clock.advance(7 * 86_400_000 - 1)
      await rotated(refresh, second.refreshToken)
    })

    test('ends the family at absoluteTtl, however much it is used', async () => {
      const { refresh, clock } = benchOf()
      let { refreshToken } = await signedIn(refresh)
      for (let day = 0; day < 30; day += 6) {
        refreshToken = (await rotated(refresh, refreshToken)).refreshToken
        await clock.advance('6d')
      }
      expect(await refusal(refresh, refreshToken)).toBe('REFRESH_EXPIRED')
      expect(await refresh.sessions('ann')).toEqual([])
    })
  })

  describe('given a token that comes a second time', () => {
    test('gives the same successor within the grace, on every node, and says so', async () => {
      const { refresh, node, clock, reuses } = benchOf()
      const first = await signedIn(refresh)
      const second = await rotated(refresh, first.refreshToken)
      await clock.advance(9_999)
      const again = await rotated(node(), first.refreshToken)

      expect(again.refreshToken).toBe(second.refreshToken)
      expect(inputOf(again)).toMatchObject({ sub: 'ann', sid: first.familyId })
      expect(reuses).toEqual([{ sub: 'ann', clientId: 'web', familyId: first.familyId, withinGrace: true }])
      await rotated(refresh, second.refreshToken)
    })

    test('revokes the family after the grace, and says so (GHSA-392p-2q2v-4372)', async () => {
      const { refresh, clock, reuses } = benchOf()
      const first = await signedIn(refresh)
      const second = await rotated(refresh, first.refreshToken)
      await clock.advance('10s')

      expect(await refusal(refresh, first.refreshToken)).toBe('REFRESH_REUSED')
      expect(await refusal(refresh, second.refreshToken)).toBe('REFRESH_REVOKED')
      expect(await refusal(refresh, first.refreshToken)).toBe('REFRESH_REVOKED')
      expect(reuses).toEqual([{ sub: 'ann', clientId: 'web', familyId: first.familyId, withinGrace: false }])
    })

    test('revokes the family at once when its successor has been used: a thief who went first gains nothing', async () => {
      const { refresh, reuses } = benchOf()
      const stolen = await signedIn(refresh)
      const thief = await rotated(refresh, stolen.refreshToken)
      const later = await rotated(refresh, thief.refreshToken)

      expect(await refusal(refresh, stolen.refreshToken)).toBe('REFRESH_REUSED')
      expect(await refusal(refresh, later.refreshToken)).toBe('REFRESH_REVOKED')
      expect(reuses.map(({ withinGrace }) => withinGrace)).toEqual([false])
    })

    test('revokes the family at once without a grace', async () => {
      const { refresh } = benchOf({ reuseGrace: 0 })
      const first = await signedIn(refresh)
      await rotated(refresh, first.refreshToken)
      expect(await refusal(refresh, first.refreshToken)).toBe('REFRESH_REUSED')
    })

    test('a successor that is presented again after a repeat counts as used only once it is rotated', async () => {
      const { refresh } = benchOf()
      const first = await signedIn(refresh)
      const second = await rotated(refresh, first.refreshToken)
      for (let tab = 0; tab < 5; tab++)
        expect((await rotated(refresh, first.refreshToken)).refreshToken).toBe(second.refreshToken)
    })

    test('onReuse may throw, or reject, without effect', async () => {
      const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
      for (const onReuse of [
        () => {
          throw new Error('sync')
        },
        () => Promise.reject(new Error('async')),
      ]) {
        const { refresh, clock } = benchOf({ onReuse })
        const first = await signedIn(refresh)
        await rotated(refresh, first.refreshToken)
        await rotated(refresh, first.refreshToken)
        await clock.advance('10s')
        expect(await refusal(refresh, first.refreshToken)).toBe('REFRESH_REUSED')
      }
      expect(warned).toHaveBeenCalledTimes(4)
      expect(String(warned.mock.calls[0]?.[0])).toContain('createRefreshService: onReuse threw: Error: sync')
      warned.mockRestore()
    })

    test('onReuse may give a query, which runs when it is waited for', async () => {
      const queried: RefreshReuse[] = []
      const { refresh } = benchOf({
        onReuse: (reuse) => ({
          // biome-ignore lint/suspicious/noThenProperty: as drizzle and knex have it
          then: (resolve: () => void) => {
            queried.push(reuse)
            resolve()
          },
        }),
      })
      const first = await signedIn(refresh)
      await rotated(refresh, first.refreshToken)
      await rotated(refresh, first.refreshToken)
      expect(queried).toMatchObject([{ sub: 'ann', withinGrace: true }])
    })

    test('what the store keeps for the grace does not contain the successor, and is of no use without the parent', async () => {
      const inner = memoryRefreshStore()
      const seen: string[] = []
      const store: RefreshStore = {
        ...bound(inner),
        start: (family, now) => {
          seen.push(JSON.stringify(family))
          return inner.start(family, now)
        },
        rotate: (rotation, now) => {
          seen.push(JSON.stringify(rotation))
          return inner.rotate(rotation, now)
        },
      }
      const { refresh } = benchOf({ store })
      const first = await signedIn(refresh)
      const second = await rotated(refresh, first.refreshToken)
      for (const { refreshToken } of [first, second])
        for (const secret of [
          refreshToken,
          refreshToken.slice(24),
          Buffer.from(refreshToken, 'base64url').toString('base64'),
        ])
          expect(seen.join()).not.toContain(secret)
      expect(seen).toHaveLength(2)
    })

    test('refuses what was changed in the store, instead of handing it out', async () => {
      const inner = memoryRefreshStore()
      const store: RefreshStore = {
        ...bound(inner),
        rotate: async (rotation, now) => {
          const outcome = await inner.rotate(rotation, now)
          return outcome.status === 'repeated' ? { ...outcome, sealed: 'A'.repeat(128) } : outcome
        },
      }
      const { refresh } = benchOf({ store })
      const first = await signedIn(refresh)
      await rotated(refresh, first.refreshToken)
      expect(await refusal(refresh, first.refreshToken)).toBe('REFRESH_INVALID')
    })
  })

  describe('given many at once', () => {
    test('50 rotations of one token on two nodes make one successor, and lose no family (nocturne#326, GHSA-7w99-5wm4-3g79)', async () => {
      const { refresh, node, reuses } = benchOf()
      const other = node()
      const first = await signedIn(refresh)
      const all = await Promise.all(
        Array.from({ length: 50 }, (_, index) => rotated(index % 2 ? refresh : other, first.refreshToken)),
      )
      expect(new Set(all.map(({ refreshToken }) => refreshToken)).size).toBe(1)
      expect(reuses).toHaveLength(49)
      await rotated(refresh, all[0]?.refreshToken ?? '')
    })

    test('50 rotations without a grace: one succeeds, and the family is revoked once', async () => {
      const { refresh, reuses } = benchOf({ reuseGrace: 0 })
      const first = await signedIn(refresh)
      const codes = await Promise.all(Array.from({ length: 50 }, () => refusal(refresh, first.refreshToken)))
      expect(codes.filter((code) => code === 'rotated')).toHaveLength(1)
      expect(codes.filter((code) => code === 'REFRESH_REUSED')).toHaveLength(1)
      expect(reuses).toHaveLength(1)
      expect(await refresh.sessions('ann')).toEqual([])
    })

    test('no successor outlives a revocation that overtakes it (better-auth#11317)', async () => {
      const { refresh } = benchOf()
      const first = await signedIn(refresh)
      const rotating = refresh.rotate(first.refreshToken, { clientId: 'web' })
      await refresh.revokeFamily(first.familyId)
      const result = await rotating
      expect(result.ok ? await refusal(refresh, result.value.refreshToken) : result.error.code).toBe(
        'REFRESH_REVOKED',
      )
    })
  })

  describe('given a client', () => {
    test.each([['mobile'], [''], [undefined], [null], [7], [{}], [['web']]])(
      'a wrong or missing clientId, %j, is refused and leaves the family alone',
      async (clientId) => {
        const { refresh, clock } = benchOf()
        const first = await signedIn(refresh)
        const second = await rotated(refresh, first.refreshToken)
        await clock.advance('1m')
        expect(await refusal(refresh, first.refreshToken, { clientId })).toBe('REFRESH_INVALID')
        expect(await refusal(refresh, second.refreshToken, { clientId })).toBe('REFRESH_INVALID')
        expect(await refusal(refresh, second.refreshToken, null)).toBe('REFRESH_INVALID')
        await rotated(refresh, second.refreshToken)
      },
    )

    test('a family that is bound to a key needs that key at every rotation', async () => {
      const { refresh } = benchOf()
      const { refreshToken } = await refresh.start({ sub: 'ann', clientId: 'web', jkt: JKT })
      for (const jkt of [undefined, 'j'.repeat(43), '', null, {}])
        expect(await refusal(refresh, refreshToken, { clientId: 'web', jkt })).toBe('REFRESH_INVALID')
      expect(inputOf(await rotated(refresh, refreshToken, { jkt: JKT })).jkt).toBe(JKT)
      expect(await refusal(refresh, refreshToken)).toBe('REFRESH_INVALID')
    })

    test('a family that is not bound may have access tokens that are', async () => {
      const { refresh } = benchOf()
      const first = await signedIn(refresh)
      const second = await rotated(refresh, first.refreshToken, { jkt: JKT })
      expect(inputOf(second).jkt).toBe(JKT)
      expect(inputOf(await rotated(refresh, second.refreshToken)).jkt).toBeUndefined()
    })
  })

  describe('given a scope', () => {
    const start = (refresh: RefreshService) =>
      refresh.start({ sub: 'ann', clientId: 'web', scope: 'read write admin' })

    test('keeps it, and narrows it for one access token: the new refresh token is for all that was granted (RFC 6749, 6)', async () => {
      const { refresh } = benchOf()
      const first = await start(refresh)
      const second = await rotated(refresh, first.refreshToken)
      const third = await rotated(refresh, second.refreshToken, { scope: 'write read' })
      expect((await refresh.inspect(third.refreshToken))?.scope).toBe('read write admin')
      const fourth = await rotated(refresh, third.refreshToken)
      const fifth = await rotated(refresh, fourth.refreshToken, { scope: 'admin' })
      expect([second, third, fourth, fifth].map((tokens) => inputOf(tokens).scope)).toEqual([
        'read write admin',
        'write read',
        'read write admin',
        'admin',
      ])
    })

    test.each([
      'read write admin root',
      'root',
      'reader',
      '',
      ' ',
      'read  write',
      'read\nwrite',
      'read "',
      null,
      7,
      ['read'],
    ])('is never widened: %j is refused, and the token stays good', async (scope) => {
      const { refresh } = benchOf()
      const { refreshToken } = await rotated(refresh, (await start(refresh)).refreshToken, {
        scope: 'read write',
      })
      expect(await refusal(refresh, refreshToken, { clientId: 'web', scope })).toBe('REFRESH_INVALID')
      await rotated(refresh, refreshToken)
    })

    test('cannot be added to a sign-in without one', async () => {
      const { refresh } = benchOf()
      const { refreshToken } = await signedIn(refresh)
      expect(await refusal(refresh, refreshToken, { clientId: 'web', scope: 'read' })).toBe('REFRESH_INVALID')
    })

    test('within the grace is what was granted, at most, whatever the first one asked for', async () => {
      const { refresh } = benchOf()
      const first = await start(refresh)
      await rotated(refresh, first.refreshToken, { scope: 'read write' })
      expect(inputOf(await rotated(refresh, first.refreshToken)).scope).toBe('read write admin')
      expect(inputOf(await rotated(refresh, first.refreshToken, { scope: 'admin' })).scope).toBe('admin')
      expect(await refusal(refresh, first.refreshToken, { clientId: 'web', scope: 'root' })).toBe(
        'REFRESH_INVALID',
      )
    })

    test('of some that ask at once for different ones, each gets its own, and all the same successor', async () => {
      const { refresh } = benchOf()
      const first = await start(refresh)
      const asked = ['read', undefined, 'read admin', 'write']
      const results = await Promise.all(asked.map((scope) => rotated(refresh, first.refreshToken, { scope })))
      expect(results.map((tokens) => inputOf(tokens).scope)).toEqual([
        'read',
        'read write admin',
        'read admin',
        'write',
      ])
      expect(new Set(results.map(({ refreshToken }) => refreshToken)).size).toBe(1)
    })
  })

  describe('given something that is no token of ours', () => {
    test.each([
      undefined,
      null,
      7,
      '',
      {},
      [],
      'x',
      'x'.repeat(68),
      'x'.repeat(100_000),
      '__proto__',
      'a.b.c',
    ])('refuses %j', async (token) => {
      const { refresh } = benchOf()
      expect(await refusal(refresh, token)).toBe('REFRESH_INVALID')
      expect(await refresh.revoke(never(token))).toBe(false)
      expect(await refresh.inspect(never(token))).toBeUndefined()
    })

    test('who knows a family by its id cannot guess, and cannot harm it', async () => {
      const { refresh } = benchOf()
      const { familyId, refreshToken } = await signedIn(refresh)
      expect(await refusal(refresh, familyId + 'A'.repeat(44))).toBe('REFRESH_INVALID')
      expect(await refresh.revoke(familyId + 'A'.repeat(44))).toBe(false)
      await rotated(refresh, refreshToken)
    })
  })

  describe('revoking', () => {
    test('takes a token of any generation', async () => {
      for (const generation of [0, 1, 2]) {
        const { refresh } = benchOf()
        const first = await signedIn(refresh)
        const second = await rotated(refresh, first.refreshToken)
        const third = await rotated(refresh, second.refreshToken)
        const all = [first, second, third]
        expect(await refresh.revoke(all[generation]?.refreshToken ?? '')).toBe(true)
        for (const { refreshToken } of all)
          expect(await refusal(refresh, refreshToken)).toBe('REFRESH_REVOKED')
      }
    })

    test('takes a token of the client that is named only', async () => {
      const { refresh } = benchOf()
      const { refreshToken } = await signedIn(refresh)
      expect(await refresh.revoke(refreshToken, { clientId: 'mobile' })).toBe(false)
      await rotated(refresh, refreshToken)
      expect(await refresh.revoke(refreshToken, { clientId: 'web' })).toBe(true)
    })

    test('takes a family, once', async () => {
      const { refresh } = benchOf()
      const { familyId, refreshToken } = await signedIn(refresh)
      expect([await refresh.revokeFamily(familyId), await refresh.revokeFamily(familyId)]).toEqual([
        true,
        false,
      ])
      expect(await refusal(refresh, refreshToken)).toBe('REFRESH_REVOKED')
      for (const id of ['', 'x', '__proto__', never(undefined)])
        expect(await refresh.revokeFamily(id)).toBe(false)
    })

    test('takes the family of the subject that is named only', async () => {
      const { refresh, revokedSessions } = benchOf()
      const { familyId, refreshToken } = await signedIn(refresh)
      expect(await refresh.revokeFamily(familyId, { sub: 'bob' })).toBe(false)
      await rotated(refresh, refreshToken)
      expect(revokedSessions).toEqual([])
      expect(await refresh.revokeFamily(familyId, { sub: 'ann' })).toBe(true)
      expect(revokedSessions).toEqual([familyId])
      await expect(refresh.revokeFamily(familyId, { sub: '' })).rejects.toMatchObject({
        code: 'INVALID_OPTION',
      })
    })

    test('takes the access tokens of a family, however it ends', async () => {
      const { refresh, clock, revokedSessions } = benchOf()
      const [byId, byToken, byReuse] = [
        await signedIn(refresh),
        await signedIn(refresh),
        await signedIn(refresh),
      ]
      await refresh.revokeFamily(byId.familyId)
      await refresh.revoke(byToken.refreshToken)
      await rotated(refresh, byReuse.refreshToken)
      await rotated(refresh, byReuse.refreshToken)
      expect(revokedSessions).toEqual([byId.familyId, byToken.familyId])
      await clock.advance('10s')
      expect(await refusal(refresh, byReuse.refreshToken)).toBe('REFRESH_REUSED')
      expect(revokedSessions).toEqual([byId.familyId, byToken.familyId, byReuse.familyId])
    })

    test('leaves access tokens to an issuer that cannot take back those of a session', async () => {
      const issueAccess = async () => ({ token: 'access' })
      const { refresh, clock } = benchOf({ tokens: { issueAccess, revokeAll: () => {} } })
      const [revoked, reused] = [await signedIn(refresh), await signedIn(refresh)]
      expect(await refresh.revokeFamily(revoked.familyId)).toBe(true)
      await rotated(refresh, reused.refreshToken)
      await clock.advance('10s')
      expect(await refusal(refresh, reused.refreshToken)).toBe('REFRESH_REUSED')
    })

    test('takes all families of a subject, and its access tokens', async () => {
      const { refresh, revokedSubjects } = benchOf()
      const own = [await signedIn(refresh), await signedIn(refresh)]
      const other = await refresh.start({ sub: 'bob', clientId: 'web' })
      expect(await refresh.revokeAll('ann')).toBe(2)
      for (const { refreshToken } of own) expect(await refusal(refresh, refreshToken)).toBe('REFRESH_REVOKED')
      await rotated(refresh, other.refreshToken)
      expect(revokedSubjects).toEqual(['ann'])
      await expect(refresh.revokeAll('')).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    })

    test('tries both where one fails', async () => {
      const down = () => Promise.reject(new Error('down'))
      const first = benchOf({ store: { ...bound(memoryRefreshStore()), revokeAll: down } })
      await expect(first.refresh.revokeAll('ann')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      expect(first.revokedSubjects).toEqual(['ann'])

      const issueAccess = async () => ({ token: 'access' })
      const second = benchOf({ tokens: { issueAccess, revokeAll: down } })
      const { refreshToken } = await signedIn(second.refresh)
      await expect(second.refresh.revokeAll('ann')).rejects.toThrow('down')
      expect(await refusal(second.refresh, refreshToken)).toBe('REFRESH_REVOKED')

      const third = benchOf({ store: { ...bound(memoryRefreshStore()), revokeFamily: down } })
      const { familyId } = await signedIn(third.refresh)
      await expect(third.refresh.revokeFamily(familyId)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      expect(third.revokedSessions).toEqual([familyId])

      const fourth = benchOf({ tokens: { issueAccess, revokeAll: down, revokeSession: down } })
      const own = await signedIn(fourth.refresh)
      await expect(fourth.refresh.revokeFamily(own.familyId)).rejects.toThrow('down')
      expect(await fourth.refresh.sessions('ann')).toEqual([])
    })

    test.each<
      [string, (refresh: RefreshService, tokens: RefreshTokens, next: RefreshTokens) => Promise<unknown>]
    >([
      ['a token that was replaced', (refresh, { refreshToken }) => refusal(refresh, refreshToken)],
      ['a revocation by a token', (refresh, { refreshToken }) => refresh.revoke(refreshToken)],
      ['a revocation by the id', (refresh, { familyId }) => refresh.revokeFamily(familyId)],
      [
        'a revocation by the id and its owner',
        (refresh, { familyId }) => refresh.revokeFamily(familyId, { sub: 'ann' }),
      ],
    ])(
      'takes the access tokens, though that failed at first, where the same is tried again: %s',
      async (_, end) => {
        const revocations = memoryRevocationStore()
        let isFull = true
        const tokens = createTokenService({
          issuer: 'https://login.example.com',
          audience: 'api',
          keys: hmacKey('k'.repeat(32)),
          revocations: {
            ...revocations,
            revoke: async (revoked) => {
              if (isFull) throw new Error('OOM')
              await revocations.revoke(revoked)
            },
          },
        })
        const { refresh } = benchOf({ tokens, reuseGrace: 0 })
        const first = await signedIn(refresh)
        const second = await rotated(refresh, first.refreshToken)
        await expect(end(refresh, first, second)).rejects.toMatchObject({ code: 'REVOCATIONS_UNAVAILABLE' })
        expect((await tokens.verifyAccess(second.accessToken)).ok).toBe(true)
        isFull = false
        await end(refresh, first, second)
        expect(await tokens.verifyAccess(second.accessToken)).toMatchObject({
          error: { code: 'TOKEN_REVOKED' },
        })
      },
    )

    test('takes the access tokens of a family that is revoked, whenever a token of it is presented', async () => {
      const inner = memoryRefreshStore()
      const { refresh, revokedSessions } = benchOf({
        store: {
          ...bound(inner),
          // Just before the service's own step.
          rotate: async (rotation, now) => {
            await inner.revokeFamily(rotation.familyId, now)
            return inner.rotate(rotation, now)
          },
        },
      })
      const { familyId, refreshToken } = await signedIn(refresh)
      expect(await refusal(refresh, refreshToken)).toBe('REFRESH_REVOKED')
      expect(revokedSessions).toEqual([familyId])
      expect(await refusal(refresh, refreshToken)).toBe('REFRESH_REVOKED')
      expect(revokedSessions).toEqual([familyId, familyId])
    })

    test('takes nothing of a family that has ended for whom it is not', async () => {
      const { refresh, revokedSessions } = benchOf()
      const { familyId, refreshToken } = await refresh.start({ sub: 'ann', clientId: 'web', jkt: JKT })
      await refresh.revokeFamily(familyId)
      expect(await refresh.revokeFamily(familyId, { sub: 'bob' })).toBe(false)
      expect(await refresh.revoke(refreshToken, { clientId: 'mobile' })).toBe(false)
      for (const options of [{ clientId: 'mobile', jkt: JKT }, { clientId: 'web' }])
        expect(await refusal(refresh, refreshToken, options)).toBe('REFRESH_INVALID')
      expect(revokedSessions).toEqual([familyId])
    })
  })

  test('lists the sessions of a user, without anything that opens one', async () => {
    const { refresh, clock } = benchOf()
    const first = await refresh.start({
      sub: 'ann',
      clientId: 'web',
      label: 'Firefox on Linux',
      scope: 'read',
      jkt: JKT,
    })
    await clock.advance('1h')
    const second = await signedIn(refresh)
    await refresh.start({ sub: 'bob', clientId: 'web' })
    await rotated(refresh, first.refreshToken, { jkt: JKT })
    const sessions = await refresh.sessions('ann')

    const start = clock.now() - 3_600_000
    expect(sessions).toEqual([
      {
        familyId: first.familyId,
        sub: 'ann',
        clientId: 'web',
        label: 'Firefox on Linux',
        scope: 'read',
        jkt: JKT,
        authenticatedAt: start,
        createdAt: start,
        lastUsedAt: clock.now(),
        idleExpiresAt: clock.now() + 7 * 86_400_000,
        expiresAt: start + 30 * 86_400_000,
      },
      expect.objectContaining({ familyId: second.familyId, createdAt: clock.now() }),
    ])
    expect(JSON.stringify(sessions)).not.toContain(second.refreshToken.slice(24))
  })

  test('tells what a token is good for, which changes nothing', async () => {
    const { refresh } = benchOf()
    const first = await signedIn(refresh)
    expect(await refresh.inspect(first.refreshToken)).toMatchObject({ sub: 'ann', familyId: first.familyId })
    const second = await rotated(refresh, first.refreshToken)
    expect(await refresh.inspect(first.refreshToken)).toBeUndefined()
    await refresh.revokeFamily(first.familyId)
    expect(await refresh.inspect(second.refreshToken)).toBeUndefined()
  })
})

describe('a refresh service in trouble', () => {
  const down = new Error('ECONNREFUSED')

  test('a store that fails refuses nothing for good: the same token works when it is back', async () => {
    const inner = memoryRefreshStore()
    let failing: keyof RefreshStore | undefined
    const { refresh } = benchOf({ store: faulty(inner, (method) => method === failing, down) })
    const first = await signedIn(refresh)
    for (failing of ['find', 'rotate'] as const)
      await expect(refresh.rotate(first.refreshToken, { clientId: 'web' })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        kind: 'unavailable',
        message: 'The refresh store failed.',
        cause: down,
      })
    failing = undefined
    await rotated(refresh, first.refreshToken)
  })

  test('a store that fails after it has rotated: who asks again within the grace gets the successor', async () => {
    const inner = memoryRefreshStore()
    let isLost = true
    const store: RefreshStore = {
      ...bound(inner),
      rotate: async (rotation, now) => {
        const outcome = await inner.rotate(rotation, now)
        if (isLost) throw down
        return outcome
      },
    }
    const { refresh } = benchOf({ store })
    const first = await signedIn(refresh)
    await expect(refresh.rotate(first.refreshToken, { clientId: 'web' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
    isLost = false
    const second = await rotated(refresh, first.refreshToken)
    await rotated(refresh, second.refreshToken)
  })

  test('access tokens that cannot be made leave the refresh token good', async () => {
    const { refresh, node, reuses } = benchOf()
    const first = await signedIn(refresh)
    const issueAccess = () => Promise.reject(new Error('no key'))
    const broken = node({ tokens: { issueAccess, revokeAll: () => {} } })
    await expect(broken.rotate(first.refreshToken, { clientId: 'web' })).rejects.toThrow('no key')
    await rotated(refresh, first.refreshToken)
    expect(reuses).toEqual([])
    await expect(broken.start({ sub: 'zoe', clientId: 'web' })).rejects.toThrow('no key')
    expect(await refresh.sessions('zoe')).toEqual([])
  })

  test('every other call fails with the store, too', async () => {
    const { refresh } = benchOf({ store: faulty(memoryRefreshStore(), () => true, down) })
    const token = 'A'.repeat(68)
    const calls = [
      () => signedIn(refresh),
      () => refresh.revoke(token),
      () => refresh.revokeFamily('A'.repeat(24)),
      () => refresh.revokeAll('ann'),
      () => refresh.sessions('ann'),
      () => refresh.inspect(token),
    ]
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'UNAVAILABLE', cause: down })
  })

  test('an abort before the rotation leaves the token good', async () => {
    const { refresh, node } = benchOf()
    const first = await signedIn(refresh)
    const reason = new Error('the client went away')
    const controller = new AbortController()
    const issueAccess = async () => {
      controller.abort(reason)
      return { token: 'access' }
    }
    const slow = node({ tokens: { issueAccess, revokeAll: () => {} } })
    const signal = controller.signal
    await expect(slow.rotate(first.refreshToken, { clientId: 'web', signal })).rejects.toBe(reason)
    await expect(refresh.rotate(first.refreshToken, { clientId: 'web', signal })).rejects.toBe(reason)
    await expect(slow.start({ sub: 'zoe', clientId: 'web', signal })).rejects.toBe(reason)
    expect(await refresh.sessions('zoe')).toEqual([])
    await rotated(refresh, first.refreshToken)
  })

  const hanging = () => new Promise<never>(() => {})
  const silent = { issueAccess: hanging, revokeAll: hanging, revokeSession: hanging }

  test.each<[string, Partial<RefreshServiceOptions>, 'fresh' | 'repeated' | 'revoked']>([
    ['the store does not find', { store: { ...bound(memoryRefreshStore()), find: hanging } }, 'fresh'],
    ['nobody issues an access token', { tokens: silent }, 'fresh'],
    ['nobody issues one for who asks again', { tokens: silent }, 'repeated'],
    ['nobody revokes the access tokens', { tokens: silent }, 'revoked'],
  ])('an abort ends a rotation while %s', async (_, trouble, state) => {
    const { refresh, node, store } = benchOf()
    const { refreshToken, familyId } = await signedIn(refresh)
    if (state === 'repeated') await rotated(refresh, refreshToken)
    if (state === 'revoked') await refresh.revokeFamily(familyId)
    const controller = new AbortController()
    const stuck = node({ store, ...trouble }).rotate(refreshToken, {
      clientId: 'web',
      signal: controller.signal,
    })
    setImmediate(() => controller.abort('gone'))
    await expect(stuck).rejects.toBe('gone')
    if (state !== 'revoked') await rotated(refresh, refreshToken)
  })

  test('an abort ends a sign-in while nobody issues an access token, and starts no family', async () => {
    const { refresh, node } = benchOf()
    const controller = new AbortController()
    const stuck = node({ tokens: silent }).start({ sub: 'ann', clientId: 'web', signal: controller.signal })
    setImmediate(() => controller.abort('gone'))
    await expect(stuck).rejects.toBe('gone')
    expect(await refresh.sessions('ann')).toEqual([])
  })

  test('an abort while the successor is sealed leaves the token good', async () => {
    const { refresh, node, reuses } = benchOf()
    const { refreshToken } = await signedIn(refresh)
    const controller = new AbortController()
    const issueAccess = async () => {
      // After this turn, and before the cryptography has come back from its threads.
      setImmediate(() => controller.abort('gone'))
      return { token: 'access' }
    }
    const leaving = node({ tokens: { issueAccess, revokeAll: () => {} } })
    const rotation = leaving.rotate(refreshToken, { clientId: 'web', signal: controller.signal })
    await expect(rotation).rejects.toBe('gone')
    await rotated(refresh, refreshToken)
    expect(reuses).toEqual([])
  })

  test('an abort while the store rotates is too late', async () => {
    const inner = memoryRefreshStore()
    const controller = new AbortController()
    const store: RefreshStore = {
      ...bound(inner),
      rotate: (rotation, now) => {
        controller.abort('gone')
        return inner.rotate(rotation, now)
      },
    }
    const { refresh } = benchOf({ store })
    const { refreshToken } = await signedIn(refresh)
    await rotated(refresh, refreshToken, { signal: controller.signal })
  })

  test('no token is in any error, nor in what is told of a reuse', async () => {
    const { refresh, clock, reuses } = benchOf()
    const first = await signedIn(refresh)
    const second = await rotated(refresh, first.refreshToken)
    await clock.advance('1m')
    const results = [
      await refresh.rotate(first.refreshToken, { clientId: 'web' }),
      await refresh.rotate(second.refreshToken, { clientId: 'web' }),
      await refresh.rotate(second.refreshToken, { clientId: 'mobile' }),
    ]
    const printed = [...results, reuses, refresh].map(
      (value) => inspect(value, { depth: 20, showHidden: true }) + JSON.stringify(value),
    )
    for (const { refreshToken } of [first, second])
      expect(printed.join()).not.toContain(refreshToken.slice(24))
  })
})

describe('wrong arguments are refused at once', () => {
  const good = () => ({
    store: memoryRefreshStore(),
    tokens: { issueAccess: async () => ({ token: '' }), revokeAll: () => {} },
  })

  test.each<[string, object, string]>([
    ['no store', { store: undefined }, 'store must be an object with the methods start'],
    ['a store without rotate', { store: { ...bound(memoryRefreshStore()), rotate: 1 } }, 'store must be'],
    [
      'a revokeSession that is none',
      { tokens: { issueAccess: () => {}, revokeAll: () => {}, revokeSession: true } },
      'tokens must be an object with the methods issueAccess, revokeAll, revokeSession',
    ],
    ['no tokens', { tokens: undefined }, 'tokens must be an object with the methods issueAccess, revokeAll'],
    ['idleTtl 0', { idleTtl: 0 }, 'idleTtl must be more than 0'],
    ['absoluteTtl Infinity', { absoluteTtl: Number.POSITIVE_INFINITY }, 'absoluteTtl must be more than 0'],
    ['a grace above 60s', { reuseGrace: '61s' }, 'reuseGrace must be at most 60s, received "61s"'],
    ['a negative grace', { reuseGrace: -1 }, 'reuseGrace must be at least 0'],
    ['onReuse', { onReuse: 'log' }, 'onReuse must be a function'],
    ['a clock', { clock: {} }, 'clock must be an object with the methods now'],
  ])('%s', (_, options, message) => {
    const make = () => createRefreshService({ ...good(), ...options } as RefreshServiceOptions)
    expect(make).toThrow(`@base/auth createRefreshService: ${message}`)
  })

  test('none at all', () => {
    expect(() => createRefreshService(never(undefined))).toThrow('createRefreshService: store must be')
  })

  test('the clock of a store', () => {
    expect(() => memoryRefreshStore({ clock: never({}) })).toThrow('memoryRefreshStore: clock must be')
  })

  test.each<[string, object]>([
    ['sub', { sub: '' }],
    ['sub', { sub: 'x'.repeat(1_025) }],
    ['sub', { sub: 'a\0b' }],
    ['sub', { sub: 'a\ud800' }],
    ['clientId', { clientId: undefined }],
    ['clientId', { clientId: '\udc00\ud800' }],
    ['scope', { scope: 'read  write' }],
    ['scope', { scope: '' }],
    ['jkt', { jkt: 'short' }],
    ['authenticatedAt', { authenticatedAt: 1.5 }],
    ['authenticatedAt', { authenticatedAt: -1 }],
    ['amr', { amr: 'pwd' }],
    ['amr', { amr: [7] }],
    ['amr', { amr: Array.from({ length: 21 }, () => 'pwd') }],
    ['acr', { acr: '' }],
    ['label', { label: 'x'.repeat(201) }],
  ])('%s of a sign-in: %j', async (option, change) => {
    const { refresh } = benchOf()
    const asked = refresh.start({ sub: 'ann', clientId: 'web', ...change } as never)
    await expect(asked).rejects.toMatchObject({ code: 'INVALID_OPTION', details: { option } })
  })

  test('a list of one thumbprint, also where the issuer of access tokens would take it', async () => {
    const tokens = { issueAccess: async () => ({ token: 't' }), revokeAll: () => {} }
    const refresh = createRefreshService({ store: memoryRefreshStore(), tokens })
    const asked = refresh.start({ sub: 'ann', clientId: 'web', jkt: ['x'.repeat(43)] as never })
    await expect(asked).rejects.toMatchObject({ code: 'INVALID_OPTION', details: { option: 'jkt' } })
  })

  test('no sign-in at all', async () => {
    await expect(benchOf().refresh.start(never(undefined))).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  })
})

/** The methods of a store, as own properties that can be spread. */
function bound(store: RefreshStore): RefreshStore {
  return {
    start: (family, now) => store.start(family, now),
    find: (id, hash, now) => store.find(id, hash, now),
    rotate: (rotation, now) => store.rotate(rotation, now),
    revokeFamily: (id, now) => store.revokeFamily(id, now),
    revokeAll: (sub, now) => store.revokeAll(sub, now),
    list: (sub, now) => store.list(sub, now),
  }
}

/** A store some of whose methods throw, before anything happens. */
function faulty(
  store: RefreshStore,
  fails: (method: keyof RefreshStore) => boolean,
  error: Error,
): RefreshStore {
  return new Proxy(bound(store), {
    get: (target, method: keyof RefreshStore) =>
      fails(method)
        ? () => {
            throw error
          }
        : target[method],
  })
}
