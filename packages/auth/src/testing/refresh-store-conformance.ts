import type { Duration } from '@base/core/duration'
import { assert, type ConformanceOptions, type Law, laws, type Make } from '@base/core/testing'
import { createRefreshService } from '../tokens/refresh/create-refresh-service.js'
import type {
  NewRefreshFamily,
  RefreshRotation,
  RefreshRotationOutcome,
  RefreshStore,
} from '../tokens/refresh/refresh-store.js'

const SECOND = 1_000
const HOUR = 3_600 * SECOND
const GRACE = 10 * SECOND
const SEALED = 'c2VhbGVk'

/** A crowd. */
const many = Array.from({ length: 50 }, (_, index) => index)

/**
 * What every `RefreshStore` must do; a store is one when it passes this against the real system.
 *
 * `make` gives a store without families. `advance(d)` lets a time of up to some days pass for it: in memory by its
 * TestClock, on a server by a clock that is given to it, or by moving what it has stored into the past.
 *
 * @example
 * import { memoryRefreshStore } from '@base/auth/tokens'
 * import { refreshStoreConformance } from '@base/auth/testing'
 * import { TestClock } from '@base/core/testing'
 * import { test } from 'vitest'
 *
 * refreshStoreConformance(
 *   () => {
 *     const clock = new TestClock()
 *     return { subject: memoryRefreshStore({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
 *   },
 *   { test },
 * )
 */
export function refreshStoreConformance(make: Make<RefreshStore>, options: ConformanceOptions): void {
  const law = laws('RefreshStore', make, options)
  keeping(law)
  rotating(law)
  reuse(law)
  strictness(law)
  ends(law)
  revoking(law)
  races(law)
  crowds(law)
  failing(law)
}

function keeping(law: Law<RefreshStore>): void {
  law('a family comes back as it was given', async (store) => {
    const facts = {
      sub: "ü'; --",
      clientId: 'web',
      scope: 'read write',
      jkt: 'k'.repeat(43),
      data: '{ "a": "\\u0000 é" }',
    }
    const family = familyOf('a', { ...facts, hash: hashOf('a0') })
    await store.start(family, Date.now())
    const record = await store.find(family.id, hashOf('a0'), Date.now())
    assert.equal(record?.status, 'active')
    const { createdAt, lastUsedAt, idleExpiresAt, expiresAt, ...kept } = record.family
    assert.deepEqual(kept, { id: family.id, ...facts })
    assert.deepEqual(
      [lastUsedAt, idleExpiresAt, expiresAt],
      [createdAt, createdAt + HOUR, createdAt + 3 * HOUR],
    )
  })

  law('a family is found by its id alone, also one that has ended', async (store) => {
    await started(store, 'a', { sub: 'ann' })
    await started(store, 'b')
    await rotate(store, 'a', 'a0', 'a1')
    const present = async () => {
      const { status, family } = (await store.find(familyId('a'), undefined, Date.now())) ?? {}
      return [status, family?.id, family?.sub]
    }
    assert.deepEqual(await present(), ['active', familyId('a'), 'ann'])
    await store.revokeFamily(familyId('a'), Date.now())
    assert.deepEqual(await present(), ['revoked', familyId('a'), 'ann'])
    assert.equal(await store.find(familyId('c'), undefined, Date.now()), undefined)
  })

  law('what was not given is absent', async (store) => {
    await started(store, 'a')
    const { family } = (await find(store, 'a', 'a0')) ?? {}
    assert.deepEqual([family?.scope, family?.jkt], [undefined, undefined])
  })

  law('a token that nobody made is not found, and is none to rotate', async (store) => {
    await started(store, 'a')
    await started(store, 'b')
    assert.equal(await find(store, 'a', 'b0'), undefined)
    assert.equal(await find(store, 'c', 'a0'), undefined)
    assert.deepEqual(await rotate(store, 'a', 'b0', 'b1'), { status: 'unknown' })
    assert.deepEqual(await rotate(store, 'c', 'a0', 'a1'), { status: 'unknown' })
    assert.deepEqual(await status(store, 'a', 'a0'), 'active')
  })

  law('the families of a subject are listed, the oldest first', async (store, advance) => {
    await started(store, 'b')
    await advance(SECOND)
    await started(store, 'a')
    await started(store, 'c', { sub: 'another' })
    assert.deepEqual(await listed(store), [familyId('b'), familyId('a')])
    assert.deepEqual(await store.list('nobody', Date.now()), [])
  })
}

