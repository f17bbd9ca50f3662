import { createHash } from 'node:crypto'
import { TestClock } from '@base/core/testing'
import { deferred } from '@base-internal/tools/deferred'
import { describe, expect, test, vi } from 'vitest'
import { apiKeyStoreConformance } from '../testing/api-key-store-conformance.js'
import { type ApiKeysOptions, createApiKeys, memoryApiKeyStore, type StoredApiKey } from './index.js'
import { UseNotes } from './use-notes.js'

const START = 1_767_225_600_000
const MINUTE = 60_000
const DAY = 86_400_000

function given(options: Partial<ApiKeysOptions> = {}) {
  const clock = new TestClock({ now: START })
  const store = memoryApiKeyStore({ clock })
  return { clock, store, keys: createApiKeys({ store, prefix: 'shop_live', clock, ...options }) }
}

/** A partner with a key to read orders. */
async function issued(options: Partial<ApiKeysOptions> = {}) {
  const all = given(options)
  const { id, key } = await all.keys.create({ ownerId: 'ann', scopes: ['orders:read', 'items:read'] })
  const codeOf = async (text: string, scope?: string) => {
    const result = await all.keys.verify(text, { scope })
    return result.ok ? 'ok' : result.error.code
  }
  return { ...all, id, key, codeOf }
}

