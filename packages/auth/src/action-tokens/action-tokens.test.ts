import { UnavailableError } from '@base/core/errors'
import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import {
  type ActionTokenStore,
  type ActionTokensOptions,
  createActionTokens,
  memoryActionTokenStore,
} from './index.js'

const never = (value: unknown): never => value as never
const INVALID = { ok: false, error: { code: 'ACTION_TOKEN_INVALID', kind: 'unauthenticated' } }

const tokensOf = (options: Partial<ActionTokensOptions> = {}) =>
  createActionTokens({ purpose: 'reset', ...options })

describe('createActionTokens', () => {
  test('issues a token of 68 characters that need no encoding, and tells when it ends', async () => {
    const clock = new TestClock()
    const { token, expiresAt } = await tokensOf({ clock }).issue('ann')
    expect(token).toMatch(/^[A-Za-z0-9_-]{68}$/)
    expect(expiresAt).toBe(clock.now() + 30 * 60_000)
  })

  test('redeems a token once, with what it was issued for', async () => {
    const tokens = createActionTokens<{ email: string }>({ purpose: 'verify-email' })
    const { token, expiresAt } = await tokens.issue('ann', { email: 'ann@example.com' })
    const value = { sub: 'ann', data: { email: 'ann@example.com' }, expiresAt }
    expect(await tokens.redeem(token)).toEqual({ ok: true, value })
    expect(await tokens.redeem(token)).toMatchObject(INVALID)
    expect(await tokens.verify(token)).toMatchObject(INVALID)
  })

  test('tells the end that its store knows, also where time goes on meanwhile', async () => {
    let time = 0
    const tokens = tokensOf({ clock: Object.assign(new TestClock(), { now: () => time++ }) })
    const { token, expiresAt } = await tokens.issue('ann')
    expect(await tokens.verify(token)).toMatchObject({ value: { expiresAt } })
  })

  test('verifies a token as often as one likes, without using it', async () => {
    const tokens = tokensOf()
    const { token } = await tokens.issue('ann')
    for (let look = 0; look < 3; look++)
      expect(await tokens.verify(token)).toMatchObject({ ok: true, value: { sub: 'ann', data: undefined } })
    expect(await tokens.redeem(token)).toMatchObject({ ok: true })
  })

  test('of 50 that redeem one token at once exactly one succeeds', async () => {
    const tokens = tokensOf()
    const { token } = await tokens.issue('ann')
    const all = await Promise.all(Array.from({ length: 50 }, () => tokens.redeem(token)))
    expect(all.filter(({ ok }) => ok)).toHaveLength(1)
  })

  test('of 50 links of one subject that are redeemed at once exactly one succeeds', async () => {
    const tokens = tokensOf()
    const links = await Promise.all(Array.from({ length: 50 }, () => tokens.issue('ann')))
    const all = await Promise.all(links.map(({ token }) => tokens.redeem(token)))
    expect(all.filter(({ ok }) => ok)).toHaveLength(1)
  })

  test('a token that is used ends the others of its subject and purpose, and no more', async () => {
    const store = memoryActionTokenStore()
    const [resets, invites] = [tokensOf({ store }), tokensOf({ store, purpose: 'invite' })]
    const [first, second] = [await resets.issue('ann'), await resets.issue('ann')]
    const [other, invite] = [await resets.issue('bob'), await invites.issue('ann')]
    expect(await resets.redeem(first.token)).toMatchObject({ ok: true })
    expect(await resets.redeem(second.token)).toMatchObject(INVALID)
    expect(await resets.redeem(other.token)).toMatchObject({ ok: true })
    expect(await invites.redeem(invite.token)).toMatchObject({ ok: true })
  })

  test('a token is good until its time is over', async () => {
    const clock = new TestClock()
    const tokens = tokensOf({ clock, ttl: '10m' })
    const { token } = await tokens.issue('ann')
    await clock.advance(600_000 - 1)
    expect(await tokens.verify(token)).toMatchObject({ ok: true })
    await clock.advance(1)
    expect(await tokens.verify(token)).toMatchObject(INVALID)
    expect(await tokens.redeem(token)).toMatchObject(INVALID)
  })

  test('revokeAll ends the tokens of a subject and this purpose', async () => {
    const store = memoryActionTokenStore()
    const [resets, invites] = [tokensOf({ store }), tokensOf({ store, purpose: 'invite' })]
    const [first, second, invite] = [
      await resets.issue('ann'),
      await resets.issue('ann'),
      await invites.issue('ann'),
    ]
    expect([await resets.revokeAll('ann'), await resets.revokeAll('ann')]).toEqual([2, 0])
    for (const { token } of [first, second]) expect(await resets.redeem(token)).toMatchObject(INVALID)
    expect(await invites.redeem(invite.token)).toMatchObject({ ok: true })
  })

  describe('given a state', () => {
    test('a token ends with a change of it, and not without', async () => {
      const hashes = new Map([
        ['ann', '$argon2id$1'],
        ['bob', '$argon2id$2'],
      ])
      const resets = tokensOf({ state: async (sub) => hashes.get(sub) })
      const [ann, bob] = [await resets.issue('ann'), await resets.issue('bob')]
      hashes.set('ann', '$argon2id$3')
      expect(await resets.verify(ann.token)).toMatchObject(INVALID)
      expect(await resets.redeem(ann.token)).toMatchObject(INVALID)
      expect(await resets.redeem(bob.token)).toMatchObject({ ok: true, value: { sub: 'bob' } })
    })

    test('a token ends with a change of it that comes while the store takes the token', async () => {
      let hash = '$argon2id$1'
      const store = memoryActionTokenStore()
      const resets = tokensOf({ store, state: () => hash })
      const { token } = await resets.issue('ann')
      const take = store.take.bind(store)
      store.take = (key, now) => {
        hash = '$argon2id$2'
        return take(key, now)
      }
      expect(await resets.redeem(token)).toMatchObject(INVALID)
    })

    test('a token of a subject that is no more is refused, and none is issued', async () => {
      const hashes = new Map([['ann', 'x']])
      const resets = tokensOf({ state: (sub) => hashes.get(sub) })
      const { token } = await resets.issue('ann')
      hashes.delete('ann')
      expect(await resets.redeem(token)).toMatchObject(INVALID)
      await expect(resets.issue('ann')).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringContaining('sub must be a subject of which state() gives a text'),
      })
    })

    test('a token that was issued without one is refused', async () => {
      const store = memoryActionTokenStore()
      const { token } = await tokensOf({ store }).issue('ann')
      expect(await tokensOf({ store, state: () => 'x' }).redeem(token)).toMatchObject(INVALID)
    })

    test('what it throws is thrown on, and the token stays good', async () => {
      const cause = new Error('away')
      let isAway = false
      const resets = tokensOf({
        state: () => {
          if (isAway) throw cause
          return 'x'
        },
      })
      const { token } = await resets.issue('ann')
      isAway = true
      await expect(resets.redeem(token)).rejects.toBe(cause)
      isAway = false
      expect(await resets.redeem(token)).toMatchObject({ ok: true })
    })

    test('is never stored as it is', async () => {
      const stored: unknown[] = []
      const inner = memoryActionTokenStore()
      const store: ActionTokenStore = {
        add: (token, now) => {
          stored.push(token)
          return inner.add(token, now)
        },
        find: (key, now) => inner.find(key, now),
        take: (key, now) => inner.take(key, now),
        removeAll: (purpose, sub, now) => inner.removeAll(purpose, sub, now),
      }
      await tokensOf({ store, state: () => '$argon2id$secret' }).issue('ann')
      expect(stored).toHaveLength(1)
      expect(JSON.stringify(stored)).not.toContain('argon2id')
    })

    test('that is neither a text nor undefined is an InvalidOptionError', async () => {
      const resets = tokensOf({ state: never(() => 7) })
      await expect(resets.issue('ann')).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    })
  })

  describe('attacks', () => {
    test('GHSA-7w99-5wm4-3g79: 50 parallel redemptions through a slow store are one', async () => {
      const inner = memoryActionTokenStore()
      const later = () => new Promise((resolve) => setImmediate(resolve))
      const slow = async <T>(answer: PromiseLike<T>): Promise<T> => {
        await later()
        const value = await answer
        await later()
        return value
      }
      const tokens = tokensOf({
        store: {
          add: (token, now) => slow(inner.add(token, now)),
          find: (key, now) => slow(inner.find(key, now)),
          take: (key, now) => slow(inner.take(key, now)),
          removeAll: (purpose, sub, now) => slow(inner.removeAll(purpose, sub, now)),
        },
      })
      const { token } = await tokens.issue('ann')
      const all = await Promise.all(Array.from({ length: 50 }, () => tokens.redeem(token)))
      expect(all.filter(({ ok }) => ok)).toHaveLength(1)
    })

    test('a token for an address sets no password: every purpose is its own', async () => {
      const store = memoryActionTokenStore()
      const mails = tokensOf({ store, purpose: 'verify-email' })
      const { token } = await mails.issue('ann')
      for (const purpose of ['reset', 'verify-email2', 'verify', 'Verify-email', 'verify-email '])
        expect(await tokensOf({ store, purpose }).redeem(token)).toMatchObject(INVALID)
      expect(await mails.redeem(token)).toMatchObject({ ok: true })
    })

    test('the store has nothing that a token can be made from', async () => {
      const stored: unknown[] = []
      const inner = memoryActionTokenStore()
      const tokens = tokensOf({
        store: {
          add: async (token, now) => {
            stored.push(token)
            await inner.add(token, now)
          },
          find: async (key, now) => {
            stored.push(key)
            return inner.find(key, now)
          },
          take: async (key, now) => {
            stored.push(key)
            return inner.take(key, now)
          },
          removeAll: (purpose, sub, now) => inner.removeAll(purpose, sub, now),
        },
      })
      const { token } = await tokens.issue('ann')
      await tokens.redeem(token)
      expect(stored).toHaveLength(3)
      expect(JSON.stringify(stored)).not.toContain(token.slice(24))
    })

    test('what is refused tells no reason outside, and every reason looks the same', async () => {
      const clock = new TestClock()
      const hashes = new Map([['ann', 'x']])
      const tokens = tokensOf({ clock, state: (sub) => hashes.get(sub) })
      const used = await tokens.issue('ann')
      await tokens.redeem(used.token)
      const over = await tokens.issue('ann')
      await clock.advance('31m')
      const outdated = await tokens.issue('ann')
      hashes.set('ann', 'y')
      const seen = new Set<string>()
      for (const token of [used.token, over.token, outdated.token, 'A'.repeat(68), '']) {
        const result = await tokens.redeem(token)
        seen.add(JSON.stringify(result.ok || result.error))
      }
      expect(seen.size).toBe(1)
    })

    test('a token with another secret for the same row is refused, and leaves it good', async () => {
      const tokens = tokensOf()
      const { token } = await tokens.issue('ann')
      for (const secret of ['A'.repeat(44), token.slice(24).toLowerCase(), `${token.slice(24, 67)}-`])
        if (token !== token.slice(0, 24) + secret)
          expect(await tokens.redeem(token.slice(0, 24) + secret)).toMatchObject(INVALID)
      expect(await tokens.redeem(token)).toMatchObject({ ok: true })
    })

    test('nothing that a caller sends makes it throw, and what cannot be a token asks no store', async () => {
      const tokens = tokensOf({ store: failing() })
      const sent = ['', ' ', 'A'.repeat(67), 'A'.repeat(69), `${'A'.repeat(67)}=`, `${'A'.repeat(68)}\n`]
      for (const token of [...sent, undefined, null, 7, {}, ['A'.repeat(68)], 'A'.repeat(1e6)]) {
        expect(await tokens.redeem(never(token))).toMatchObject(INVALID)
        expect(await tokens.verify(never(token))).toMatchObject(INVALID)
      }
    })
  })

  test('a store that fails is an UnavailableError, with its cause', async () => {
    const cause = new Error('away')
    const fail = async () => {
      throw cause
    }
    const tokens = tokensOf({ store: { add: fail, find: fail, take: fail, removeAll: fail } })
    const calls = [
      () => tokens.issue('ann'),
      () => tokens.verify('A'.repeat(68)),
      () => tokens.redeem('A'.repeat(68)),
      () => tokens.revokeAll('ann'),
    ]
    for (const call of calls) {
      const error = await call().catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(UnavailableError)
      expect(error).toMatchObject({ cause })
    }
  })

  test('data that is too long is refused before anything is stored', async () => {
    const tokens = tokensOf({ store: failing() })
    await expect(tokens.issue('ann', 'x'.repeat(16_384))).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('data must be at most 16384 characters of JSON'),
    })
  })

  test.each(['', 'a\0', '\ud800', 'x'.repeat(1025), undefined])('refuses the subject %j', async (sub) => {
    const tokens = tokensOf()
    await expect(tokens.issue(never(sub))).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    await expect(tokens.revokeAll(never(sub))).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  })

  test.each([
    ['store', {}],
    ['purpose', ''],
    ['purpose', undefined],
    ['purpose', 'a\0b'],
    ['purpose', 'x'.repeat(65)],
    ['ttl', 0],
    ['ttl', '31d'],
    ['ttl', Number.NaN],
    ['state', 'x'],
    ['codec', {}],
    ['clock', {}],
  ])('refuses the option %s %j', (option, value) => {
    expect(() => tokensOf({ [option]: value })).toThrow(`@base/auth createActionTokens: ${option} must be`)
  })

  test('refuses no options at all', () => {
    expect(() => createActionTokens(never(undefined))).toThrow(
      '@base/auth createActionTokens: purpose must be',
    )
  })
})

function failing(): ActionTokenStore {
  const fail = () => expect.fail('asked')
  return { add: fail, find: fail, take: fail, removeAll: fail }
}
