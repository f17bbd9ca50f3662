import { assert, type Law } from '@base/core/testing'
import type { IdempotencyStore } from '../idempotency/idempotency-store.js'
import { claimOf, fenceOf, LEASE, OTHER, TTL } from './claims.js'

/** Who gets a key, and what the others are told. */
export function claims(law: Law<IdempotencyStore>): void {
  conflicts(law)
  otherClaims(law)
}

/** Of two who want one key. */
function conflicts(law: Law<IdempotencyStore>): void {
  law('a key that nobody has is run, and a conflict for others', async (store) => {
    assert.ok(fenceOf(await store.claim(claimOf('a')), 'run') > 0n)
    const answer = await store.claim(claimOf('a'))
    assert.equal(answer.state, 'conflict')
    const left = (answer as { retryAfter: number }).retryAfter
    assert.ok(Number.isSafeInteger(left) && left > 0 && left <= LEASE, `retryAfter ${left}`)
  })

  law('retryAfter is what is left of the lease', async (store, advance) => {
    await store.claim(claimOf('a'))
    let left = LEASE
    for (const passed of [0, LEASE * 0.75, LEASE * 0.2]) {
      await advance(passed)
      left -= passed
      const { retryAfter } = (await store.claim(claimOf('a'))) as { retryAfter: number }
      const least = Math.max(0, left - LEASE * 0.1)
      assert.ok(retryAfter > least && retryAfter <= left, `retryAfter ${retryAfter}, left ${left}`)
    }
  })

  law('a claim may be repeated by its token', async (store, advance) => {
    const claim = claimOf('a')
    const first = await store.claim(claim)
    assert.deepEqual(await store.claim(claim), first)
    await advance(LEASE)
    assert.deepEqual(await store.claim(claim), first)
    const next = claimOf('a')
    const second = await store.claim(next)
    fenceOf(second, 'takeover')
    assert.deepEqual(await store.claim(next), second)
    assert.equal(await store.complete(next, 'done'), true)
  })
}

/** What is no other claim of the key. */
function otherClaims(law: Law<IdempotencyStore>): void {
  law('a claim that is refused prolongs nothing', async (store, advance) => {
    const refuse = async (state: string) => {
      assert.equal((await store.claim(claimOf('a', OTHER))).state, 'mismatch')
      assert.equal((await store.claim(claimOf('a'))).state, state)
    }
    await store.claim(claimOf('a'))
    await advance(LEASE / 2)
    await refuse('conflict')
    await advance(LEASE / 2)
    const next = claimOf('a')
    fenceOf(await store.claim(next), 'takeover')
    await store.complete(next, 'done')
    await advance(TTL / 2)
    await refuse('replay')
    await advance(TTL / 2)
    fenceOf(await store.claim(claimOf('a', OTHER)), 'run')
  })

  law('another fingerprint is a mismatch, running, over or done', async (store, advance) => {
    const claim = claimOf('a')
    const others = async () => {
      for (const fingerprint of ['g'.repeat(43), 'F'.repeat(43), `${'f'.repeat(42)}g`])
        assert.deepEqual(await store.claim(claimOf('a', { fingerprint })), { state: 'mismatch' }, fingerprint)
    }
    await store.claim(claim)
    await others()
    await advance(LEASE)
    await others()
    await store.complete(claim, 'done')
    await others()
  })

  law('any text is a key, and keys do not know each other', async (store) => {
    const ascii = ['a', 'A', 'a ', ' a', 'a:b', '{a}', '{b}a', '*', '%', "'; --", '__proto__', 'constructor']
    const others = ['ä', 'a\u0308', '\n', '😀', 'x'.repeat(511), 'x'.repeat(512), 'ü'.repeat(512)]
    for (const key of [...ascii, ...others]) fenceOf(await store.claim(claimOf(key)), 'run')
  })
}
