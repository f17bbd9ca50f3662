import { assert, type ConformanceOptions, type Law, laws, type Make } from '@base/core/testing'
import type { RecoveryCodeStore } from '../recovery-codes/recovery-code-store.js'

/**
 * What every `RecoveryCodeStore` must do; a store is one when it passes this against the real system.
 *
 * `make` gives a store without subjects. Time means nothing to it.
 *
 * @example
 * import { memoryRecoveryCodeStore } from '@base/auth/recovery-codes'
 * import { recoveryCodeStoreConformance } from '@base/auth/testing'
 * import { test } from 'vitest'
 *
 * recoveryCodeStoreConformance(
 *   () => ({ subject: memoryRecoveryCodeStore(), advance: () => {}, dispose: () => {} }),
 *   { test },
 * )
 */
export function recoveryCodeStoreConformance(
  make: Make<RecoveryCodeStore>,
  options: ConformanceOptions,
): void {
  const law = laws('RecoveryCodeStore', make, options)
  keeping(law)
  subjects(law)
  races(law)
}

function keeping(law: Law<RecoveryCodeStore>): void {
  law('a code is taken once, and the others stay', async (store) => {
    await store.replace('ann', ['a', 'b', 'c'].map(hashOf))
    assert.deepEqual(await taken(store, ['b', 'b', 'x', 'a', 'a']), [true, false, false, true, false])
    assert.equal(await store.count('ann'), 1)
    assert.deepEqual(await taken(store, ['c', 'c']), [true, false])
    assert.equal(await store.count('ann'), 0)
    assert.equal(await store.remove('ann'), false)
  })

  law('a code that is taken is counted no longer', async (store) => {
    const names = ['a', 'b', 'c']
    await store.replace('ann', names.map(hashOf))
    for (const [index, name] of names.entries()) {
      assert.equal(await store.count('ann'), 3 - index)
      assert.equal(await store.take('ann', hashOf(name)), true)
      assert.equal(await store.count('ann'), 2 - index)
    }
  })

  law('codes that are replaced mean nothing', async (store) => {
    await store.replace('ann', ['a', 'b', 'c'].map(hashOf))
    await store.replace('ann', ['c', 'd'].map(hashOf))
    assert.equal(await store.count('ann'), 2)
    assert.deepEqual(await taken(store, ['a', 'b', 'c', 'd']), [false, false, true, true])
  })

  law('a hundred codes are kept', async (store) => {
    const names = Array.from({ length: 100 }, (_, index) => `${index}`)
    await store.replace('ann', names.map(hashOf))
    assert.equal(await store.count('ann'), 100)
    assert.deepEqual(
      await taken(store, names),
      names.map(() => true),
    )
  })
}

function subjects(law: Law<RecoveryCodeStore>): void {
  law('subjects do not know each other', async (store) => {
    const odd = "ü'; -- {a}"
    for (const sub of ['ann', 'bob', odd]) await store.replace(sub, [hashOf('a'), hashOf(sub)])
    for (const sub of ['Ann', 'ann ', 'nobody']) assert.equal(await store.take(sub, hashOf('a')), false)
    assert.equal(await store.take('ann', hashOf('bob')), false)
    assert.deepEqual(
      [await store.take('ann', hashOf('a')), await store.take('bob', hashOf('a'))],
      [true, true],
    )
    assert.equal(await store.remove('bob'), true)
    assert.deepEqual([await store.count('ann'), await store.count('bob'), await store.count(odd)], [1, 0, 2])
    assert.equal(await store.take(odd, hashOf(odd)), true)
  })

  law('a subject that is removed has no codes', async (store) => {
    await store.replace('ann', [hashOf('a')])
    assert.deepEqual([await store.remove('ann'), await store.remove('ann')], [true, false])
    assert.equal(await store.count('ann'), 0)
    assert.equal(await store.take('ann', hashOf('a')), false)
    await store.replace('ann', [hashOf('b')])
    assert.deepEqual(await taken(store, ['a', 'b']), [false, true])
  })
}

function races(law: Law<RecoveryCodeStore>): void {
  const many = Array.from({ length: 50 }, (_, index) => `${index}`)

  law('of 50 that take one code at once exactly one succeeds', async (store) => {
    await store.replace('ann', ['a', 'b'].map(hashOf))
    const all = await Promise.all(many.map(() => store.take('ann', hashOf('a'))))
    assert.equal(all.filter(Boolean).length, 1)
    assert.equal(await store.count('ann'), 1)
  })

  law('50 that take codes of their own at once all succeed', async (store) => {
    await store.replace('ann', many.map(hashOf))
    const all = await Promise.all(many.map((name) => store.take('ann', hashOf(name))))
    assert.equal(all.filter(Boolean).length, 50)
    assert.equal(await store.count('ann'), 0)
  })

  law('of sets that replace each other at once one is left, whole', async (store) => {
    const sets = many.slice(0, 10).map((set) => ['a', 'b', 'c'].map((name) => `${set}${name}`))
    await Promise.all(sets.map((names) => store.replace('ann', names.map(hashOf))))
    assert.equal(await store.count('ann'), 3)
    const left = await Promise.all(sets.map((names) => taken(store, names)))
    const whole = left.filter((set) => set.every((isTaken) => isTaken))
    assert.equal(whole.length, 1)
  })
}

function hashOf(name: string): string {
  return Buffer.from(name).toString('base64url').padEnd(43, '-')
}

async function taken(store: RecoveryCodeStore, names: readonly string[]): Promise<boolean[]> {
  const all: boolean[] = []
  for (const name of names) all.push(await store.take('ann', hashOf(name)))
  return all
}
