import { assert, type ConformanceOptions, type Law, laws, type Make } from '@base/core/testing'
import type { ApiKeyStore, NewStoredApiKey, StoredApiKey } from '../api-keys/api-key-store.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const TTL = 30 * DAY

/**
 * What every `ApiKeyStore` must do; a store is one when it passes this against the real system.
 *
 * `make` gives a store without keys. `advance(d)` lets a time of up to some weeks pass for it: in memory by its TestClock, on a
 * server by a clock that is given to it, or by moving what it has stored into the past.
 *
 * @example
 * import { memoryApiKeyStore } from '@base/auth/api-keys'
 * import { apiKeyStoreConformance } from '@base/auth/testing'
 * import { TestClock } from '@base/core/testing'
 * import { test } from 'vitest'
 *
 * apiKeyStoreConformance(
 *   () => {
 *     const clock = new TestClock()
 *     return { subject: memoryApiKeyStore({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
 *   },
 *   { test },
 * )
 */
export function apiKeyStoreConformance(make: Make<ApiKeyStore>, options: ConformanceOptions): void {
  const law = laws('ApiKeyStore', make, options)
  keeping(law)
  using(law)
  rotating(law)
  overlapping(law)
  ending(law)
  races(law)
}

function keeping(law: Law<ApiKeyStore>): void {
  law('a key comes back as it was given', async (store) => {
    const facts = {
      ownerId: "ü'; --",
      name: '{ "a": "\\u0000 é" }',
      scopes: ['orders:read', '*:{a}[b]', 'x,y'],
    }
    const created = await add(store, 'a', facts)
    const { createdAt, secrets, lastUsedAt, revokedAt, ...kept } = created
    assert.deepEqual(kept, { id: idOf('a'), ...facts })
    assert.deepEqual([lastUsedAt, revokedAt], [undefined, undefined])
    assert.deepEqual(secrets, [{ hash: hashOf('a0'), expiresAt: createdAt + TTL, isAlive: true }])
    assert.deepEqual(await find(store, 'a'), created)
    assert.deepEqual(await store.list(facts.ownerId, Date.now()), [created])
  })

  law('a key may have no name, no scopes and no end', async (store, advance) => {
    const { name, scopes, secrets } = await add(store, 'a', { scopes: [], ttl: undefined })
    assert.deepEqual([name, scopes], [undefined, []])
    assert.deepEqual(secrets, [{ hash: hashOf('a0'), expiresAt: undefined, isAlive: true }])
    await advance(3 * TTL)
    assert.deepEqual((await find(store, 'a'))?.secrets, secrets)
    assert.deepEqual(await listed(store), ['a'])
  })

  law('what was not created is not known', async (store) => {
    await add(store, 'a')
    for (const id of [idOf('b'), '__proto__', 'constructor']) {
      assert.equal(await store.find(id, Date.now()), undefined)
      assert.equal(await store.rotate(id, { hash: hashOf('b1'), overlap: 0 }, Date.now()), undefined)
      await store.touch(id, Date.now())
      assert.equal(await store.revoke(id, Date.now()), false)
      assert.equal(await store.find(id, Date.now()), undefined)
    }
    assert.deepEqual([await listed(store, '__proto__'), await listed(store)], [[], ['a']])
  })

  law('the keys of an owner are listed, the oldest first', async (store, advance) => {
    await add(store, 'b')
    await advance(HOUR)
    await add(store, 'a', { ttl: undefined })
    await advance(HOUR)
    await add(store, 'd')
    await add(store, 'c', { ownerId: 'another' })
    assert.deepEqual([await listed(store), await listed(store, 'another')], [['b', 'a', 'd'], ['c']])
  })
}

function using(law: Law<ApiKeyStore>): void {
  law('a use is noted, and nothing else', async (store, advance) => {
    await add(store, 'a')
    await advance(HOUR)
    const unused = (await find(store, 'a')) as StoredApiKey
    await store.touch(idOf('a'), Date.now())
    const used = (await find(store, 'a')) as StoredApiKey
    assert.ok((used.lastUsedAt ?? 0) >= unused.createdAt + HOUR)
    assert.deepEqual({ ...used, lastUsedAt: undefined }, unused)
    const before = await sinceUse(store)
    await advance(HOUR)
    assert.equal(await sinceUse(store), before)
    await store.touch(idOf('a'), Date.now())
    assert.ok(((await sinceUse(store)) ?? 0) >= 2 * HOUR)
    await rotate(store, 'a', 'a1')
    assert.ok(((await sinceUse(store)) ?? 0) >= 2 * HOUR)
  })
}

