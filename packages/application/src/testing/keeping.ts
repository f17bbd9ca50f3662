import { assert, type Law } from '@base/core/testing'
import type { IdempotencyStore } from '../idempotency/idempotency-store.js'
import { claimed, claimOf, fenceOf, LEASE, OTHER, TTL } from './claims.js'

/** So long before its end an outcome is still there. */
const SOON = LEASE / 10

/** Outcomes: as they were written, and for how long. */
export function outcomes(law: Law<IdempotencyStore>): void {
  writtenOutcomes(law)
  keptOutcomes(law)
}

/** How outcomes are written. */
function writtenOutcomes(law: Law<IdempotencyStore>): void {
  law('an outcome comes back as it was written', async (store) => {
    const outcomes = ['', ' ', ' v{"a":"üu\u0308😀\\n\\u0000"}\n', `v"${'ü'.repeat(524_286)}"`]
    for (const [place, outcome] of outcomes.entries()) {
      const claim = await claimed(store, `key ${place}`)
      assert.equal(await store.complete(claim, outcome), true)
      assert.deepEqual(await store.claim(claimOf(claim.key)), { state: 'replay', outcome })
    }
  })

  law('an outcome without a text is one all the same', async (store) => {
    const claim = await claimed(store, 'a')
    assert.equal(await store.complete(claim, undefined), true)
    assert.deepEqual(await store.claim(claimOf('a')), { state: 'replay', outcome: undefined })
  })

  law('an outcome may be written again by its token', async (store) => {
    const claim = await claimed(store, 'a')
    await store.complete(claim, 'done')
    assert.equal(await store.complete(claim, 'done'), true)
    assert.deepEqual(await store.claim(claimOf('a')), { state: 'replay', outcome: 'done' })
  })

  law('an outcome whose claim was lost is kept', async (store) => {
    assert.equal(await store.complete(claimOf('a'), 'done'), true)
    assert.deepEqual(await store.claim(claimOf('a', OTHER)), { state: 'mismatch' })
    assert.deepEqual(await store.claim(claimOf('a')), { state: 'replay', outcome: 'done' })
  })
}

/** How long they are kept. */
function keptOutcomes(law: Law<IdempotencyStore>): void {
  law('an outcome is kept for its ttl, and the key is as new then', async (store, advance) => {
    const claim = await claimed(store, 'a')
    await store.complete(claim, 'done')
    await advance(TTL - SOON)
    assert.equal((await store.claim(claimOf('a'))).state, 'replay')
    await advance(SOON)
    fenceOf(await store.claim(claimOf('a', OTHER)), 'run')
  })

  law('the ttl of an outcome counts from when it is written', async (store, advance) => {
    const claim = await claimed(store, 'a', { lease: TTL })
    await advance(TTL * 0.75)
    await store.complete(claim, 'done')
    await advance(TTL * 0.75)
    assert.equal((await store.claim(claimOf('a'))).state, 'replay')
    await advance(TTL * 0.25)
    fenceOf(await store.claim(claimOf('a')), 'run')
  })

  law('what is done is not released or renewed', async (store) => {
    const claim = await claimed(store, 'a')
    await store.complete(claim, 'done')
    assert.equal(await store.release(claim), false)
    assert.equal(await store.renew(claim), false)
    assert.deepEqual(await store.claim(claimOf('a')), { state: 'replay', outcome: 'done' })
  })
}
