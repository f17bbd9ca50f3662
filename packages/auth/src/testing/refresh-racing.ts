import { assert, type Law } from '@base/core/testing'
import { createRefreshService } from '../tokens/refresh/create-refresh-service.js'
import type { RefreshStore } from '../tokens/refresh/refresh-store.js'
import { handleOf } from './handles.js'
import { GRACE, listed, rotate, started, status } from './refresh-subject.js'

/** A crowd. */
const many = Array.from({ length: 50 }, (_, index) => index)

/** Many on one family. */
export function races(law: Law<RefreshStore>): void {
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
      const revoked = store.revokeFamily(handleOf(name), Date.now())
      for (let generation = 1; generation < 4; generation++)
        chain.push(rotate(store, name, `${name}${generation}`, `${name}${generation + 1}`))
      await Promise.all([...chain, revoked])
      for (let generation = 0; generation <= 4; generation++)
        assert.notEqual(await status(store, name, `${name}${generation}`), 'active')
      assert.deepEqual(await listed(store), [])
    }
  })
}

/** Many on many, and thieves. */
export function crowds(law: Law<RefreshStore>): void {
  law('revoking all reaches every family that was started before, while others rotate', async (store) => {
    const names = many.slice(0, 20).map((n) => `m${n}-`)
    await Promise.all(names.map((name) => started(store, name)))
    assert.equal((await listed(store)).length, names.length)
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

/** Answers that are lost. */
export function failing(law: Law<RefreshStore>): void {
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
