import { assert, type Law } from '@base/core/testing'
import type { RefreshStore } from '../tokens/refresh/refresh-store.js'
import { handleOf, hashOf } from './handles.js'
import { familyOf, find, listed, rotate, started, status } from './refresh-subject.js'
import { HOUR, SECOND } from './times.js'

/** What a family is. */
export function keeping(law: Law<RefreshStore>): void {
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

  law('what the service wants back comes back whole', async (store) => {
    const data = JSON.stringify({ label: 'é'.repeat(4_096) })
    await started(store, 'a', { data })
    assert.equal((await find(store, 'a', 'a0'))?.family.data, data)
  })

  law('what was not given is absent', async (store) => {
    await started(store, 'a')
    const { family } = (await find(store, 'a', 'a0')) ?? {}
    assert.deepEqual([family?.scope, family?.jkt], [undefined, undefined])
  })
}

/** What is found, and what is not. */
export function finding(law: Law<RefreshStore>): void {
  law('a family is found by its id alone, also one that has ended', async (store) => {
    await started(store, 'a', { sub: 'ann' })
    await started(store, 'b')
    await rotate(store, 'a', 'a0', 'a1')
    const present = async () => {
      const { status, family } = (await store.find(handleOf('a'), undefined, Date.now())) ?? {}
      return [status, family?.id, family?.sub]
    }
    assert.deepEqual(await present(), ['active', handleOf('a'), 'ann'])
    await store.revokeFamily(handleOf('a'), Date.now())
    assert.deepEqual(await present(), ['revoked', handleOf('a'), 'ann'])
    assert.equal(await store.find(handleOf('c'), undefined, Date.now()), undefined)
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
    assert.deepEqual(await listed(store), [handleOf('b'), handleOf('a')])
    assert.deepEqual(await store.list('nobody', Date.now()), [])
  })
}
