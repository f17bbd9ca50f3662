import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { TestClock } from '@base/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { methodsOf } from '../../testing/broken.fixture.js'
import {
  createRefreshService,
  memoryRefreshStore,
  type RefreshRotation,
  type RefreshService,
  type RefreshSignIn,
  type RefreshStore,
  type RotateOptions,
} from '../index.js'
import { benchOf, inputOf } from './refresh.fixture.js'

const SIGN_IN = { sub: 'ann', clientId: 'web', scope: 'read write' }

async function refusalOf(
  refresh: RefreshService,
  token: string,
  more: object = {},
): Promise<readonly [string, string]> {
  const result = await refresh.rotate(token, { clientId: 'web', ...more })
  return result.ok ? ['ok', ''] : [result.error.code, result.error.reason]
}

describe('the reason of a refusal, for operators', () => {
  test('says which check refused', async () => {
    const { refresh, clock } = benchOf()
    const jkt = 'k'.repeat(43)
    const [bound, idle, reused] = [
      await refresh.start({ ...SIGN_IN, jkt }),
      await refresh.start(SIGN_IN),
      await refresh.start(SIGN_IN),
    ]
    expect(await refusalOf(refresh, bound.refreshToken)).toEqual([
      'REFRESH_INVALID',
      'The refresh token is bound to another key.',
    ])
    expect(await refusalOf(refresh, bound.refreshToken, { jkt, clientId: 'evil' })).toEqual([
      'REFRESH_INVALID',
      'The refresh token belongs to another client.',
    ])
    expect(await refusalOf(refresh, idle.refreshToken, { scope: 'admin' })).toEqual([
      'REFRESH_INVALID',
      'The scope is wider than that of the refresh token.',
    ])
    expect(await refusalOf(refresh, 'nonsense')).toEqual([
      'REFRESH_INVALID',
      'The refresh token is not known.',
    ])
    await refresh.rotate(reused.refreshToken, { clientId: 'web' })
    await clock.advance('10s')
    expect(await refusalOf(refresh, reused.refreshToken)).toEqual([
      'REFRESH_REUSED',
      'The refresh token had been rotated; its family is revoked.',
    ])
    expect(await refusalOf(refresh, reused.refreshToken)).toEqual([
      'REFRESH_REVOKED',
      'The family of the refresh token is revoked.',
    ])
    await clock.advance('7d')
    expect(await refusalOf(refresh, idle.refreshToken)).toEqual([
      'REFRESH_EXPIRED',
      'The refresh token has expired.',
    ])
  })
})

describe('a store that comes to another answer between looking and rotating', () => {
  test.each([
    ['revoked', 'REFRESH_REVOKED'],
    ['expired', 'REFRESH_EXPIRED'],
    ['unknown', 'REFRESH_INVALID'],
  ] as const)('decides: %s', async (status, code) => {
    const store: RefreshStore = { ...methodsOf(memoryRefreshStore()), rotate: async () => ({ status }) }
    const { refresh, reuses } = benchOf({ store })
    const { refreshToken } = await refresh.start(SIGN_IN)
    expect((await refusalOf(refresh, refreshToken))[0]).toBe(code)
    expect(reuses).toEqual([])
  })
})

test('a successor that somebody changed in the store is refused, with a reason', async () => {
  const inner = methodsOf(memoryRefreshStore())
  const rotate = async (rotation: RefreshRotation, now: number) => {
    const outcome = await inner.rotate(rotation, now)
    return outcome.status === 'repeated' ? { ...outcome, sealed: 'A'.repeat(outcome.sealed.length) } : outcome
  }
  const { refresh } = benchOf({ store: { ...inner, rotate } })
  const { refreshToken } = await refresh.start(SIGN_IN)
  await refresh.rotate(refreshToken, { clientId: 'web' })
  expect(await refusalOf(refresh, refreshToken)).toEqual([
    'REFRESH_INVALID',
    'What the store keeps for the grace was changed.',
  ])
})