function rotating(law: Law<RefreshStore>): void {
  law('a rotation puts the child in the place of the parent', async (store, advance) => {
    await started(store, 'a', { scope: 'read write' })
    await advance(60 * SECOND)
    assert.deepEqual(await rotate(store, 'a', 'a0', 'a1', { scope: 'read' }), { status: 'rotated' })
    const after = await find(store, 'a', 'a1')
    assert.deepEqual([await status(store, 'a', 'a0'), after?.status], ['rotated', 'active'])
    assert.equal(after?.family.scope, 'read')
    const { createdAt = 0, lastUsedAt = 0, idleExpiresAt, expiresAt } = after?.family ?? {}
    assert.equal(expiresAt, createdAt + 3 * HOUR)
    assert.ok(lastUsedAt >= createdAt + 60 * SECOND, 'lastUsedAt has moved')
    assert.equal(idleExpiresAt, lastUsedAt + HOUR)
  })

  law('the child can be rotated, and so on', async (store) => {
    await started(store, 'a')
    for (let generation = 0; generation < 20; generation++)
      assert.deepEqual(await rotate(store, 'a', `a${generation}`, `a${generation + 1}`), {
        status: 'rotated',
      })
    assert.deepEqual(await status(store, 'a', 'a19'), 'rotated')
    assert.deepEqual(await status(store, 'a', 'a20'), 'active')
  })

  law('families do not know each other', async (store) => {
    await started(store, 'a')
    await started(store, 'b')
    await rotate(store, 'a', 'a0', 'a1')
    assert.equal(await status(store, 'b', 'b0'), 'active')
    assert.equal(await find(store, 'b', 'a1'), undefined)
  })
}

function reuse(law: Law<RefreshStore>): void {
  law('within the grace the parent gets the child that was kept, with its scope', async (store, advance) => {
    await started(store, 'a', { scope: 'read write' })
    await rotate(store, 'a', 'a0', 'a1', { scope: 'read', sealed: SEALED })
    await advance(GRACE - 5 * SECOND)
    const repeated = { status: 'repeated', sealed: SEALED, scope: 'read' }
    assert.deepEqual(await rotate(store, 'a', 'a0', 'x', { sealed: 'b3RoZXI' }), repeated)
    assert.deepEqual(await rotate(store, 'a', 'a0', 'y', { sealed: 'b3RoZXI' }), repeated)
    assert.equal(await find(store, 'a', 'x'), undefined)
    assert.equal(await status(store, 'a', 'a1'), 'active')
    assert.deepEqual(await rotate(store, 'a', 'a1', 'a2'), { status: 'rotated' })
  })

  law('after the grace the parent revokes the family', async (store, advance) => {
    await started(store, 'a')
    await rotate(store, 'a', 'a0', 'a1')
    await advance(GRACE)
    assert.deepEqual(await rotate(store, 'a', 'a0', 'x'), { status: 'reused' })
    assert.deepEqual(await rotate(store, 'a', 'a1', 'a2'), { status: 'revoked' })
    assert.deepEqual(await rotate(store, 'a', 'a0', 'x'), { status: 'revoked' })
    for (const token of ['a0', 'a1']) assert.equal(await status(store, 'a', token), 'revoked')
    assert.deepEqual(await listed(store), [])
  })

  law('the grace is over once the child is used', async (store) => {
    await started(store, 'a')
    await rotate(store, 'a', 'a0', 'a1')
    await rotate(store, 'a', 'a1', 'a2')
    assert.deepEqual(await rotate(store, 'a', 'a0', 'x'), { status: 'reused' })
    assert.equal(await status(store, 'a', 'a2'), 'revoked')
  })
}