apiKeyStoreConformance(
  () => {
    const clock = new TestClock()
    return { subject: memoryApiKeyStore({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
  },
  { test },
)

describe('createApiKeys', () => {
  test('makes keys that say whose they are, and have a checksum', async () => {
    const { id, key } = await issued()
    expect(key).toMatch(/^shop_live_[0-9A-Za-z]{16}_[0-9A-Za-z]{38}$/)
    expect(key.split('_')[2]).toBe(id)
  })

  test('makes other keys each time', async () => {
    const { keys } = given()
    const all = await Promise.all(
      Array.from({ length: 200 }, () => keys.create({ ownerId: 'ann', scopes: [] })),
    )
    expect(new Set(all.map(({ id }) => id)).size).toBe(200)
    expect(new Set(all.map(({ key }) => key.split('_')[3])).size).toBe(200)
  })

  test('lets a key in for what it was made for', async () => {
    const { keys, id, key } = await issued()
    expect(await keys.verify(key, { scope: 'orders:read' })).toEqual({
      ok: true,
      value: {
        id,
        ownerId: 'ann',
        scopes: ['orders:read', 'items:read'],
        createdAt: START,
        expiresAt: START + 90 * DAY,
        isReplaced: false,
      },
    })
    expect(await keys.verify(key)).toMatchObject({ ok: true })
    expect(await keys.verify(key, { scope: 'items:read orders:read' })).toMatchObject({ ok: true })
  })

  test('forbids what a key was not made for, and says so to no one else', async () => {
    const { keys, key } = await issued()
    for (const scope of ['orders:write', 'orders:read orders:write', 'orders', 'orders:rea', '*'])
      expect(await keys.verify(key, { scope })).toMatchObject({
        ok: false,
        error: { code: 'API_KEY_SCOPE', kind: 'forbidden', details: { scope } },
      })
  })

  test('refuses other texts as one and the same', async () => {
    const { keys, key } = await issued()
    const other = (await given().keys.create({ ownerId: 'ann', scopes: [] })).key
    const malformed = { code: 'API_KEY_MALFORMED', publicMessage: 'The token is not valid.' }
    const invalid = { code: 'API_KEY_INVALID', publicMessage: 'The token is not valid.' }
    expect(await keys.verify(other)).toMatchObject({ ok: false, error: invalid })
    expect(await keys.verify(`${key} `)).toMatchObject({ ok: false, error: malformed })
    expect(await keys.verify(key)).toMatchObject({ ok: true })
  })

  test('takes a scope once', async () => {
    const { keys } = given()
    const { key } = await keys.create({ ownerId: 'ann', scopes: ['a', 'b', 'a'] })
    expect(await keys.verify(key)).toMatchObject({ value: { scopes: ['a', 'b'] } })
  })

  test('lists the keys of an owner, without secrets', async () => {
    const { keys, store, key, id, clock } = await issued()
    await clock.advance('1d')
    const second = await keys.create({
      ownerId: 'ann',
      scopes: [],
      name: 'nightly job',
      ttl: Number.POSITIVE_INFINITY,
    })
    await keys.create({ ownerId: 'bob', scopes: [] })
    const list = await keys.list('ann')
    expect(list).toEqual([
      {
        id,
        ownerId: 'ann',
        scopes: ['orders:read', 'items:read'],
        createdAt: START,
        expiresAt: START + 90 * DAY,
      },
      { id: second.id, ownerId: 'ann', name: 'nightly job', scopes: [], createdAt: START + DAY },
    ])
    const stored = JSON.stringify(await store.find(id, START))
    for (const text of [key, key.slice(-38), createHash('sha256').update(key).digest('base64url')])
      expect(JSON.stringify(list)).not.toContain(text)
    expect(stored).toContain(createHash('sha256').update(key).digest('base64url'))
    expect(stored).not.toContain(key.slice(-38))
  })

  test('notes when a key was last used, once a minute', async () => {
    const { keys, key, clock, store } = await issued()
    const touch = vi.spyOn(store, 'touch')
    const lastUse = async () => (await keys.list('ann'))[0]?.lastUsedAt
    expect(await lastUse()).toBeUndefined()
    await clock.advance('1h')
    await keys.verify(key)
    const first = START + 60 * MINUTE
    expect(await lastUse()).toBe(first)
    await clock.advance('59s')
    await keys.verify(key)
    expect([await lastUse(), touch.mock.calls.length]).toEqual([first, 1])
    await clock.advance('1s')
    expect(await keys.verify(key)).toMatchObject({ value: { lastUsedAt: first } })
    expect(await lastUse()).toBe(first + MINUTE)
  })

  test('notes a use once a minute, however old what the store told is by then', async () => {
    const asked: ((scopes: readonly string[]) => void)[] = []
    const ownerScopes = () => new Promise<readonly string[]>((resolve) => asked.push(resolve))
    const { keys, key, clock, store } = await issued()
    const slow = createApiKeys({ store, prefix: 'shop_live', clock, ownerScopes })
    const touch = vi.spyOn(store, 'touch')
    const all = Array.from({ length: 3 }, () => slow.verify(key))
    await vi.waitFor(() => expect(asked).toHaveLength(3))
    for (const [index, one] of all.entries()) {
      asked[index]?.([])
      expect(await one).toMatchObject({ ok: true })
      await clock.advance(MINUTE / 3)
    }
    expect(touch).toHaveBeenCalledTimes(1)
    await keys.verify(key)
    expect(touch).toHaveBeenCalledTimes(2)
  })

  test('notes a use once a minute also after the clock has stepped back, and where the store is ahead', async () => {
    const { keys, key, clock, store } = await issued({ ttl: Number.POSITIVE_INFINITY })
    await keys.verify(key)
    clock.setNow(START - 1_440 * MINUTE)
    const touch = vi.spyOn(store, 'touch')
    await keys.verify(key)
    await keys.verify(key)
    expect(touch).toHaveBeenCalledTimes(1)

    const ahead = new TestClock({ now: clock.now() + 10 * MINUTE })
    const shared = memoryApiKeyStore({ clock: ahead })
    const noted = vi.spyOn(shared, 'touch')
    const near = createApiKeys({ store: shared, clock })
    const made = await near.create({ ownerId: 'ann', scopes: [] })
    for (let minute = 0; minute < 3; minute++) {
      await near.verify(made.key)
      await clock.advance(MINUTE)
      await ahead.advance(MINUTE)
    }
    expect(noted).toHaveBeenCalledTimes(3)
  })

  test('notes a use by one write at a time, however many there are at once', async () => {
    const { keys, key, clock, store } = await issued()
    const note = deferred()
    const touch = vi.spyOn(store, 'touch').mockReturnValueOnce(note.promise)
    const all = Promise.all(Array.from({ length: 300 }, () => keys.verify(key)))
    await vi.waitFor(() => expect(touch).toHaveBeenCalled())
    note.resolve()
    expect((await all).every(({ ok }) => ok)).toBe(true)
    expect(touch).toHaveBeenCalledTimes(1)
    await keys.verify(key)
    expect(touch).toHaveBeenCalledTimes(1)
    expect(clock.pending).toBe(0)
  })

  test('remembers 10,000 notes', async () => {
    const touched: string[] = []
    const notes = new UseNotes({ touch: async (id) => void touched.push(id) }, new TestClock({ now: START }))
    const note = (id: number) => notes.note({ id: String(id) } as StoredApiKey)
    for (let id = 0; id <= 10_000; id++) await note(id)
    await note(1)
    expect(touched).toHaveLength(10_001)
    await note(0)
    expect(touched.at(-1)).toBe('0')
    expect(touched).toHaveLength(10_002)
  })

  test('lets a key in whose note hangs after a second, others at once, and notes again after a minute', async () => {
    const { keys, key, clock, store } = await issued()
    const touch = vi.spyOn(store, 'touch').mockReturnValueOnce(new Promise(() => {}))
    const first = keys.verify(key)
    await vi.waitFor(() => expect(clock.pending).toBe(1))
    expect(await keys.verify(key)).toMatchObject({ ok: true })
    await clock.advance('1s')
    expect(await first).toMatchObject({ ok: true })
    await clock.advance(MINUTE - 1_001)
    await keys.verify(key)
    expect(touch).toHaveBeenCalledTimes(1)
    await clock.advance(1)
    await keys.verify(key)
    expect((await keys.list('ann'))[0]?.lastUsedAt).toBe(START + MINUTE)
    expect(clock.pending).toBe(0)
  })

  test('notes no use of what it refuses', async () => {
    const { keys, key, id, store } = await issued()
    const touch = vi.spyOn(store, 'touch')
    await keys.verify(key.slice(0, -1))
    await keys.verify((await given().keys.create({ ownerId: 'ann', scopes: [] })).key)
    await keys.revoke(id)
    await keys.verify(key)
    expect(touch).not.toHaveBeenCalled()
  })

  test('lets a key in whose use cannot be noted', async () => {
    const { store, codeOf, key } = await issued()
    store.touch = () => Promise.reject(new Error('read-only replica'))
    expect(await codeOf(key, 'orders:read')).toBe('ok')
  })

  test.each([
    ['store', { store: {} }],
    ['prefix', { prefix: '' }],
    ['prefix', { prefix: 'shop_' }],
    ['prefix', { prefix: 'shop__live' }],
    ['prefix', { prefix: 'shop-live' }],
    ['prefix', { prefix: '1shop' }],
    ['prefix', { prefix: '.*' }],
    ['prefix', { prefix: 'x'.repeat(33) }],
    ['ttl', { ttl: 0 }],
    ['overlap', { overlap: -1 }],
    ['overlap', { overlap: Number.POSITIVE_INFINITY }],
    ['ownerScopes', { ownerScopes: [] }],
    ['clock', { clock: {} }],
    ['clock', { clock: { now: () => 0 } }],
  ])('refuses a wrong %s', (option, options) => {
    expect(() => createApiKeys(options as never)).toThrow(`@base/auth createApiKeys: ${option} must be`)
  })

  test.each([
    ['ownerId', { ownerId: '', scopes: [] }],
    ['ownerId', { ownerId: '\0', scopes: [] }],
    ['ownerId', { scopes: [] }],
    ['ownerId', undefined],
    ['scopes', { ownerId: 'ann' }],
    ['scopes', { ownerId: 'ann', scopes: 'a b' }],
    ['scopes', { ownerId: 'ann', scopes: Array.from({ length: 65 }, (_, n) => `s${n}`) }],
    ['scopes[1]', { ownerId: 'ann', scopes: ['a', 'b c'] }],
    ['scopes[0]', { ownerId: 'ann', scopes: [''] }],
    ['scopes[0]', { ownerId: 'ann', scopes: ['x'.repeat(129)] }],
    ['scopes[0]', { ownerId: 'ann', scopes: [7] }],
    ['name', { ownerId: 'ann', scopes: [], name: '\ud800' }],
    ['ttl', { ownerId: 'ann', scopes: [], ttl: '0s' }],
  ])('refuses a key with a wrong %s', async (option, key) => {
    await expect(given().keys.create(key as never)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      details: { option },
    })
  })

  test('refuses other wrong arguments of the program', async () => {
    const { keys, id, key } = await issued()
    const wrong = (option: string) => ({ code: 'INVALID_OPTION', details: { option } })
    for (const scope of ['', ' ', 'a  b', '"'])
      await expect(keys.verify(key, { scope })).rejects.toMatchObject(wrong('scope'))
    await expect(keys.rotate(id, { overlap: '-1s' as never })).rejects.toMatchObject(wrong('overlap'))
    await expect(keys.rotate(id, { ownerId: '' })).rejects.toMatchObject(wrong('ownerId'))
    await expect(keys.revoke('?', { ownerId: '' })).rejects.toMatchObject(wrong('ownerId'))
    await expect(keys.list('')).rejects.toMatchObject(wrong('ownerId'))
    await expect(keys.revokeAll(undefined as never)).rejects.toMatchObject(wrong('ownerId'))
  })
})

describe('the time of a key', () => {
  test('is 90 days, unless it is said otherwise', async () => {
    const { clock, key, codeOf } = await issued()
    await clock.advance(90 * DAY - 1)
    expect(await codeOf(key)).toBe('ok')
    await clock.advance(1)
    expect(await codeOf(key)).toBe('API_KEY_EXPIRED')
    expect(await codeOf(key, 'nothing')).toBe('API_KEY_EXPIRED')
  })

  test.each(['false', 1])(
    'is over where the store answers %o instead of saying that it is not',
    async (isAlive) => {
      const { store, key, codeOf } = await issued()
      const find = store.find.bind(store)
      Object.assign(store, {
        find: async (id: string, now: number) => {
          const found = await find(id, now)
          return found && { ...found, secrets: found.secrets.map((secret) => ({ ...secret, isAlive })) }
        },
      })
      expect(await codeOf(key)).toBe('API_KEY_EXPIRED')
    },
  )

  test('can be said for all keys, and for one', async () => {
    const { clock, key, keys, codeOf } = await issued({ ttl: '10m' })
    const longer = await keys.create({ ownerId: 'ann', scopes: [], ttl: '1h' })
    expect(longer.expiresAt).toBe(START + 60 * MINUTE)
    const endless = await keys.create({ ownerId: 'ann', scopes: [], ttl: Number.POSITIVE_INFINITY })
    expect(endless).not.toHaveProperty('expiresAt')
    await clock.advance('10m')
    expect([await codeOf(key), await codeOf(longer.key)]).toEqual(['API_KEY_EXPIRED', 'ok'])
    await clock.advance('3650d')
    expect([await codeOf(longer.key), await codeOf(endless.key)]).toEqual(['API_KEY_EXPIRED', 'ok'])
    expect(await keys.verify(endless.key)).not.toHaveProperty('value.expiresAt')
  })
})

describe('rotation', () => {
  test('gives a new key, and leaves the one before good for a day', async () => {
    const { keys, clock, id, key, codeOf } = await issued()
    await clock.advance('80d')
    const next = await keys.rotate(id)
    expect(next).toMatchObject({ id, expiresAt: START + 170 * DAY })
    expect(next.key).not.toBe(key)
    expect(await keys.verify(next.key)).toMatchObject({ value: { id, isReplaced: false } })
    expect(await keys.verify(key)).toMatchObject({
      value: { id, isReplaced: true, expiresAt: START + 81 * DAY },
    })
    await clock.advance('1d')
    expect([await codeOf(key), await codeOf(next.key)]).toEqual(['API_KEY_EXPIRED', 'ok'])
    expect(await keys.list('ann')).toMatchObject([{ id, expiresAt: START + 170 * DAY }])
  })

  test('can end the key before at once, or at another time', async () => {
    const { keys, clock, id, key, codeOf } = await issued({ overlap: '1h' })
    const second = await keys.rotate(id)
    const third = await keys.rotate(id, { overlap: '7d' })
    await clock.advance('1h')
    expect(await Promise.all([key, second.key, third.key].map((text) => codeOf(text)))).toEqual([
      'API_KEY_EXPIRED',
      'ok',
      'ok',
    ])
    const fourth = await keys.rotate(id, { overlap: 0 })
    expect(await Promise.all([second.key, third.key, fourth.key].map((text) => codeOf(text)))).toEqual([
      'API_KEY_EXPIRED',
      'API_KEY_EXPIRED',
      'ok',
    ])
  })

  test('whose answer was lost is done again, and the key in use stays good', async () => {
    const { keys, id, key, codeOf } = await issued()
    await keys.rotate(id)
    const { key: next } = await keys.rotate(id)
    expect([await codeOf(key), await codeOf(next)]).toEqual(['ok', 'ok'])
  })

  test('that a client of the store has sent twice leaves the new key good for its whole time', async () => {
    const { keys, clock, id, store, codeOf } = await issued()
    const rotate = store.rotate.bind(store)
    store.rotate = async (...args) => {
      await rotate(...args)
      return rotate(...args)
    }
    const next = await keys.rotate(id)
    expect(await keys.verify(next.key)).toMatchObject({
      value: { isReplaced: false, expiresAt: next.expiresAt },
    })
    await clock.advance('89d')
    expect(await codeOf(next.key)).toBe('ok')
  })

  test('never lets the key before live longer than it would have', async () => {
    const { keys, clock, id, key, codeOf } = await issued({ ttl: '2h', overlap: '30d' })
    await clock.advance('1h')
    await keys.rotate(id)
    await clock.advance('1h')
    expect(await codeOf(key)).toBe('API_KEY_EXPIRED')
  })

  test('of what is over, revoked, unknown or of another is NotFoundError', async () => {
    const { keys, clock, id, key, codeOf } = await issued()
    const notFound = { code: 'NOT_FOUND', kind: 'not_found' }
    await expect(keys.rotate(id, { ownerId: 'bob' })).rejects.toMatchObject(notFound)
    await expect(keys.rotate('a'.repeat(16))).rejects.toMatchObject(notFound)
    for (const other of ['', '__proto__', key, undefined, {}])
      await expect(keys.rotate(other as string)).rejects.toMatchObject(notFound)
    expect(await codeOf(key)).toBe('ok')
    expect((await keys.rotate(id, { ownerId: 'ann' })).id).toBe(id)
    await clock.advance('90d')
    await expect(keys.rotate(id)).rejects.toMatchObject(notFound)
    const other = await issued()
    await other.keys.revoke(other.id)
    await expect(other.keys.rotate(other.id)).rejects.toMatchObject(notFound)
  })
})

describe('revocation', () => {
  test('ends a key at once, with what was rotated', async () => {
    const { keys, id, key, codeOf } = await issued()
    const next = await keys.rotate(id)
    expect(await keys.revoke(id)).toBe(true)
    expect(await keys.revoke(id)).toBe(false)
    expect([await codeOf(key), await codeOf(next.key)]).toEqual(['API_KEY_REVOKED', 'API_KEY_REVOKED'])
    expect(await keys.list('ann')).toEqual([])
  })

  test('of a key of another does nothing where the owner is named', async () => {
    const { keys, id, key, codeOf } = await issued()
    expect(await keys.revoke(id, { ownerId: 'bob' })).toBe(false)
    expect(await codeOf(key)).toBe('ok')
    expect(await keys.revoke(id, { ownerId: 'ann' })).toBe(true)
    expect(await keys.revoke('nobody')).toBe(false)
  })

  test('of all keys of an owner leaves those of others', async () => {
    const { keys, key, codeOf } = await issued()
    const second = await keys.create({ ownerId: 'ann', scopes: [] })
    const other = await keys.create({ ownerId: 'bob', scopes: [] })
    expect(await keys.revokeAll('ann')).toBe(2)
    expect(await Promise.all([key, second.key, other.key].map((text) => codeOf(text)))).toEqual([
      'API_KEY_REVOKED',
      'API_KEY_REVOKED',
      'ok',
    ])
  })
})

describe('given what owners may do now', () => {
  const rights = (all: Record<string, readonly string[] | undefined>) => ({
    ownerScopes: async (ownerId: string) => all[ownerId],
  })

  test('a key does no more than its owner', async () => {
    const all: Record<string, readonly string[] | undefined> = { ann: ['orders:read', 'items:read', 'x'] }
    const { keys, key, codeOf } = await issued(rights(all))
    expect(await codeOf(key, 'orders:read')).toBe('ok')
    all['ann'] = ['items:read', 'x']
    expect(await codeOf(key, 'orders:read')).toBe('API_KEY_SCOPE')
    expect(await keys.verify(key)).toMatchObject({ value: { scopes: ['items:read'] } })
    expect((await keys.list('ann'))[0]?.scopes).toEqual(['orders:read', 'items:read'])
    all['ann'] = undefined
    expect(await codeOf(key)).toBe('API_KEY_REVOKED')
  })

  test('a key cannot be made for more', async () => {
    const { keys } = given(rights({ ann: ['orders:read'] }))
    const wider = keys.create({ ownerId: 'ann', scopes: ['orders:read', 'orders:write'] })
    await expect(wider).rejects.toMatchObject({ code: 'API_KEY_SCOPE', kind: 'forbidden' })
    await expect(keys.create({ ownerId: 'bob', scopes: [] })).rejects.toMatchObject({ kind: 'forbidden' })
    expect(await keys.list('ann')).toEqual([])
  })

  test('what is thrown there is thrown on, and nobody is let in', async () => {
    let isAway = false
    const away = new Error('away')
    const ownerScopes = () => {
      if (isAway) throw away
      return ['orders:read', 'items:read']
    }
    const { keys, key } = await issued({ ownerScopes })
    isAway = true
    await expect(keys.verify(key)).rejects.toBe(away)
  })

  test.each([null, 'orders:read', {}])('%j is the answer for nobody', async (none) => {
    const answers: unknown[] = [['orders:read', 'items:read'], none]
    const { codeOf, key } = await issued({ ownerScopes: () => answers.shift() as never })
    expect(await codeOf(key)).toBe('API_KEY_REVOKED')
  })

  test('is asked with the signal of who asks', async () => {
    const signals: unknown[] = []
    const { keys, key } = await issued({
      ownerScopes: (_, { signal }) => {
        signals.push(signal)
        return ['orders:read', 'items:read']
      },
    })
    const { signal } = new AbortController()
    await keys.verify(key, { signal })
    expect(signals).toEqual([undefined, signal])
  })
})

describe('a verification that is aborted', () => {
  test('rejects with the reason, before the store is asked and while it is', async () => {
    const { keys, key, store } = await issued()
    const reason = new Error('the caller is gone')
    await expect(keys.verify(key, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    store.find = () => new Promise(() => {})
    const controller = new AbortController()
    const verifying = keys.verify(key, { signal: controller.signal })
    controller.abort(reason)
    await expect(verifying).rejects.toBe(reason)
  })

  test('rejects with the reason while the use is noted, and a note that fails later is no failure', async () => {
    const { keys, key, store } = await issued()
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const note = deferred()
    const touch = vi.spyOn(store, 'touch').mockReturnValue(note.promise)
    const reason = new Error('the caller is gone')
    const controller = new AbortController()
    const verifying = keys.verify(key, { signal: controller.signal })
    await vi.waitFor(() => expect(touch).toHaveBeenCalled())
    controller.abort(reason)
    await expect(verifying).rejects.toBe(reason)
    note.reject(new Error('read-only replica'))
    // Node tells of what is unhandled once all microtasks have run.
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })

  test('lets a key in whose use cannot be noted, as one without a signal', async () => {
    const { keys, key, store } = await issued()
    store.touch = () => Promise.reject(new Error('read-only replica'))
    expect(await keys.verify(key, { signal: new AbortController().signal })).toMatchObject({ ok: true })
  })
})

describe('a store that fails', () => {
  test.each(['create', 'find', 'rotate', 'revoke', 'revokeAll', 'list'] as const)(
    'is an UnavailableError, and lets nobody in: %s',
    async (method) => {
      const { keys, id, key, store } = await issued()
      const cause = new Error('away')
      Object.assign(store, { [method]: () => Promise.reject(cause) })
      const calls = {
        create: () => keys.create({ ownerId: 'ann', scopes: [] }),
        find: () => keys.verify(key),
        rotate: () => keys.rotate(id),
        revoke: () => keys.revoke(id),
        revokeAll: () => keys.revokeAll('ann'),
        list: () => keys.list('ann'),
      }
      await expect(calls[method]()).rejects.toMatchObject({ code: 'UNAVAILABLE', cause })
    },
  )
})

describe('memoryApiKeyStore', () => {
  const key = (id: string, ttl?: number) => ({ id, ownerId: 'ann', scopes: [], hash: id, ttl })

  test('goes by the time of who asks where it has no clock', async () => {
    const store = memoryApiKeyStore()
    await store.create(key('a', 1_000), 5_000)
    const isAlive = async (now: number) => (await store.list('ann', now)).length === 1
    expect([await isAlive(5_999), await isAlive(6_000)]).toEqual([true, false])
  })

  test('keeps a key revoked when the clock steps back', async () => {
    const store = memoryApiKeyStore()
    await store.create(key('a'), 5_000)
    await store.revoke('a', 6_000)
    expect(await store.rotate('a', { hash: 'b', overlap: 0 }, 5_500)).toBeUndefined()
    expect([await store.list('ann', 5_500), await store.revoke('a', 5_500)]).toEqual([[], false])
  })

  test('is not changed by who changes what it gives', async () => {
    const store = memoryApiKeyStore()
    const created = await store.create({ ...key('a'), scopes: ['x'] }, 0)
    Object.assign(created.scopes, ['admin'])
    expect((await store.find('a', 0))?.scopes).toEqual(['x'])
  })

  test('forgets keys that were over a week ago, as others are made', async () => {
    const store = memoryApiKeyStore()
    for (const name of ['a', 'b', 'c']) await store.create(key(name, 1_000), 0)
    await store.create(key('endless'), 0)
    const known = async () => {
      const all = await Promise.all(['a', 'b', 'c', 'endless'].map((id) => store.find(id, 0)))
      return all.filter((found) => found !== undefined).length
    }
    for (const name of ['d', 'e', 'f']) await store.create(key(name), 7 * DAY)
    expect(await known()).toBe(4)
    for (const name of ['g', 'h', 'i', 'j']) await store.create(key(name), 7 * DAY + 1_000)
    expect(await known()).toBe(1)
  })

  test('refuses a clock that is none', () => {
    expect(() => memoryApiKeyStore({ clock: {} as never })).toThrow(
      '@base/auth memoryApiKeyStore: clock must be an object with the methods now',
    )
  })
})
