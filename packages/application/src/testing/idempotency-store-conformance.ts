import { assert, type ConformanceOptions, type Law, laws, type Make } from '@base/core/testing'
import type { IdempotencyStore } from '../idempotency/idempotency-store.js'
import { claimOf, fenceOf, LEASE, TTL } from './claims.js'

const SECOND = 1_000

/**
 * What every {@link IdempotencyStore} must do.
 *
 * `advance(d)` lets a time pass for the store: in memory by its TestClock, on a server by moving what it has noted.
 *
 * @example
 * import { idempotencyStoreConformance } from '@base/application/testing'
 * import { TestClock } from '@base/core/testing'
 * import { test } from 'vitest'
 *
 * idempotencyStoreConformance(
 *   () => {
 *     const clock = new TestClock()
 *     return { subject: memoryIdempotencyStore({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
 *   },
 *   { test },
 * )
 */
export function idempotencyStoreConformance(make: Make<IdempotencyStore>, options: ConformanceOptions): void {
  const law = laws('IdempotencyStore', make, options)
  claims(law)
  outcomes(law)
  leases(law)
  owners(law)
  returns(law)
  strangers(law)
  fences(law)
  crowds(law)
}

function claims(law: Law<IdempotencyStore>): void {
  law('a key that nobody has is run, and a conflict for others', async (store) => {
    assert.ok(fenceOf(await store.claim(claimOf('a')), 'run') > 0n)
    const answer = await store.claim(claimOf('a'))
    assert.equal(answer.state, 'conflict')
    const left = (answer as { retryAfter: number }).retryAfter
    assert.ok(Number.isSafeInteger(left) && left > 0 && left <= LEASE, `retryAfter ${left}`)
  })

  law('retryAfter is what is left of the lease', async (store, advance) => {
    await store.claim(claimOf('a'))
    await advance(LEASE * 0.75)
    const { retryAfter } = (await store.claim(claimOf('a'))) as { retryAfter: number }
    assert.ok(retryAfter > 0 && retryAfter <= LEASE * 0.25, `retryAfter ${retryAfter}`)
  })

  law('a claim may be repeated by its token', async (store) => {
    const claim = claimOf('a')
    const first = await store.claim(claim)
    assert.deepEqual(await store.claim(claim), first)
    assert.equal(await store.complete(claim, 'done'), true)
  })

  law('another fingerprint is a mismatch, running, over or done', async (store, advance) => {
    const claim = claimOf('a')
    const other = () => store.claim(claimOf('a', { fingerprint: 'g'.repeat(43) }))
    await store.claim(claim)
    assert.deepEqual(await other(), { state: 'mismatch' })
    await advance(LEASE)
    assert.deepEqual(await other(), { state: 'mismatch' })
    await store.complete(claim, 'done')
    assert.deepEqual(await other(), { state: 'mismatch' })
  })

  law('any text is a key, and keys do not know each other', async (store) => {
    const keys = ['a', 'A', 'a ', ' a', 'a:b', '{a}', '{b}a', '*', '%', "'; --", '__proto__', 'constructor']
    for (const key of [
      ...keys,
      'ä',
      'a\u0308',
      '\n',
      '😀',
      'x'.repeat(511),
      'x'.repeat(512),
      'ü'.repeat(512),
    ])
      fenceOf(await store.claim(claimOf(key)), 'run')
  })
}