function strictness(law: Law<RefreshStore>): void {
  law('without a grace the parent revokes the family at once', async (store) => {
    await started(store, 'a')
    await rotate(store, 'a', 'a0', 'a1', { grace: 0, sealed: undefined })
    assert.deepEqual(await rotate(store, 'a', 'a0', 'x', { grace: 0 }), { status: 'reused' })
  })

  law('who asks with a shorter grace is answered by it', async (store) => {
    await started(store, 'a')
    await rotate(store, 'a', 'a0', 'a1')
    assert.deepEqual(await rotate(store, 'a', 'a0', 'x', { grace: 0 }), { status: 'reused' })
  })

  law('a token of long ago revokes the family', async (store, advance) => {
    await started(store, 'a', { absoluteTtl: 100 * HOUR })
    for (let generation = 0; generation < 5; generation++) {
      await rotate(store, 'a', `a${generation}`, `a${generation + 1}`)
      await advance(HOUR / 2)
    }
    assert.deepEqual(await rotate(store, 'a', 'a0', 'x'), { status: 'reused' })
    assert.equal(await status(store, 'a', 'a5'), 'revoked')
  })
}

function ends(law: Law<RefreshStore>): void {
  law('a token that lay unused is expired', async (store, advance) => {
    await started(store, 'a')
    await advance(HOUR)
    assert.equal(await status(store, 'a', 'a0'), 'expired')
    assert.deepEqual(await rotate(store, 'a', 'a0', 'a1'), { status: 'expired' })
    assert.equal(await find(store, 'a', 'a1'), undefined)
    assert.deepEqual(await listed(store), [])
  })

  law('a family ends, however much it is used, and is still known for days', async (store, advance) => {
    await started(store, 'a')
    for (let generation = 0; generation < 6; generation++) {
      assert.equal((await rotate(store, 'a', `a${generation}`, `a${generation + 1}`)).status, 'rotated')
      const { family } = (await find(store, 'a', `a${generation + 1}`)) ?? {}
      assert.ok((family?.idleExpiresAt ?? Number.POSITIVE_INFINITY) <= (family?.expiresAt ?? 0))
      await advance(HOUR / 2)
    }
    for (const days of [0, 5]) {
      await advance(days * 24 * HOUR)
      assert.deepEqual(await rotate(store, 'a', 'a6', 'a7'), { status: 'expired' })
      assert.equal(await status(store, 'a', 'a0'), 'expired')
    }
    assert.deepEqual(await listed(store), [])
  })

  law('a token that was rotated and has expired since still shows a theft', async (store, advance) => {
    await started(store, 'a')
    await rotate(store, 'a', 'a0', 'a1')
    await advance(HOUR / 2)
    await rotate(store, 'a', 'a1', 'a2')
    await advance(HOUR * 0.75)
    assert.deepEqual(await rotate(store, 'a', 'a0', 'x'), { status: 'reused' })
    assert.equal(await status(store, 'a', 'a2'), 'revoked')
  })
}