describe('what is not needed is not done', () => {
  test('no access token is issued for a family that is revoked, or is over', async () => {
    const issued = vi.fn(async () => ({ token: 'access' }))
    const { refresh, clock } = benchOf({ tokens: { issueAccess: issued, revokeAll: () => {} } })
    const [revoked, over] = [await refresh.start(SIGN_IN), await refresh.start(SIGN_IN)]
    await refresh.revokeFamily(revoked.familyId)
    expect((await refusalOf(refresh, revoked.refreshToken))[0]).toBe('REFRESH_REVOKED')
    await clock.advance('7d')
    expect((await refusalOf(refresh, over.refreshToken))[0]).toBe('REFRESH_EXPIRED')
    expect(issued).toHaveBeenCalledTimes(2)
  })

  test('a store is not asked for what is no id of a family', async () => {
    const inner = methodsOf(memoryRefreshStore())
    const revokeFamily = vi.fn(inner.revokeFamily)
    const { refresh, revokedSessions } = benchOf({ store: { ...inner, revokeFamily } })
    for (const id of ['', 'A'.repeat(23), 'A'.repeat(25), 'é'.repeat(24)])
      expect(await refresh.revokeFamily(id)).toBe(false)
    expect(revokeFamily).not.toHaveBeenCalled()
    expect(revokedSessions).toEqual([])
  })

  test('without a grace a store is given no successor to keep', async () => {
    const inner = methodsOf(memoryRefreshStore())
    const rotations: RefreshRotation[] = []
    const rotate = (rotation: RefreshRotation, now: number) => {
      rotations.push(rotation)
      return inner.rotate(rotation, now)
    }
    for (const reuseGrace of [0, 1]) {
      const { refresh } = benchOf({ store: { ...inner, rotate }, reuseGrace })
      const { refreshToken } = await refresh.start(SIGN_IN)
      await refresh.rotate(refreshToken, { clientId: 'web' })
    }
    expect(rotations.map(({ child }) => typeof child.sealed)).toEqual(['undefined', 'string'])
  })
})

test('the end of the grace of one token is not that of the next', async () => {
  const { refresh, clock } = benchOf()
  const first = await refresh.start(SIGN_IN)
  const second = await refresh.rotate(first.refreshToken, { clientId: 'web' })
  if (!second.ok) throw second.error
  await clock.advance('5s')
  const third = await refresh.rotate(second.value.refreshToken, { clientId: 'web' })
  await clock.advance('7s')
  const again = await refresh.rotate(second.value.refreshToken, { clientId: 'web' })
  expect(again.ok && third.ok && again.value.refreshToken === third.value.refreshToken).toBe(true)
})

test('a family is told apart from an invented one for a week after its end, and is then forgotten', async () => {
  const clock = new TestClock()
  const { refresh } = benchOf({ store: memoryRefreshStore({ clock }), clock })
  const { refreshToken } = await refresh.start(SIGN_IN)
  await clock.advance('13d')
  await refresh.start({ ...SIGN_IN, sub: 'bob' })
  expect((await refusalOf(refresh, refreshToken))[0]).toBe('REFRESH_EXPIRED')
  await clock.advance('1d')
  for (let sweep = 0; sweep < 3; sweep++) await refresh.start({ ...SIGN_IN, sub: 'bob' })
  expect((await refusalOf(refresh, refreshToken))[0]).toBe('REFRESH_INVALID')
  expect(await refresh.revokeAll('ann')).toBe(0)
})

describe('a reuse', () => {
  test('is told on the channel base:auth:refresh:reused, within the grace and after it', async () => {
    const told: unknown[] = []
    const listen = (message: unknown) => told.push(message)
    const { refresh, clock } = benchOf()
    const { refreshToken, familyId } = await refresh.start(SIGN_IN)
    subscribe('base:auth:refresh:reused', listen)
    await refresh.rotate(refreshToken, { clientId: 'web' })
    await refresh.rotate(refreshToken, { clientId: 'web' })
    await clock.advance('10s')
    await refresh.rotate(refreshToken, { clientId: 'web' })
    unsubscribe('base:auth:refresh:reused', listen)

    const reuse = { sub: 'ann', clientId: 'web', familyId }
    expect(told).toEqual([
      { ...reuse, withinGrace: true },
      { ...reuse, withinGrace: false },
    ])
  })

  test.each<[string, ((reuse: object) => unknown) | undefined, string[]]>([
    ['nobody', undefined, []],
    ['somebody who returns nothing', () => {}, []],
    ['somebody whose promise comes true', async () => {}, []],
    [
      'somebody who throws',
      () => {
        throw new Error('no mail')
      },
      ['@base/auth createRefreshService: onReuse threw: Error: no mail'],
    ],
    [
      'somebody whose promise is broken',
      async () => {
        throw new Error('no mail')
      },
      ['@base/auth createRefreshService: onReuse threw: Error: no mail'],
    ],
  ])('that is told to %s disturbs nobody', async (_, onReuse, expected) => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const tokens = { issueAccess: async () => ({ token: 'access' }), revokeAll: () => {} }
    const store = memoryRefreshStore()
    const refresh = createRefreshService({ store, tokens, ...(onReuse && { onReuse }) })
    const { refreshToken } = await refresh.start(SIGN_IN)
    await refresh.rotate(refreshToken, { clientId: 'web' })
    const again = await refresh.rotate(refreshToken, { clientId: 'web' })
    const warnings = warn.mock.calls.map(([message]) => String(message))
    warn.mockRestore()

    expect(again.ok).toBe(true)
    expect(warnings).toEqual(expected)
  })
})

