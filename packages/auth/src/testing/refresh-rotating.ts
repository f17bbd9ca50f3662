import { assert, type Law } from '@base/core/testing'
import type { RefreshStore } from '../tokens/refresh/refresh-store.js'
import { handleOf } from './handles.js'
import { find, GRACE, listed, rotate, SEALED, started, status } from './refresh-subject.js'
import { HOUR, MINUTE, MOMENT } from './times.js'

/** One token takes the place of another. */
export function rotating(law: Law<RefreshStore>): void {
  law('a rotation puts the child in the place of the parent', async (store, advance) => {
    await started(store, 'a', { scope: 'read write' })
    await advance(MINUTE)
    assert.deepEqual(await rotate(store, 'a', 'a0', 'a1', { scope: 'read' }), { status: 'rotated' })
    const after = await find(store, 'a', 'a1')
    assert.deepEqual([await status(store, 'a', 'a0'), after?.status], ['rotated', 'active'])
    assert.equal(after?.family.scope, 'read')
    const { createdAt = 0, lastUsedAt = 0, idleExpiresAt, expiresAt } = after?.family ?? {}
    assert.equal(expiresAt, createdAt + 3 * HOUR)
    assert.ok(lastUsedAt >= createdAt + MINUTE, 'lastUsedAt has moved')
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

/** Tokens that come again. */
export function reuse(law: Law<RefreshStore>): void {
  law('within the grace the parent gets the child that was kept, with its scope', async (store, advance) => {
    await started(store, 'a', { scope: 'read write' })
    await rotate(store, 'a', 'a0', 'a1', { scope: 'read', sealed: SEALED })
    await advance(GRACE - MOMENT)
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

/** Tokens that nobody made, beside those that were replaced. */
export function guesses(law: Law<RefreshStore>): void {
  law('a token that nobody made is none that was replaced, and ends nothing', async (store, advance) => {
    await started(store, 'a')
    await rotate(store, 'a', 'a0', 'a1')
    for (const passing of [0, GRACE]) {
      await advance(passing)
      assert.equal(await find(store, 'a', 'x'), undefined)
      assert.deepEqual(await rotate(store, 'a', 'x', 'y'), { status: 'unknown' })
      assert.equal(await status(store, 'a', 'a1'), 'active')
    }
    await store.revokeFamily(handleOf('a'), Date.now())
    assert.equal(await find(store, 'a', 'x'), undefined)
    assert.deepEqual(await rotate(store, 'a', 'x', 'y'), { status: 'unknown' })
  })
}

/** Tokens that come again where that is a theft. */
export function strictness(law: Law<RefreshStore>): void {
  law('without a grace the parent revokes the family at once', async (store) => {
    await started(store, 'a')
    await rotate(store, 'a', 'a0', 'a1', { grace: 0, sealed: undefined })
    assert.deepEqual(await rotate(store, 'a', 'a0', 'x', { grace: 0 }), { status: 'reused' })
  })

  law('who asks with a shorter grace is answered by it', async (store) => {
    await started(store, 'a')
    await rotate(store, 'a', 'a0', 'a1')
    assert.deepEqual(await rotate(store, 'a', 'a0', 'x', { grace: 0 }), { status: 'reused' })
    assert.equal(await status(store, 'a', 'a1'), 'revoked')
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
