import { assert, type Law } from '@base/core/testing'
import type { IdempotencyStore } from '../idempotency/idempotency-store.js'
import { claimOf, fenceOf, LEASE, TTL } from './claims.js'

/** Each run has a higher fence. */
export function fences(law: Law<IdempotencyStore>): void {
  law(
    'fences grow, after a release, a takeover, an end and a run that is forgotten',
    async (store, advance) => {
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
      await advance(LEASE + TTL)
      await claim('run')
      assert.deepEqual(
        seen,
        [...new Set(seen)].sort((a, b) => (a < b ? -1 : 1)),
      )
    },
  )
}

/** Of those who ask at once one gets the key. */
export function crowds(law: Law<IdempotencyStore>): void {
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
