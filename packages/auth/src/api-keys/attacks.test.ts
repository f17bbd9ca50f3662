import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { TestClock } from '@base/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { type ApiKeyStore, type ApiKeysOptions, createApiKeys, memoryApiKeyStore } from './index.js'

const START = 1_767_225_600_000

function given(options: Partial<ApiKeysOptions> = {}) {
  const clock = new TestClock({ now: START })
  const store = memoryApiKeyStore({ clock })
  return { clock, store, keys: createApiKeys({ store, prefix: 'shop_live', clock, ...options }) }
}

/** How often a store was asked for anything. */
function counted(store: ApiKeyStore): () => number {
  const spies = (['create', 'find', 'rotate', 'touch', 'revoke', 'revokeAll', 'list'] as const).map(
    (method) => vi.spyOn(store, method),
  )
  return () => spies.reduce((sum, { mock }) => sum + mock.calls.length, 0)
}

describe('CVE-2025-61928 (better-auth): who is nobody makes a key for another, by fields of the body', () => {
  test('a key is made by its documented fields alone', async () => {
    const { keys, store } = given()
    const body = JSON.parse(
      '{"id":"aaaaaaaaaaaaaaaa","key":"k","hash":"h","expiresAt":9e15,"createdAt":1,"lastUsedAt":1,"revokedAt":null,"userId":"admin","secrets":[],"__proto__":{"ownerId":"admin"}}',
    )
    const { id, key, expiresAt } = await keys.create({ ...body, ownerId: 'ann', scopes: [] })
    expect(id).not.toBe('aaaaaaaaaaaaaaaa')
    expect(expiresAt).toBe(START + 90 * 86_400_000)
    expect(await keys.verify(key)).toMatchObject({ value: { ownerId: 'ann', createdAt: START } })
    expect(JSON.stringify(await store.find(id, START))).not.toMatch(/admin|userId|"h"/)
  })

  test('without an owner there is no key', async () => {
    const { keys, store } = given()
    const asked = counted(store)
    for (const body of [
      { userId: 'admin', scopes: [] },
      { ownerId: null, scopes: [] },
      { ownerId: ['a'], scopes: [] },
    ])
      await expect(keys.create(body as never)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    expect(asked()).toBe(0)
  })
})

describe('CVE-2026-45337 (better-auth): somebody acts on what is another’s', () => {
  test('a rotation or revocation with the owner named reaches the keys of that owner alone', async () => {
    const { keys } = given()
    const { id, key } = await keys.create({ ownerId: 'victim', scopes: [] })
    await expect(keys.rotate(id, { ownerId: 'thief' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await keys.revoke(id, { ownerId: 'thief' })).toBe(false)
    expect(await keys.verify(key)).toMatchObject({ ok: true, value: { isReplaced: false } })
  })
})

describe('better-auth: keys without an end by default', () => {
  test('a key ends after 90 days', async () => {
    const { keys, clock } = given()
    const { key } = await keys.create({ ownerId: 'ann', scopes: [] })
    await clock.advance('90d')
    expect(await keys.verify(key)).toMatchObject({ error: { code: 'API_KEY_EXPIRED' } })
  })
})

describe('better-auth#11317: what replaces a key survives a revocation beside it', () => {
  test('no key of a revoked one is good, in whatever order they come', async () => {
    for (let round = 0; round < 20; round++) {
      const { keys } = given()
      const { id, key } = await keys.create({ ownerId: 'ann', scopes: [] })
      const rotations = [keys.rotate(id), keys.rotate(id)]
      const revoked = round % 2 ? keys.revoke(id) : keys.revokeAll('ann')
      const texts: string[] = []
      const note = (rotated: Promise<{ readonly key: string }>) =>
        rotated.then((next) => texts.push(next.key)).catch(() => {})
      await Promise.all([...rotations.map(note), revoked, note(keys.rotate(id))])
      for (const text of [key, ...texts])
        expect(await keys.verify(text)).toMatchObject({ error: { code: 'API_KEY_REVOKED' } })
    }
  })
})

describe('GHSA-392p-2q2v-4372: rotations at once', () => {
  test('of 50 one gives the key that stays, the others end with the overlap', async () => {
    const { keys, clock } = given()
    const { id, key } = await keys.create({ ownerId: 'ann', scopes: [] })
    const all = await Promise.all(Array.from({ length: 50 }, () => keys.rotate(id)))
    await clock.advance('1d')
    const results = await Promise.all([key, ...all.map((one) => one.key)].map((text) => keys.verify(text)))
    expect(results.filter(({ ok }) => ok)).toHaveLength(1)
  })
})

describe('GHSA-xmf8-cvqr-rfgj (Auth.js): a header that makes the check throw', () => {
  const odd: unknown[] = [
    undefined,
    null,
    7,
    '',
    'shop_live_',
    'Bearer x',
    {},
    [],
    Symbol('x'),
    () => 'x',
    '\0',
    '\ud800',
    'é'.repeat(65),
    'shop_live___proto__',
    { toString: () => 'x', startsWith: () => true, slice: () => 'x' },
  ]

  test.each(odd)('%o is refused without asking the store', async (text) => {
    const { keys, store } = given()
    const asked = counted(store)
    expect(await keys.verify(text)).toMatchObject({ ok: false, error: { code: 'API_KEY_MALFORMED' } })
    expect(asked()).toBe(0)
  })
})

describe('GHSA-8fpg-xm3f-6cx3 (Auth.js): what is broken lets everybody in', () => {
  test('a store that fails, or answers nonsense, lets nobody in', async () => {
    const { keys, store } = given()
    const { id, key } = await keys.create({ ownerId: 'ann', scopes: [] })
    const found = await store.find(id, START)
    for (const nonsense of [
      { ...found, secrets: [] },
      { ...found, secrets: [{ hash: '', isAlive: true }] },
    ]) {
      store.find = async () => nonsense as never
      expect(await keys.verify(key)).toMatchObject({ ok: false, error: { code: 'API_KEY_INVALID' } })
    }
    store.find = () => Promise.reject(new Error('away'))
    await expect(keys.verify(key)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})

describe('CVE-2025-22234 (Spring): a check in the wrong place costs time, or tells who there is', () => {
  test('an endless text is refused before it is hashed or looked for', async () => {
    const { keys, store } = given()
    const asked = counted(store)
    const { key } = await given().keys.create({ ownerId: 'ann', scopes: [] })
    for (const text of [
      'x'.repeat(10_000_000),
      key + 'x'.repeat(1_000_000),
      `shop_live_${'_'.repeat(1_000_000)}`,
    ])
      expect(await keys.verify(text)).toMatchObject({ error: { code: 'API_KEY_MALFORMED' } })
    expect(asked()).toBe(0)
  })

  test('who knows an id learns nothing of its key: unknown, revoked and over are one answer', async () => {
    const { keys, clock } = given()
    const [good, revoked, over] = await Promise.all(
      ['1d', '1d', '1s'].map((ttl) => keys.create({ ownerId: 'ann', scopes: [], ttl: ttl as '1d' })),
    )
    await keys.revoke(revoked?.id ?? '')
    await clock.advance('1s')
    const forger = createApiKeys({ store: { ...spare(), ...forging() }, prefix: 'shop_live' })
    for (const target of [good?.id, revoked?.id, over?.id, 'a'.repeat(16)]) {
      const { key } = await forger.rotate(target ?? '')
      expect(await keys.verify(key)).toMatchObject({ error: { code: 'API_KEY_INVALID' } })
    }
  })

  /** Answers each rotation, so that keys of any id with a right checksum can be made. */
  const forging = (): Partial<ApiKeyStore> => ({
    rotate: async (id) => ({ id, ownerId: 'x', scopes: [], createdAt: 0, secrets: [] }),
  })
  const spare = () => {
    const store = memoryApiKeyStore()
    const none = async () => undefined as never
    return {
      create: none,
      find: none,
      touch: none,
      revoke: none,
      revokeAll: none,
      list: store.list.bind(store),
    } as never as ApiKeyStore
  }
})

describe('a checksum that is wrong', () => {
  test('is refused before the store is asked, wherever a letter was changed or swapped', async () => {
    const { keys, store } = given()
    const { key } = await keys.create({ ownerId: 'ann', scopes: [] })
    const asked = counted(store)
    for (let index = 0; index < key.length; index++) {
      const other = key.slice(0, index) + (key[index] === 'A' ? 'B' : 'A') + key.slice(index + 1)
      expect(await keys.verify(other)).toMatchObject({ error: { code: 'API_KEY_MALFORMED' } })
    }
    for (let index = 0; index + 1 < key.length; index++) {
      const swapped = key.slice(0, index) + key[index + 1] + key[index] + key.slice(index + 2)
      if (swapped !== key)
        expect(await keys.verify(swapped)).toMatchObject({ error: { code: 'API_KEY_MALFORMED' } })
    }
    expect(asked()).toBe(0)
  })

  test('is that of the whole key: the same key of another service, or of its tests, is none', async () => {
    const { keys, store } = given()
    const test = createApiKeys({ store, prefix: 'shop_test' })
    const { key } = await test.create({ ownerId: 'ann', scopes: [] })
    const asked = counted(store)
    for (const text of [key, key.replace('test', 'live'), key.replace('shop_test', 'shop_live')])
      expect(await keys.verify(text)).toMatchObject({ error: { code: 'API_KEY_MALFORMED' } })
    expect(asked()).toBe(0)
  })
})

describe('a second text for the same key', () => {
  test('there is none', async () => {
    const { keys } = given()
    const { key } = await keys.create({ ownerId: 'ann', scopes: [] })
    const texts = [
      ` ${key}`,
      `${key}\n`,
      `${key}=`,
      `"${key}"`,
      key.toUpperCase(),
      key.toLowerCase(),
      `${key}\0`,
    ]
    for (const text of [...texts, key.replaceAll('_', '-'), encodeURIComponent(`${key}\t`)])
      expect(await keys.verify(text)).toMatchObject({ error: { code: 'API_KEY_MALFORMED' } })
  })
})

describe('secrets', () => {
  test('stand in no error, and in nothing that a store is given', async () => {
    const { keys, store } = given()
    const given_: unknown[] = []
    for (const method of ['create', 'find', 'rotate', 'touch', 'revoke'] as const) {
      const original = store[method].bind(store) as (...args: unknown[]) => never
      store[method] = (...args: unknown[]) => {
        given_.push(args)
        return original(...args)
      }
    }
    const { id, key } = await keys.create({ ownerId: 'ann', scopes: ['a'] })
    const next = await keys.rotate(id, { overlap: 0 })
    const results = await Promise.all(
      [key, next.key, `${next.key}x`].flatMap((text) => [
        keys.verify(text),
        keys.verify(text, { scope: 'b' }),
      ]),
    )
    await keys.revoke(id)
    results.push(await keys.verify(next.key))
    const shown = inspect([given_, results], { depth: null }) + JSON.stringify([given_, results])
    for (const text of [key, next.key]) expect(shown).not.toContain(text.slice(-38))
  })

  test('are not guessed from others: no letter is likelier than another', async () => {
    const { keys } = given()
    const counts = new Map<string, number>()
    for (let n = 0; n < 2_000; n++) {
      const { key } = await keys.create({ ownerId: randomBytes(4).toString('hex'), scopes: [] })
      for (const letter of key.slice(-38, -6)) counts.set(letter, (counts.get(letter) ?? 0) + 1)
    }
    // 64,000 letters of 62: the chi-square of 61 degrees is above 150 in one of 10^8 runs, and 500 and more with a modulo of bytes.
    const expected = 64_000 / 62
    const chiSquare = [...counts.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)
    expect(counts.size).toBe(62)
    expect(chiSquare).toBeLessThan(150)
  })
})