function outcomes(law: Law<IdempotencyStore>): void {
  law('an outcome comes back as it was written', async (store) => {
    for (const outcome of ['', 'v{"a":"ü😀\\n\\u0000"}', `v"${'ü'.repeat(524_286)}"`]) {
      const claim = claimOf(`key ${outcome.length}`)
      await store.claim(claim)
      assert.equal(await store.complete(claim, outcome), true)
      assert.deepEqual(await store.claim(claimOf(claim.key)), { state: 'replay', outcome })
    }
  })

  law('an outcome without a text is one all the same', async (store) => {
    const claim = claimOf('a')
    await store.claim(claim)
    assert.equal(await store.complete(claim, undefined), true)
    assert.deepEqual(await store.claim(claimOf('a')), { state: 'replay', outcome: undefined })
  })

  law('an outcome is kept for its ttl, and the key is as new then', async (store, advance) => {
    const claim = claimOf('a')
    await store.claim(claim)
    await store.complete(claim, 'done')
    await advance(TTL * 0.9)
    assert.equal((await store.claim(claimOf('a'))).state, 'replay')
    await advance(TTL * 0.1)
    fenceOf(await store.claim(claimOf('a', { fingerprint: 'g'.repeat(43) })), 'run')
  })

  law('the ttl of an outcome counts from when it is written', async (store, advance) => {
    const claim = claimOf('a', { lease: TTL })
    await store.claim(claim)
    await advance(TTL * 0.75)
    await store.complete(claim, 'done')
    await advance(TTL * 0.75)
    assert.equal((await store.claim(claimOf('a'))).state, 'replay')
    await advance(TTL * 0.25)
    fenceOf(await store.claim(claimOf('a')), 'run')
  })

  law('an outcome may be written again by its token', async (store) => {
    const claim = claimOf('a')
    await store.claim(claim)
    await store.complete(claim, 'done')
    assert.equal(await store.complete(claim, 'done'), true)
    assert.deepEqual(await store.claim(claimOf('a')), { state: 'replay', outcome: 'done' })
  })

  law('an outcome whose claim was lost is kept', async (store) => {
    assert.equal(await store.complete(claimOf('a'), 'done'), true)
    assert.deepEqual(await store.claim(claimOf('a')), { state: 'replay', outcome: 'done' })
  })
}