function revoking(law: Law<RefreshStore>): void {
  law('a family that is revoked stays so, whatever is presented', async (store, advance) => {
    await started(store, 'a')
    await rotate(store, 'a', 'a0', 'a1')
    assert.equal(await store.revokeFamily(familyId('a'), Date.now()), true)
    for (const token of ['a0', 'a1']) {
      assert.equal(await status(store, 'a', token), 'revoked')
      assert.deepEqual(await rotate(store, 'a', token, 'x'), { status: 'revoked' })
    }
    await advance(4 * HOUR)
    assert.equal(await status(store, 'a', 'a1'), 'revoked')
    assert.deepEqual(await listed(store), [])
  })

  law('revoking says whether there was something to revoke', async (store, advance) => {
    await started(store, 'a')
    await started(store, 'b')
    await rotate(store, 'b', 'b0', 'b1')
    assert.equal(await store.revokeFamily(familyId('c'), Date.now()), false)
    assert.equal(await store.revokeFamily(familyId('b'), Date.now()), true)
    assert.equal(await store.revokeFamily(familyId('b'), Date.now()), false)
    await advance(HOUR)
    assert.equal(await store.revokeFamily(familyId('a'), Date.now()), false)
    assert.equal(await status(store, 'a', 'a0'), 'revoked')
  })

  law('revoking all ends the families of that subject, and no other', async (store) => {
    await started(store, 'a')
    await started(store, 'b')
    await started(store, 'c', { sub: 'another' })
    await store.revokeFamily(familyId('b'), Date.now())
    assert.equal(await store.revokeAll('user', Date.now()), 1)
    assert.equal(await store.revokeAll('user', Date.now()), 0)
    assert.deepEqual(
      [await status(store, 'a', 'a0'), await status(store, 'b', 'b0'), await status(store, 'c', 'c0')],
      ['revoked', 'revoked', 'active'],
    )
    await started(store, 'd')
    assert.equal(await status(store, 'd', 'd0'), 'active')
  })
}

function races(law: Law<RefreshStore>): void {
  law('of 50 rotations at once exactly one rotates, and all others get its child', async (store) => {
    await started(store, 'a')
    const outcomes = await Promise.all(
      many.map((n) => rotate(store, 'a', 'a0', `x${n}`, { sealed: `seal-${n}` })),
    )
    const winner = outcomes.findIndex((outcome) => outcome.status === 'rotated')
    const repeated = { status: 'repeated', sealed: `seal-${winner}`, scope: undefined }
    assert.deepEqual(
      outcomes.map((outcome) => ({ scope: undefined, ...outcome })),
      many.map((n) => (n === winner ? { status: 'rotated', scope: undefined } : repeated)),
    )
    for (const n of many) assert.equal(await status(store, 'a', `x${n}`), n === winner ? 'active' : undefined)
  })

  law(
    'of 50 rotations at once without a grace one rotates, one revokes, and nothing lives',
    async (store) => {
      await started(store, 'a')
      const none = { grace: 0, sealed: undefined }
      const outcomes = await Promise.all(many.map((n) => rotate(store, 'a', 'a0', `x${n}`, none)))
      const counts = (status: string) => outcomes.filter((outcome) => outcome.status === status).length
      assert.deepEqual([counts('rotated'), counts('reused'), counts('revoked')], [1, 1, 48])
      for (const n of many) assert.notEqual(await status(store, 'a', `x${n}`), 'active')
    },
  )

  law('a child that is inserted while its family is revoked does not live', async (store) => {
    for (const round of many.slice(0, 10)) {
      const name = `r${round}-`
      await started(store, name)
      const chain = [rotate(store, name, `${name}0`, `${name}1`)]
      const revoked = store.revokeFamily(familyId(name), Date.now())
      for (let generation = 1; generation < 4; generation++)
        chain.push(rotate(store, name, `${name}${generation}`, `${name}${generation + 1}`))
      await Promise.all([...chain, revoked])
      for (let generation = 0; generation <= 4; generation++)
        assert.notEqual(await status(store, name, `${name}${generation}`), 'active')
      assert.deepEqual(await listed(store), [])
    }
  })
}

function crowds(law: Law<RefreshStore>): void {
  law('revoking all reaches every family that was started before, while others rotate', async (store) => {
    const names = many.slice(0, 20).map((n) => `m${n}-`)
    await Promise.all(names.map((name) => started(store, name)))
    const rotations = names.map((name) => rotate(store, name, `${name}0`, `${name}1`))
    const [revoked] = await Promise.all([store.revokeAll('user', Date.now()), ...rotations])
    assert.equal(revoked, names.length)
    assert.deepEqual(await listed(store), [])
    for (const name of names)
      for (const generation of [0, 1])
        assert.notEqual(await status(store, name, `${name}${generation}`), 'active')
  })

  law('of 50 who present a stolen token at once exactly one is told', async (store, advance) => {
    await started(store, 'a')
    await rotate(store, 'a', 'a0', 'a1')
    await advance(GRACE)
    const outcomes = await Promise.all(many.map((n) => rotate(store, 'a', 'a0', `x${n}`)))
    assert.equal(outcomes.filter((outcome) => outcome.status === 'reused').length, 1)
    assert.equal(outcomes.filter((outcome) => outcome.status === 'revoked').length, 49)
  })
}