function rotating(law: Law<ApiKeyStore>): void {
  law(
    'a new secret is good for as long as the first, and the one before for the overlap',
    async (store, advance) => {
      await add(store, 'a', { name: 'mine' })
      await advance(DAY)
      const { secrets: _, ...facts } = (await find(store, 'a')) as StoredApiKey
      const rotated = (await rotate(store, 'a', 'a1')) as StoredApiKey
      assert.deepEqual(rotated, await find(store, 'a'))
      const { secrets, ...kept } = rotated
      assert.deepEqual(kept, facts)
      const at = (secrets[0]?.expiresAt ?? 0) - TTL
      assert.ok(at >= facts.createdAt + DAY)
      assert.deepEqual(secrets, [
        { hash: hashOf('a1'), expiresAt: at + TTL, isAlive: true },
        { hash: hashOf('a0'), expiresAt: at + HOUR, isAlive: true },
      ])
      await advance(HOUR)
      assert.deepEqual(await alive(store, 'a'), ['a1'])
      await advance(TTL - DAY)
      assert.deepEqual(await listed(store), ['a'])
      await advance(DAY)
      assert.deepEqual([await alive(store, 'a'), await listed(store)], [[], []])
    },
  )

  law('an overlap prolongs nothing', async (store, advance) => {
    await add(store, 'a')
    await rotate(store, 'a', 'a1', 2 * HOUR)
    const end = (await find(store, 'a'))?.secrets[1]?.expiresAt
    await rotate(store, 'a', 'a2', DAY)
    const { secrets = [] } = (await find(store, 'a')) ?? {}
    assert.equal(secrets[2]?.expiresAt, end)
    await advance(2 * HOUR)
    assert.deepEqual(await alive(store, 'a'), ['a2', 'a1'])
    await rotate(store, 'a', 'a3', 3 * TTL)
    assert.deepEqual(await alive(store, 'a'), ['a3', 'a2', 'a1'])
    await advance(DAY)
    assert.deepEqual(await alive(store, 'a'), ['a3', 'a2'])
    await advance(TTL)
    assert.deepEqual(await alive(store, 'a'), [])
  })
}

function overlapping(law: Law<ApiKeyStore>): void {
  law('without an overlap everything before ends at once', async (store) => {
    await add(store, 'a')
    await rotate(store, 'a', 'a1')
    await rotate(store, 'a', 'a2', 0)
    const { secrets = [] } = (await find(store, 'a')) ?? {}
    assert.deepEqual(
      secrets.map(({ isAlive }) => isAlive),
      [true, false, false],
    )
  })

  law('of a key without an end only the secrets before have one', async (store, advance) => {
    await add(store, 'a', { ttl: undefined })
    const [present, before] = (await rotate(store, 'a', 'a1'))?.secrets ?? []
    assert.equal(present?.expiresAt, undefined)
    assert.equal(typeof before?.expiresAt, 'number')
    await advance(3 * TTL)
    assert.deepEqual([await alive(store, 'a'), await listed(store)], [['a1'], ['a']])
  })

  law('the last ten secrets are known', async (store) => {
    await add(store, 'a')
    for (let n = 1; n <= 12; n++) await rotate(store, 'a', `a${n}`)
    const { secrets = [] } = (await find(store, 'a')) ?? {}
    const names = Array.from({ length: 10 }, (_, index) => hashOf(`a${12 - index}`))
    assert.deepEqual(
      secrets.map(({ hash }) => hash),
      names,
    )
  })
}

function ending(law: Law<ApiKeyStore>): void {
  law('a key ends, and is known for a week', async (store, advance) => {
    await add(store, 'a')
    await advance(TTL)
    const over = (await find(store, 'a')) as StoredApiKey
    assert.deepEqual([over.secrets[0]?.isAlive, over.revokedAt, await listed(store)], [false, undefined, []])
    assert.equal(await rotate(store, 'a', 'a1'), undefined)
    assert.equal(await store.revoke(idOf('a'), Date.now()), false)
    assert.equal(await store.revokeAll('owner', Date.now()), 0)
    await advance(6 * DAY)
    const { secrets = [] } = (await find(store, 'a')) ?? {}
    assert.deepEqual(
      secrets.map(({ hash, isAlive }) => [hash, isAlive]),
      [[hashOf('a0'), false]],
    )
  })

  law('a key that is revoked is never good again, and known for a week', async (store, advance) => {
    await add(store, 'a', { ttl: undefined })
    await rotate(store, 'a', 'a1')
    assert.equal(await store.revoke(idOf('a'), Date.now()), true)
    const revoked = (await find(store, 'a')) as StoredApiKey
    assert.ok((revoked.revokedAt ?? 0) >= revoked.createdAt)
    assert.equal(await store.revoke(idOf('a'), Date.now()), false)
    assert.equal(await rotate(store, 'a', 'a2'), undefined)
    await store.touch(idOf('a'), Date.now())
    assert.deepEqual(await listed(store), [])
    await advance(6 * DAY)
    const { revokedAt, secrets } = (await find(store, 'a')) as StoredApiKey
    assert.equal(typeof revokedAt, 'number')
    assert.deepEqual(
      secrets.map(({ hash }) => hash),
      [hashOf('a1'), hashOf('a0')],
    )
  })

  law('revoking all ends the keys of that owner, and no other', async (store) => {
    for (const name of ['a', 'b', 'd']) await add(store, name)
    await add(store, 'c', { ownerId: 'another' })
    await rotate(store, 'b', 'b1')
    await store.revoke(idOf('d'), Date.now())
    assert.equal(await store.revokeAll('owner', Date.now()), 2)
    assert.equal(await store.revokeAll('owner', Date.now()), 0)
    for (const name of ['a', 'b', 'd']) assert.notEqual((await find(store, name))?.revokedAt, undefined)
    await add(store, 'e')
    assert.deepEqual([await listed(store), await listed(store, 'another')], [['e'], ['c']])
  })
}

