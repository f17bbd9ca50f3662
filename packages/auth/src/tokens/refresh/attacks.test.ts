import { deferred } from '@base-internal/tools/deferred'
import { describe, expect, test } from 'vitest'
import { methodsOf } from '../../testing/broken.fixture.js'
import {
  createRefreshService,
  createTokenService,
  hmacKey,
  memoryRefreshStore,
  type RefreshService,
  type RefreshStore,
  type RefreshTokens,
} from '../index.js'
import { benchOf } from './refresh.fixture.js'

/** Signs in; every test is about what becomes of that one sign-in. */
const signIn = (refresh: RefreshService) => refresh.start({ sub: 'ann', clientId: 'web' })

async function present(refresh: RefreshService, { refreshToken }: RefreshTokens, more: object = {}) {
  const result = await refresh.rotate(refreshToken, { clientId: 'web', ...more })
  return result.ok ? result.value : result.error.code
}

async function rotated(
  refresh: RefreshService,
  tokens: RefreshTokens,
  more?: object,
): Promise<RefreshTokens> {
  const outcome = await present(refresh, tokens, more)
  if (typeof outcome === 'string') throw new Error(outcome)
  return outcome
}

describe('a client that only had bad luck', () => {
  test('better-auth#8512, get-convex/convex-auth#76: who lost the answer asks again, and stays signed in', async () => {
    const { refresh, clock } = benchOf()
    const first = await signIn(refresh)
    await rotated(refresh, first) // and the answer is lost
    await clock.advance('9s')
    const found = await rotated(refresh, first)
    await rotated(refresh, found)
    expect(await refresh.sessions('ann')).toHaveLength(1)
  })

  test('HQBase/hqbase#41, derive-to/derive#209: two processes 13 ms apart keep the family, on one chain', async () => {
    const { refresh, node, clock } = benchOf()
    const first = await signIn(refresh)
    const one = await rotated(refresh, first)
    await clock.advance(13)
    const other = await rotated(node(), first)
    expect(other.refreshToken).toBe(one.refreshToken)
    await rotated(refresh, one)
  })

  test('next-auth#7558, #2071, #11240: whoever rotates twice for one request has the same token twice', async () => {
    const { refresh } = benchOf()
    const first = await signIn(refresh)
    const middleware = await rotated(refresh, first)
    const handler = await rotated(refresh, first)
    expect(handler.refreshToken).toBe(middleware.refreshToken)
    // Only the first answer reached the browser.
    await rotated(refresh, middleware)
  })

  test('crosswithfriends#566, sheaf#239: who comes while another is rotating gets its successor, no refusal', async () => {
    const inner = memoryRefreshStore()
    const [arrived, released] = [deferred(), deferred()]
    let isFirst = true
    const slow: RefreshStore = {
      ...methodsOf(inner),
      rotate: async (rotation, now) => {
        const mustWait = isFirst
        isFirst = false
        const outcome = await inner.rotate(rotation, now)
        if (!mustWait) return outcome
        arrived.resolve()
        await released.promise
        return outcome
      },
    }
    const { refresh } = benchOf({ store: slow })
    const first = await signIn(refresh)
    const winning = present(refresh, first)
    // Only then is it known who of the two is first.
    await arrived.promise
    const loser = await rotated(refresh, first)
    released.resolve()
    expect(await winning).toMatchObject({ refreshToken: loser.refreshToken })
  })

  test('openid/fapi#676: a retry with the previous token works, though the server fell over after it had rotated', async () => {
    const inner = memoryRefreshStore()
    let hasFailed = false
    const failing: RefreshStore = {
      ...methodsOf(inner),
      rotate: async (rotation, now) => {
        const outcome = await inner.rotate(rotation, now)
        if (hasFailed) return outcome
        hasFailed = true
        throw new Error('the answer is lost')
      },
    }
    const { refresh } = benchOf({ store: failing })
    const first = await signIn(refresh)
    await expect(refresh.rotate(first.refreshToken, { clientId: 'web' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
    await rotated(refresh, await rotated(refresh, first))
  })

  test('PrefectHQ/fastmcp#5037, nocturne#391, engram#389, Exceptionless#2404: how long is forgiven can be set, to a minute at most', async () => {
    const { refresh, clock } = benchOf({ reuseGrace: '60s' })
    const first = await signIn(refresh)
    const second = await rotated(refresh, first)
    await clock.advance(59_999)
    expect((await rotated(refresh, first)).refreshToken).toBe(second.refreshToken)
    await clock.advance(1)
    expect(await present(refresh, first)).toBe('REFRESH_REUSED')
    // An hour, as some have it, is a thief's hour.
    expect(() => benchOf({ reuseGrace: '1h' })).toThrow('reuseGrace must be at most 60s')
  })
})

describe('a thief', () => {
  test('GHSA-392p-2q2v-4372, GHSA-pw9m-5jxm-xr6h: of a token that was used before has nothing, and ends the chain', async () => {
    const { refresh, clock, reuses } = benchOf()
    const stolen = await signIn(refresh)
    const current = await rotated(refresh, await rotated(refresh, stolen))
    await clock.advance('1h')
    expect(await present(refresh, stolen)).toBe('REFRESH_REUSED')
    expect(await present(refresh, current)).toBe('REFRESH_REVOKED')
    expect(reuses).toMatchObject([{ sub: 'ann', withinGrace: false }])
  })

  test('GHSA-7w99-5wm4-3g79: of 50 redemptions at once exactly one makes a successor', async () => {
    const { refresh } = benchOf({ reuseGrace: 0 })
    const first = await signIn(refresh)
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => present(refresh, first)))
    expect(outcomes.filter((outcome) => typeof outcome !== 'string')).toHaveLength(1)
  })

  test('f3-nation#692: who goes first, within the grace of the owner, does not keep the chain, and is told of', async () => {
    const { refresh, clock, reuses } = benchOf()
    const stolen = await signIn(refresh)
    const thief = await rotated(refresh, stolen)
    // The owner comes within the grace, and both hold one and the same token from now on.
    const owner = await rotated(refresh, stolen)
    expect(reuses).toMatchObject([{ withinGrace: true }])
    await clock.advance('15m')
    await rotated(refresh, thief)
    await clock.advance('15m')
    expect(await present(refresh, owner)).toBe('REFRESH_REUSED')
    expect(await refresh.sessions('ann')).toEqual([])
  })

  test('does not hide by a scope that is narrower: the owner, who asks for what was granted, ends the chain', async () => {
    const { refresh, clock, reuses } = benchOf()
    const scope = 'read write'
    const stolen = await refresh.start({ sub: 'ann', clientId: 'web', scope })
    const thief = await rotated(refresh, stolen, { scope: 'read' })
    // Within the grace nobody can tell.
    expect(await present(refresh, stolen, { scope })).toMatchObject({ refreshToken: thief.refreshToken })
    expect(reuses).toMatchObject([{ withinGrace: true }])
    await clock.advance('10s')
    expect(await present(refresh, stolen, { scope })).toBe('REFRESH_REUSED')
    expect(reuses).toMatchObject([{}, { sub: 'ann', withinGrace: false }])
    expect(await present(refresh, thief)).toBe('REFRESH_REVOKED')
  })

  test.each(['read admin', '', 'read  write', null, 7, ['read'], {}])(
    'that asks for the scope %j with a token that was used before ends the chain as well',
    async (scope) => {
      // One that refuses what is no scope.
      const tokens = createTokenService({ issuer: 'i', audience: 'a', keys: hmacKey('k'.repeat(32)) })
      const { refresh, clock } = benchOf({ tokens })
      const stolen = await refresh.start({ sub: 'ann', clientId: 'web', scope: 'read' })
      await rotated(refresh, stolen)
      expect(await present(refresh, stolen, { scope })).toBe('REFRESH_INVALID')
      await clock.advance('10s')
      expect(await present(refresh, stolen, { scope })).toBe('REFRESH_REUSED')
      expect(await refresh.sessions('ann')).toEqual([])
    },
  )

  test('better-auth#11317: who replays loses the successor too, at whatever moment it was made', async () => {
    const { refresh, clock } = benchOf()
    const first = await signIn(refresh)
    const second = await rotated(refresh, first)
    await clock.advance('10s')
    const [replay, racing] = await Promise.all([present(refresh, first), present(refresh, second)])
    const alive = typeof racing === 'string' ? racing : await present(refresh, racing)
    expect([replay, alive]).toEqual(['REFRESH_REUSED', 'REFRESH_REVOKED'])
  })

  test('has no access token that outlives a sign-out everywhere, which comes while the grace answers', async () => {
    const inner = methodsOf(memoryRefreshStore())
    let answered = async (): Promise<unknown> => undefined
    const store: RefreshStore = {
      ...inner,
      rotate: async (...rotation) => {
        const outcome = await inner.rotate(...rotation)
        if (outcome.status === 'repeated') await answered()
        return outcome
      },
    }
    const tokens = createTokenService({
      issuer: 'https://login.example.com',
      audience: 'api',
      keys: hmacKey('k'.repeat(32)),
    })
    const refresh = createRefreshService({ store, tokens })
    const first = await signIn(refresh)
    await rotated(refresh, first)
    answered = () => refresh.revokeAll('ann')
    expect(await present(refresh, first)).toBe('REFRESH_REVOKED')
  })

  test('with another client or without its key has nothing, and cannot sign the owner out', async () => {
    const { refresh } = benchOf()
    const jkt = 'k'.repeat(43)
    const { refreshToken } = await refresh.start({ sub: 'ann', clientId: 'web', jkt })
    for (const wrong of [
      { clientId: 'evil', jkt },
      { clientId: 'web' },
      { clientId: 'web', jkt: 'x'.repeat(43) },
    ]) {
      expect(await refresh.rotate(refreshToken, wrong)).toMatchObject({ error: { code: 'REFRESH_INVALID' } })
    }
    expect((await refresh.rotate(refreshToken, { clientId: 'web', jkt })).ok).toBe(true)
  })

  test('CVE-2026-45337, CVE-2026-41427: another user, or another client, has no say over a sign-in', async () => {
    const { refresh, revokedSessions } = benchOf()
    const owner = await signIn(refresh)
    // Another user has seen the id of the family, another client the token.
    expect(await refresh.revokeFamily(owner.familyId, { sub: 'mallory' })).toBe(false)
    expect(await refresh.revoke(owner.refreshToken, { clientId: 'evil' })).toBe(false)
    expect(await refresh.sessions('mallory')).toEqual([])
    expect(revokedSessions).toEqual([])
    await rotated(refresh, owner)
  })
})