function failing(law: Law<RefreshStore>): void {
  law(
    'a rotation whose answer is lost has happened once, and who asks again gets its child',
    async (store) => {
      const service = (on: RefreshStore) => createRefreshService({ store: on, tokens: ISSUER })
      const { refreshToken } = await service(store).start({ sub: 'user', clientId: 'web' })
      const losing = service(losingAnswers(store))
      await assert.rejects(losing.rotate(refreshToken, { clientId: 'web' }), { code: 'UNAVAILABLE' })
      const again = await service(store).rotate(refreshToken, { clientId: 'web' })
      assert.ok(again.ok, 'who asks again is refused')
      const next = await service(store).rotate(again.value.refreshToken, { clientId: 'web' })
      assert.ok(next.ok, 'the child is not good')
      assert.equal((await listed(store)).length, 1)
    },
  )
}

/** Access tokens are no matter of a store. */
const ISSUER = { issueAccess: async () => ({ token: 'access' }), revokeAll: () => {} }

/** A store that rotates, and breaks before it says so. */
function losingAnswers(store: RefreshStore): RefreshStore {
  return {
    start: (family, now) => store.start(family, now),
    find: (id, hash, now) => store.find(id, hash, now),
    rotate: async (rotation, now) => {
      await store.rotate(rotation, now)
      throw new Error('the answer is lost')
    },
    revokeFamily: (id, now) => store.revokeFamily(id, now),
    revokeAll: (sub, now) => store.revokeAll(sub, now),
    list: (sub, now) => store.list(sub, now),
  }
}

/** 24 characters, as a service makes them. */
function familyId(name: string): string {
  return name.padEnd(24, '_')
}

/** 43 characters, as a service makes them. */
function hashOf(name: string): string {
  return name.padEnd(43, '-')
}

function familyOf(name: string, changes: Partial<NewRefreshFamily> = {}): NewRefreshFamily {
  const ttl = { idleTtl: HOUR, absoluteTtl: 3 * HOUR }
  return {
    id: familyId(name),
    sub: 'user',
    clientId: 'web',
    data: '{}',
    hash: hashOf(`${name}0`),
    ...ttl,
    ...changes,
  }
}

async function started(
  store: RefreshStore,
  name: string,
  changes: Partial<NewRefreshFamily> = {},
): Promise<void> {
  await store.start(familyOf(name, changes), Date.now())
}

async function find(store: RefreshStore, family: string, token: string) {
  return store.find(familyId(family), hashOf(token), Date.now())
}

async function status(store: RefreshStore, family: string, token: string): Promise<string | undefined> {
  return (await find(store, family, token))?.status
}

async function listed(store: RefreshStore): Promise<string[]> {
  return (await store.list('user', Date.now())).map(({ id }) => id)
}

interface Changes {
  readonly scope?: string
  readonly sealed?: string | undefined
  readonly grace?: Duration & number
}

async function rotate(
  store: RefreshStore,
  family: string,
  parent: string,
  child: string,
  changes: Changes = {},
): Promise<RefreshRotationOutcome> {
  const { grace = GRACE, scope } = changes
  const sealed = 'sealed' in changes ? changes.sealed : SEALED
  const rotation: RefreshRotation = {
    familyId: familyId(family),
    parent: hashOf(parent),
    child: { hash: hashOf(child), scope, sealed, idleTtl: HOUR },
    grace,
  }
  return store.rotate(rotation, Date.now())
}