function races(law: Law<ApiKeyStore>): void {
  const many = Array.from({ length: 50 }, (_, index) => index)

  law(
    'of 50 rotations at once one gives the present secret, and the others end with the overlap',
    async (store, advance) => {
      await add(store, 'a')
      const all = await Promise.all(many.map((n) => rotate(store, 'a', `x${n}`)))
      assert.ok(all.every((key) => key !== undefined))
      const { secrets = [] } = (await find(store, 'a')) ?? {}
      assert.equal(new Set(secrets.map(({ hash }) => hash)).size, 10)
      await advance(HOUR)
      assert.equal((await alive(store, 'a')).length, 1)
    },
  )

  law('a rotation or a use that is under way does not bring a revoked key back', async (store) => {
    for (const round of many.slice(0, 20)) {
      const name = `r${round}-`
      await add(store, name)
      const work = () => [rotate(store, name, `${name}1`), store.touch(idOf(name), Date.now())]
      const before = work()
      const ended = round % 2 ? store.revokeAll('owner', Date.now()) : store.revoke(idOf(name), Date.now())
      await Promise.all([...before, ended, ...work()])
      assert.notEqual((await find(store, name))?.revokedAt, undefined)
      assert.deepEqual(await listed(store), [])
    }
  })

  law('revoking all reaches every key that was created before', async (store) => {
    await Promise.all(many.map((n) => add(store, `m${n}-`)))
    assert.equal(await store.revokeAll('owner', Date.now()), many.length)
    assert.deepEqual(await listed(store), [])
  })

  law('of 50 revocations at once exactly one ends the key', async (store) => {
    await add(store, 'a')
    const all = await Promise.all(many.map(() => store.revoke(idOf('a'), Date.now())))
    assert.equal(all.filter(Boolean).length, 1)
  })
}

function idOf(name: string): string {
  return name.padEnd(16, '0')
}

function hashOf(name: string): string {
  return name.padEnd(43, '-')
}

async function add(
  store: ApiKeyStore,
  name: string,
  changes: Partial<NewStoredApiKey> = {},
): Promise<StoredApiKey> {
  const key = {
    id: idOf(name),
    hash: hashOf(`${name}0`),
    ownerId: 'owner',
    scopes: ['a'],
    ttl: TTL,
    name: undefined,
  }
  return store.create({ ...key, ...changes }, Date.now())
}

async function find(store: ApiKeyStore, name: string): Promise<StoredApiKey | undefined> {
  return store.find(idOf(name), Date.now())
}

async function rotate(
  store: ApiKeyStore,
  name: string,
  secret: string,
  overlap = HOUR,
): Promise<StoredApiKey | undefined> {
  return store.rotate(idOf(name), { hash: hashOf(secret), overlap }, Date.now())
}

/** The secrets of a key that are good, by name, the present one first. */
async function alive(store: ApiKeyStore, name: string): Promise<string[]> {
  const { secrets = [] } = (await find(store, name)) ?? {}
  return secrets.filter(({ isAlive }) => isAlive).map(({ hash }) => hash.replace(/-+$/, ''))
}

/** How long after it was made a key was last used, in milliseconds. */
async function sinceUse(store: ApiKeyStore): Promise<number | undefined> {
  const { createdAt, lastUsedAt } = (await find(store, 'a')) as StoredApiKey
  return lastUsedAt && lastUsedAt - createdAt
}

async function listed(store: ApiKeyStore, ownerId = 'owner'): Promise<string[]> {
  const keys = await store.list(ownerId, Date.now())
  return keys.map(({ id }) => id.replace(/0+$/, ''))
}
