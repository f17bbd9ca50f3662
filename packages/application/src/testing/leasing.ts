import { assert, type Law } from '@base/core/testing'
import type { IdempotencyStore } from '../idempotency/idempotency-store.js'
import { claimed, claimOf, fenceOf, LEASE, OTHER, TTL } from './claims.js'

const SECOND = 1_000

/** Leases: how they end, and how they are renewed. */
export function leases(law: Law<IdempotencyStore>): void {
  takeovers(law)
  renewals(law)
}

/** Leases that are over. */
function takeovers(law: Law<IdempotencyStore>): void {
  law('a run whose lease is over is taken over, once', async (store, advance) => {
    const first = fenceOf(await store.claim(claimOf('a')), 'run')
    await advance(LEASE)
    const second = fenceOf(await store.claim(claimOf('a', { lease: LEASE * 2 })), 'takeover')
    assert.ok(second > first, `${second} came after ${first}`)
    await advance(LEASE)
    assert.equal((await store.claim(claimOf('a'))).state, 'conflict')
  })

  law('leases and outcomes are counted in milliseconds, whenever they begin', async (store, advance) => {
    const claim = claimOf('a', { lease: SECOND })
    const done = claimOf('b', { ttl: SECOND })
    // A TestClock stands at a whole second at first, where an end that is rounded does not show. What is noted is what ages.
    await store.claim(claimOf('first'))
    await advance(SECOND * 0.9)
    await store.claim(claim)
    await store.claim(done)
    await store.complete(done, 'done')
    await advance(SECOND * 0.15)
    assert.equal((await store.claim(claimOf('a'))).state, 'conflict', 'the lease has ended too early')
    assert.equal((await store.claim(claimOf('b'))).state, 'replay', 'the outcome has ended too early')
    await advance(SECOND * 0.85)
    fenceOf(await store.claim(claimOf('a')), 'takeover')
    fenceOf(await store.claim(claimOf('b')), 'run')
  })

  law(
    'a run whose lease is over may end, or be given back, until it is taken over',
    async (store, advance) => {
      const [ended, returned] = [claimOf('a'), claimOf('b')]
      await store.claim(ended)
      await store.claim(returned)
      await advance(LEASE)
      assert.equal(await store.complete(ended, 'done'), true)
      assert.deepEqual(await store.claim(claimOf('a')), { state: 'replay', outcome: 'done' })
      assert.equal(await store.release(returned), true)
      fenceOf(await store.claim(claimOf('b')), 'run')
    },
  )
}

/** How long a run may last, and is remembered. */
function renewals(law: Law<IdempotencyStore>): void {
  law('a run that is over is remembered for the ttl', async (store, advance) => {
    await store.claim(claimOf('a'))
    await advance(LEASE + TTL / 2)
    fenceOf(await store.claim(claimOf('a')), 'takeover')
    await advance(LEASE + TTL)
    fenceOf(await store.claim(claimOf('a', OTHER)), 'run')
  })

  law('a lease that is renewed holds from then', async (store, advance) => {
    const claim = await claimed(store, 'a')
    await advance(LEASE * 0.75)
    assert.equal(await store.renew(claim), true)
    await advance(LEASE * 0.75)
    assert.equal((await store.claim(claimOf('a'))).state, 'conflict')
    await advance(LEASE * 0.25)
    fenceOf(await store.claim(claimOf('a')), 'takeover')
  })

  law('a lease that is over can be renewed until it is taken over', async (store, advance) => {
    const claim = await claimed(store, 'a')
    await advance(LEASE)
    assert.equal(await store.renew(claim), true)
    assert.equal((await store.claim(claimOf('a'))).state, 'conflict')
  })

  law('a run may last longer than its ttl', async (store, advance) => {
    const claim = await claimed(store, 'a', { ttl: 1_000 })
    for (let third = 0; third < 6; third++) {
      await advance(LEASE / 3)
      assert.equal(await store.renew(claim), true)
    }
    assert.equal((await store.claim(claimOf('a'))).state, 'conflict')
    assert.equal(await store.complete(claim, 'done'), true)
  })
}
