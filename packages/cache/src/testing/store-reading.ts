import { assert, type Law } from '@base/core/testing'
import type { CacheStore } from '../store/cache-store.js'
import { collect, entryOf, tagsOf, textOf } from './store-entries.js'

/** What was written is read, until its end. */
export function reading(law: Law<CacheStore>): void {
  contents(law)
  ends(law)
}

function contents(law: Law<CacheStore>): void {
  law('an entry comes back as it was written, under its key only', async (store) => {
    const entry = await entryOf(store, 'one', { tags: ['t', 'ü:*'], loadTime: 12 })
    assert.equal(await store.set('a', entry), true)
    const { entries } = await store.getMany(['b', 'a', ''], [])
    assert.deepEqual([entries.length, entries[0], entries[2]], [3, undefined, undefined])
    assert.deepEqual(textOf(entries[1]), 'one')
    assert.deepEqual([...(entries[1]?.tags ?? [])].sort(), ['t', 'ü:*'])
    assert.equal(entries[1]?.loadTime, 12)
    assert.ok(Math.abs((entries[1]?.expiresAt ?? 0) - entry.expiresAt) <= 1)
    assert.ok(Math.abs((entries[1]?.staleUntil ?? 0) - entry.staleUntil) <= 1)
    if (store.encoding === 'bytes')
      assert.ok(Math.abs((entries[1]?.createdAt ?? 0) - (entry.createdAt ?? 0)) <= 1, 'when it was made')
  })

  law('any text is a key and a tag', async (store) => {
    const texts = ['', '__proto__', 'a:b', 'a*b', 'ключ', 'ё', 'е\u0308', '🔑', ' ', 'x'.repeat(5_000)]
    for (const text of texts) await store.set(text, await entryOf(store, text, { tags: [text] }))
    const { entries } = await store.getMany(texts, [])
    assert.deepEqual(entries.map(textOf), texts)
    assert.deepEqual(
      await tagsOf(store, texts),
      texts.map((text) => [text]),
    )
    for (const [place, text] of texts.entries()) {
      await store.bumpTags([text])
      const { marks } = await store.getMany([], texts)
      assert.deepEqual(
        marks.map((mark) => mark > 0n),
        texts.map((_, other) => other <= place),
      )
    }
  })
}

function ends(law: Law<CacheStore>): void {
  law('an entry without an end stays', async (store) => {
    const end = Number.POSITIVE_INFINITY
    await store.set('a', await entryOf(store, 'one', { expiresAt: end, staleUntil: end }))
    const [entry] = (await store.getMany(['a'], [])).entries
    assert.deepEqual([entry?.expiresAt, entry?.staleUntil], [end, end])
  })

  law('an entry is there until staleUntil, and gone then', async (store, advance) => {
    const { createdAt = 0 } = await entryOf(store, '')
    await store.set(
      'a',
      await entryOf(store, 'one', { expiresAt: createdAt + 5_000, staleUntil: createdAt + 10_000 }),
    )
    await store.set('b', await entryOf(store, 'two'))
    await advance(6_000)
    assert.equal(textOf((await store.getMany(['a'], [])).entries[0]), 'one')
    await advance(5_000)
    const { entries } = await store.getMany(['a', 'b'], [])
    assert.deepEqual(entries.map(textOf), [undefined, 'two'])
  })

  law('an entry is gone at staleUntil itself', async (store, advance) => {
    const { createdAt = 0 } = await entryOf(store, '')
    const ends = { expiresAt: createdAt + 5_000, staleUntil: createdAt + 10_000 }
    await store.set('a', await entryOf(store, 'one', ends))
    await advance(10_000)
    assert.equal((await store.getMany(['a'], [])).entries[0], undefined)
    assert.deepEqual(await collect(store.scan('*')), [])
  })
}