function leases(law: Law<IdempotencyStore>): void {
  law('a run whose lease is over is taken over, once', async (store, advance) => {
    const first = fenceOf(await store.claim(claimOf('a')), 'run')
    await advance(LEASE)
    const second = fenceOf(await store.claim(claimOf('a')), 'takeover')
    assert.ok(second > first, `${second} came after ${first}`)
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

  law('a lease that is renewed holds from then', async (store, advance) => {
    const claim = claimOf('a')
    await store.claim(claim)
    await advance(LEASE * 0.75)
    assert.equal(await store.renew(claim), true)
    await advance(LEASE * 0.75)
    assert.equal((await store.claim(claimOf('a'))).state, 'conflict')
    await advance(LEASE * 0.25)
    fenceOf(await store.claim(claimOf('a')), 'takeover')
  })

  law('a lease that is over can be renewed until it is taken over', async (store, advance) => {
    const claim = claimOf('a')
    await store.claim(claim)
    await advance(LEASE)
    assert.equal(await store.renew(claim), true)
    assert.equal((await store.claim(claimOf('a'))).state, 'conflict')
  })

  law('a run that is over is remembered for the ttl', async (store, advance) => {
    await store.claim(claimOf('a'))
    await advance(LEASE + TTL / 2)
    fenceOf(await store.claim(claimOf('a')), 'takeover')
    await advance(LEASE + TTL)
    fenceOf(await store.claim(claimOf('a', { fingerprint: 'g'.repeat(43) })), 'run')
  })

  law('a run may last longer than its ttl', async (store, advance) => {
    const claim = claimOf('a', { ttl: 1_000 })
    await store.claim(claim)
    for (let third = 0; third < 6; third++) {
      await advance(LEASE / 3)
      assert.equal(await store.renew(claim), true)
    }
    assert.equal((await store.claim(claimOf('a'))).state, 'conflict')
    assert.equal(await store.complete(claim, 'done'), true)
  })
}

function owners(law: Law<IdempotencyStore>): void {
  law('who does not run a key cannot change it', async (store) => {
    const claim = claimOf('a')
    await store.claim(claim)
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
    const slow = claimOf('a')
    await store.claim(slow)
    await advance(LEASE)
    const quick = claimOf('a')
    await store.claim(quick)
    assert.equal(await store.renew(slow), false)
    assert.equal(await store.release(slow), false)
    assert.equal(await store.complete(slow, 'slow'), false)
    assert.equal(await store.complete(quick, 'quick'), true)
    assert.equal(await store.complete(slow, 'slow'), false)
    assert.deepEqual(await store.claim(claimOf('a')), { state: 'replay', outcome: 'quick' })
  })

  law('a key that is released is as new', async (store) => {
    const claim = claimOf('a')
    await store.claim(claim)
    assert.equal(await store.release(claim), true)
    assert.equal(await store.release(claim), false)
    assert.equal(await store.renew(claim), false)
    fenceOf(await store.claim(claimOf('a', { fingerprint: 'g'.repeat(43) })), 'run')
    assert.equal(await store.release(claim), false, 'a late release freed the key of another')
    assert.equal((await store.claim(claimOf('a', { fingerprint: 'g'.repeat(43) }))).state, 'conflict')
  })
}

function returns(law: Law<IdempotencyStore>): void {
  law('a run that had taken over and is released is taken over again', async (store, advance) => {
    await store.claim(claimOf('a'))
    await advance(LEASE)
    const second = claimOf('a')
    const fence = fenceOf(await store.claim(second), 'takeover')
    assert.equal(await store.release(second), true)
    assert.equal(await store.release(second), false)
    assert.equal(await store.renew(second), false)
    assert.deepEqual(await store.claim(claimOf('a', { fingerprint: 'g'.repeat(43) })), { state: 'mismatch' })
    const third = claimOf('a')
    assert.ok(fenceOf(await store.claim(third), 'takeover') > fence)
    assert.equal(await store.release(second), false, 'a late release freed the key of another')
    assert.equal((await store.claim(claimOf('a'))).state, 'conflict')
    assert.equal(await store.release(third), true)
    await advance(TTL)
    fenceOf(await store.claim(claimOf('a', { fingerprint: 'g'.repeat(43) })), 'run')
  })

  law('the outcome of who was slow is kept where nobody runs any more', async (store, advance) => {
    const slow = claimOf('a')
    await store.claim(slow)
    await advance(LEASE)
    const quick = claimOf('a')
    await store.claim(quick)
    await store.release(quick)
    assert.equal(await store.complete(slow, 'slow'), true)
    assert.equal(await store.complete(quick, 'quick'), false)
    assert.deepEqual(await store.claim(claimOf('a')), { state: 'replay', outcome: 'slow' })
  })
}

function strangers(law: Law<IdempotencyStore>): void {
  law('what is done is not released or renewed', async (store) => {
    const claim = claimOf('a')
    await store.claim(claim)
    await store.complete(claim, 'done')
    assert.equal(await store.release(claim), false)
    assert.equal(await store.renew(claim), false)
    assert.deepEqual(await store.claim(claimOf('a')), { state: 'replay', outcome: 'done' })
  })

  law('what nobody has cannot be renewed or released', async (store) => {
    const claim = claimOf('a')
    assert.equal(await store.renew(claim), false)
    assert.equal(await store.release(claim), false)
    fenceOf(await store.claim(claimOf('a')), 'run')
  })
}

function fences(law: Law<IdempotencyStore>): void {
  law('fences grow, after a release, a takeover and an end', async (store, advance) => {
    const seen: bigint[] = []
    const claim = async (state: 'run' | 'takeover') => {
      const made = claimOf('a')
      seen.push(fenceOf(await store.claim(made), state))
      return made
    }
    await store.release(await claim('run'))
    await claim('run')
    await advance(LEASE)
    await store.complete(await claim('takeover'), 'done')
    await advance(TTL)
    await claim('run')
    assert.deepEqual(
      seen,
      [...new Set(seen)].sort((a, b) => (a < b ? -1 : 1)),
    )
  })
}

function crowds(law: Law<IdempotencyStore>): void {
  const answers = async (store: IdempotencyStore) => {
    const all = await Promise.all(Array.from({ length: 50 }, async () => store.claim(claimOf('a'))))
    return all.map(({ state }) => state).sort()
  }
  const others = Array.from({ length: 49 }, () => 'conflict')

  law('of fifty claims at once one runs', async (store) => {
    assert.deepEqual(await answers(store), [...others, 'run'])
  })

  law('of fifty claims at once one takes over', async (store, advance) => {
    await store.claim(claimOf('a'))
    await advance(LEASE)
    assert.deepEqual(await answers(store), [...others, 'takeover'])
  })

  law('of an outcome and a takeover at once one counts', async (store, advance) => {
    for (let round = 0; round < 10; round++) {
      const [late, next] = [claimOf(`key ${round}`), claimOf(`key ${round}`)]
      await store.claim(late)
      await advance(LEASE)
      const asked = round % 2 === 0 ? store.claim(next) : undefined
      const completing = store.complete(late, 'late')
      const [kept, { state }] = await Promise.all([completing, asked ?? store.claim(next)])
      assert.deepEqual([kept, state], kept ? [true, 'replay'] : [false, 'takeover'])
      if (!kept) assert.equal(await store.complete(next, 'next'), true)
      const outcome = kept ? 'late' : 'next'
      assert.deepEqual(await store.claim(claimOf(late.key)), { state: 'replay', outcome })
    }
  })
}