describe('what a sign-in may be', () => {
  const start = (more: object) => benchOf().refresh.start({ ...SIGN_IN, ...more } as RefreshSignIn)
  const methods = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`)

  test.each<[string, object]>([
    ['a scope of 4,096 characters', { scope: 's'.repeat(4_096) }],
    ['20 methods', { amr: methods(20) }],
    ['a thumbprint', { jkt: `${'-_aZ09'.repeat(7)}x` }],
  ])('%s', async (_, more) => {
    expect((await start(more)).refreshToken).toHaveLength(68)
  })

  test.each<[string, object]>([
    ['scope must be names with one space between them (RFC 6749, section 3.3)', { scope: 's'.repeat(4_097) }],
    ['amr must be an array of at most 20 texts', { amr: methods(21) }],
    ['jkt must be the SHA-256 thumbprint of a key, 43 characters of base64url', { jkt: 'k'.repeat(44) }],
    [
      'jkt must be the SHA-256 thumbprint of a key, 43 characters of base64url',
      { jkt: ` ${'k'.repeat(43)}` },
    ],
    ['authenticatedAt must be whole milliseconds since 1970', { authenticatedAt: 0.5 }],
    ['sub must be 1 to 1,024 bytes of UTF-8 without U+0000 and lone surrogates', { sub: 'a\0' }],
  ])('not: %s', async (message, more) => {
    await expect(start(more)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(`@base/auth createRefreshService: ${message}`),
    })
  })

  test.each(['revokeAll', 'sessions'] as const)('%s names the subject that is wrong', async (method) => {
    await expect(benchOf().refresh[method]('')).rejects.toMatchObject({
      message: expect.stringMatching(/^@base\/auth createRefreshService: sub must be /),
    })
  })
})

describe('what a rotation is asked with', () => {
  test('counts as it was when it was asked, whoever changes it afterwards', async () => {
    const { refresh } = benchOf()
    const [jkt, other] = ['k'.repeat(43), 'x'.repeat(43)]
    const asked = async (options: RotateOptions, later: Partial<RotateOptions>) => {
      const { refreshToken } = await refresh.start({ ...SIGN_IN, jkt })
      const given = { ...options }
      const rotating = refresh.rotate(refreshToken, given)
      Object.assign(given, later)
      const result = await rotating
      return result.ok ? inputOf(result.value) : result.error.code
    }

    expect(await asked({ clientId: 'evil', jkt }, { clientId: 'web' })).toBe('REFRESH_INVALID')
    expect(await asked({ clientId: 'web', jkt: other }, { jkt })).toBe('REFRESH_INVALID')
    expect(await asked({ clientId: 'web', jkt }, { clientId: 'evil', jkt: other })).toMatchObject({ jkt })
    expect(await asked({ clientId: 'web', jkt, scope: 'read' }, { scope: 'all' })).toMatchObject({
      scope: 'read',
    })
  })

  test.each<[string, unknown]>([
    ['nothing', ''],
    ['null', null],
    ['a number', 5],
    ['a list', ['k'.repeat(43)]],
    ['a text that is too short', 'k'.repeat(42)],
    ['a text that no token holds', 'k'.repeat(9_000)],
  ])('a key that is none, %s, is refused where the family is bound to no key too', async (_, jkt) => {
    const { refresh } = benchOf()
    const { refreshToken } = await refresh.start(SIGN_IN)

    expect(await refusalOf(refresh, refreshToken, { jkt })).toEqual([
      'REFRESH_INVALID',
      'The key is no SHA-256 thumbprint.',
    ])
    const key = 'k'.repeat(43)
    const result = await refresh.rotate(refreshToken, { clientId: 'web', jkt: key })
    expect(result.ok && inputOf(result.value).jkt).toBe(key)
  })
})
