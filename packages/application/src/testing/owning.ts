import { assert, type Law } from '@base/core/testing'
import type { IdempotencyStore } from '../idempotency/idempotency-store.js'
import { claimed, claimOf, fenceOf, LEASE, OTHER, TTL } from './claims.js'

/** Who may change a record. */
export function owners(law: Law<IdempotencyStore>): void {
  law('who does not run a key cannot change it', async (store) => {
    const claim = await claimed(store, 'a')
    const other = claimOf('a')
    assert.equal(await store.renew(other), false)
    assert.equal(await store.release(other), false)
    assert.equal(await store.complete(other, 'of another'), false)
    assert.equal((await store.claim(claimOf('a'))).state, 'conflict')
    assert.equal(await store.complete(claim, 'done'), true)
    assert.equal(await store.complete(other, 'of another'), false)
    assert.deepEqual(await store.claim(claimOf('a')), { state: 'replay', outcome: 'done' })
  })

  law('whose run was taken over cannot change it', async (store, advance) => {
    const slow = await claimed(store, 'a')
    await advance(LEASE)
    const quick = await claimed(store, 'a')
    assert.equal(await store.renew(slow), false)
    assert.equal(await store.release(slow), false)
    assert.equal(await store.complete(slow, 'slow'), false)
    assert.equal(await store.complete(quick, 'quick'), true)
    assert.equal(await store.complete(slow, 'slow'), false)
    assert.deepEqual(await store.claim(claimOf('a')), { state: 'replay', outcome: 'quick' })
  })

  law('what nobody has cannot be renewed or released', async (store) => {
    const claim = claimOf('a')
    assert.equal(await store.renew(claim), false)
    assert.equal(await store.release(claim), false)
    fenceOf(await store.claim(claimOf('a')), 'run')
  })
}

/** A key that is given back. */
export function returns(law: Law<IdempotencyStore>): void {
  law('a key that is released is as new', async (store) => {
    const claim = await claimed(store, 'a')
    assert.equal(await store.release(claim), true)
    assert.equal(await store.release(claim), false)
    assert.equal(await store.renew(claim), false)
    fenceOf(await store.claim(claimOf('a', OTHER)), 'run')
    assert.equal(await store.release(claim), false, 'a late release freed the key of another')
    assert.equal((await store.claim(claimOf('a', OTHER))).state, 'conflict')
  })

  law('a run that had taken over and is released is taken over again', async (store, advance) => {
    await store.claim(claimOf('a'))
    await advance(LEASE)
    const second = claimOf('a')
    const fence = fenceOf(await store.claim(second), 'takeover')
    assert.equal(await store.release(second), true)
    assert.equal(await store.release(second), false)
    assert.equal(await store.renew(second), false)
    assert.deepEqual(await store.claim(claimOf('a', OTHER)), { state: 'mismatch' })
    const third = claimOf('a')
    assert.ok(fenceOf(await store.claim(third), 'takeover') > fence)
    assert.equal(await store.release(second), false, 'a late release freed the key of another')
    assert.equal((await store.claim(claimOf('a'))).state, 'conflict')
    assert.equal(await store.release(third), true)
    await advance(TTL - LEASE)
    assert.deepEqual(await store.claim(claimOf('a', OTHER)), { state: 'mismatch' })
    await advance(LEASE)
    fenceOf(await store.claim(claimOf('a', OTHER)), 'run')
  })

  law('the outcome of who was slow is kept where nobody runs any more', async (store, advance) => {
    const slow = await claimed(store, 'a')
    await advance(LEASE)
    const quick = await claimed(store, 'a')
    await store.release(quick)
    assert.equal(await store.complete(slow, 'slow'), true)
    assert.equal(await store.complete(quick, 'quick'), false)
    assert.deepEqual(await store.claim(claimOf('a')), { state: 'replay', outcome: 'slow' })
  })
}
