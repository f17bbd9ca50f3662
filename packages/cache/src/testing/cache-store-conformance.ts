import { assert, type ConformanceOptions, type Law, laws, type Make } from '@base/core/testing'
import type { CacheStore, Entry, NewEntry } from '../store/cache-store.js'

const HOUR = 3_600_000
/** More than a store finds in one step. */
const MANY = 2_000

/**
 * What every {@link CacheStore} must do; a store is one when it passes this against the real system. `advance` lets ten
 * seconds and more pass for the store.
 *
 * @example
 * import { cacheStoreConformance } from '@base/cache/testing'
 * import { TestClock } from '@base/core/testing'
 * import { test } from 'vitest'
 *
 * cacheStoreConformance(
 *   () => {
 *     const clock = new TestClock()
 *     return { subject: memoryCacheStore({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
 *   },
 *   { test },
 * )
 */
export function cacheStoreConformance(
  make: Make<CacheStore> | Make<CacheStore<Uint8Array>>,
  options: ConformanceOptions,
): void {
  const law = laws('CacheStore', make as Make<CacheStore>, options)
  reading(law)
  writing(law)
  loading(law)
  tagging(law)
  searching(law)
  clearing(law)
  closing(law)
}

function reading(law: Law<CacheStore>): void {
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
  })

  law('any text is a key and a tag', async (store) => {
    const keys = ['', '__proto__', 'a:b', 'a*b', 'ключ', '🔑', ' ', 'x'.repeat(5_000)]
    for (const key of keys) await store.set(key, await entryOf(store, key, { tags: [key] }))
    const { entries } = await store.getMany(keys, keys)
    assert.deepEqual(entries.map(textOf), keys)
  })

  law('an entry without an end stays', async (store) => {
    const end = Number.POSITIVE_INFINITY
    await store.set('a', await entryOf(store, 'one', { expiresAt: end, staleUntil: end }))
    const [entry] = (await store.getMany(['a'], [])).entries
    assert.equal(entry?.expiresAt, end)
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

function writing(law: Law<CacheStore>): void {
  law('several are written at once', async (store) => {
    const written = await store.setMany([
      ['a', await entryOf(store, 'one')],
      ['b', await entryOf(store, 'two')],
    ])
    assert.deepEqual(written, [true, true])
    assert.deepEqual((await store.getMany(['a', 'b'], [])).entries.map(textOf), ['one', 'two'])
  })

  law('several that are written at once have tags of their own', async (store) => {
    await store.setMany([
      ['a', await entryOf(store, 'one', { tags: ['t', 'u'] })],
      ['b', await entryOf(store, 'two', { tags: ['v'] })],
      ['c', await entryOf(store, 'three')],
    ])
    assert.deepEqual(await tagsOf(store, ['a', 'b', 'c']), [['t', 'u'], ['v'], []])
  })

  law('an entry that is written anew has its new tags alone', async (store) => {
    for (const tags of [['t', 'u'], ['u', 'v'], []]) {
      await store.set('a', await entryOf(store, 'one', { tags }))
      assert.deepEqual(await tagsOf(store, ['a']), [tags])
    }
  })

  law('what is deleted is gone', async (store) => {
    await store.setMany([
      ['a', await entryOf(store, 'one')],
      ['b', await entryOf(store, 'two')],
    ])
    assert.equal(typeof (await store.delete(['a', 'x'])), 'bigint')
    assert.deepEqual((await store.getMany(['a', 'b'], [])).entries.map(textOf), [undefined, 'two'])
  })
}

function loading(law: Law<CacheStore>): void {
  law('a load that began before a deletion is not written, one that begins after is', async (store) => {
    const version = await versionOf(store, ['a'])
    const deleted = await store.delete(['a'])
    assert.ok(deleted > version)
    assert.equal(await store.set('a', await entryOf(store, 'old'), { unlessDeletedSince: version }), false)
    assert.equal((await store.getMany(['a'], [])).entries[0], undefined)
    const later = await versionOf(store, ['a'])
    assert.equal(await store.set('a', await entryOf(store, 'new'), { unlessDeletedSince: later }), true)
    assert.equal(textOf((await store.getMany(['a'], [])).entries[0]), 'new')
  })

  law('a load that begins right after a change is written', async (store) => {
    // First, for it may write: nothing shall lie between the change and the load.
    const [entry, load] = [await entryOf(store, 'one'), await entryOf(store, 'load')]
    const changes = [
      () => store.delete(['a', 'b']),
      () => store.set('a', entry),
      () => store.setMany([['a', entry] as const]),
      () => store.bumpTags(['t']),
      () => store.clear(),
    ]
    for (const change of changes) {
      await change()
      const unlessDeletedSince = await versionOf(store, ['a', 'b'])
      assert.equal(await store.set('a', load, { unlessDeletedSince }), true)
      assert.deepEqual(await store.setMany([['b', load] as const], { unlessDeletedSince }), [true])
      assert.deepEqual((await store.getMany(['a', 'b'], [])).entries.map(textOf), ['load', 'load'])
    }
  })

  law('a deletion of several refuses the loads of each, whether it was there or not', async (store) => {
    const keys = ['a', 'b', 'missing']
    await store.set('a', await entryOf(store, 'one'))
    await store.set('b', await entryOf(store, 'two'))
    const version = await versionOf(store, keys)
    await store.delete(keys)
    assert.deepEqual(await loadAll(store, keys, version), [false, false, false])
  })

  law('a deletion refuses no load of another key', async (store) => {
    const version = await versionOf(store, ['a'])
    await store.delete(['b'])
    assert.equal(await store.set('a', await entryOf(store, 'one'), { unlessDeletedSince: version }), true)
  })

  law('the same holds for several at once', async (store) => {
    const version = await versionOf(store, [])
    await store.delete(['a'])
    const written = await store.setMany(
      [
        ['a', await entryOf(store, 'old')],
        ['b', await entryOf(store, 'two')],
      ],
      { unlessDeletedSince: version },
    )
    assert.deepEqual(written, [false, true])
    assert.deepEqual((await store.getMany(['a', 'b'], [])).entries.map(textOf), [undefined, 'two'])
  })

  law('a load does not overwrite what was set after it began', async (store) => {
    const version = await versionOf(store, ['a'])
    await store.set('a', await entryOf(store, 'set'))
    assert.equal(await store.set('a', await entryOf(store, 'load'), { unlessDeletedSince: version }), false)
    assert.equal(textOf((await store.getMany(['a'], [])).entries[0]), 'set')
  })

  law('nor what several were set to at once', async (store) => {
    const keys = ['a', 'b']
    // First, for it may write.
    const entry = await entryOf(store, 'set')
    const version = await versionOf(store, keys)
    await store.setMany(keys.map((key) => [key, entry] as const))
    assert.deepEqual(await loadAll(store, keys, version), [false, false])
    assert.deepEqual((await store.getMany(keys, [])).entries.map(textOf), ['set', 'set'])
  })

  law('an entry that has ended takes away what it is not older than, and nothing else', async (store) => {
    await store.set('a', await entryOf(store, 'one'))
    const version = await versionOf(store, ['a'])
    await store.set('b', await entryOf(store, 'two'))
    const ended = await entryOf(store, '', { createdAt: 0, expiresAt: 0, staleUntil: 0 })
    await store.setMany(
      ['a', 'b'].map((key) => [key, ended] as const),
      { unlessDeletedSince: version },
    )
    assert.deepEqual((await store.getMany(['a', 'b'], [])).entries.map(textOf), [undefined, 'two'])
    assert.deepEqual(await collect(store.scan('*')), ['b'])
  })

  law('an entry that is set without a condition is written in any case', async (store) => {
    await store.delete(['a'])
    await store.set('a', await entryOf(store, 'one'))
    await store.set('a', await entryOf(store, 'two'))
    assert.equal(textOf((await store.getMany(['a'], [])).entries[0]), 'two')
  })
}

function tagging(law: Law<CacheStore>): void {
  law('a tag without a bump has the mark 0, one with it a mark above older entries', async (store) => {
    await store.set('a', await entryOf(store, 'one', { tags: ['t'] }))
    const before = await store.getMany(['a'], ['t', 'u'])
    assert.deepEqual(before.marks, [0n, 0n])
    await store.bumpTags(['t'])
    const { marks, entries } = await store.getMany(['a'], ['u', 't'])
    const entry = entries[0]
    assert.equal(marks[0], 0n)
    assert.ok((marks[1] as bigint) > (before.entries[0]?.version as bigint))
    assert.ok(entry === undefined || entry.version < (marks[1] as bigint))
  })

  law('several tags are marked at once', async (store) => {
    await store.set('a', await entryOf(store, 'one', { tags: ['t', 'u'] }))
    const [entry] = (await store.getMany(['a'], [])).entries
    await store.bumpTags(['t', 'u'])
    const { marks } = await store.getMany(['a'], ['t', 'u', 'v'])
    const isAbove = (mark: bigint) => mark > (entry?.version as bigint)
    assert.deepEqual(marks.map(isAbove), [true, true, false])
  })

  law('marks are given without keys', async (store) => {
    await store.bumpTags(['t'])
    const { marks } = await store.getMany(['a'], ['t'])
    assert.deepEqual((await store.getMany([], ['t', 'u'])).marks, [...marks, 0n])
    assert.ok((marks[0] as bigint) > 0n)
  })

  law('a bump refuses no load without the tag', async (store) => {
    const version = await versionOf(store, ['a', 'b'])
    await store.bumpTags(['t'])
    const tagged = await entryOf(store, 'one', { tags: ['u'] })
    assert.equal(await store.set('a', tagged, { unlessDeletedSince: version }), true)
    assert.deepEqual(await loadAll(store, ['b'], version), [true])
  })

  law('what is set after a bump is valid, at once', async (store) => {
    for (let round = 0; round < 20; round++) {
      await store.bumpTags(['t'])
      await store.set('a', await entryOf(store, 'one', { tags: ['t'] }))
      const { entries, marks } = await store.getMany(['a'], ['t'])
      assert.ok((entries[0]?.version as bigint) >= (marks[0] as bigint))
    }
  })

  law(
    'a load has the version at which it began, so that a bump meanwhile makes it invalid',
    async (store) => {
      const { version } = await store.getMany(['a'], ['t'])
      await store.bumpTags(['t'])
      await store.set('a', await entryOf(store, 'old', { tags: ['t'] }), { unlessDeletedSince: version })
      const { entries, marks } = await store.getMany(['a'], ['t'])
      assert.ok(entries[0] === undefined || entries[0].version < (marks[0] as bigint))
    },
  )
}

function searching(law: Law<CacheStore>): void {
  law('only the star is special in a pattern', async (store) => {
    const keys = ['user:1', 'user:2', 'users', 'a*b', 'aXb', 'a?b', '[ab]', 'User:1', 'a\\*b']
    for (const key of keys) await store.set(key, await entryOf(store, key))
    const scan = async (pattern: string) => [...new Set(await collect(store.scan(pattern)))].sort()
    assert.deepEqual(await scan('user:*'), ['user:1', 'user:2'])
    assert.deepEqual(await scan('a?b'), ['a?b'])
    assert.deepEqual(await scan('[ab]'), ['[ab]'])
    assert.deepEqual(await scan('a*b'), ['a*b', 'a?b', 'aXb', 'a\\*b'].sort())
    assert.deepEqual(await scan('*'), [...keys].sort())
    assert.deepEqual(await scan('nothing*'), [])
  })

  law('a star stands for any text, line breaks and all', async (store) => {
    const keys = ['user:1', 'user:\n1', 'user:\r\n', 'user:\u2028', '\nuser:1']
    for (const key of keys) await store.set(key, await entryOf(store, key))
    assert.deepEqual([...new Set(await collect(store.scan('user:*')))].sort(), keys.slice(0, 4).sort())
    assert.deepEqual([...new Set(await collect(store.scan('*1')))].sort(), [keys[0], keys[1], keys[4]].sort())
  })

  law('a scan finds all keys, however many', async (store) => {
    const entry = await entryOf(store, '')
    const keys = Array.from({ length: MANY }, (_, id) => `key:${id}`).sort()
    await store.setMany([...keys, 'other'].map((key) => [key, entry] as const))
    assert.deepEqual([...new Set(await collect(store.scan('key:*')))].sort(), keys)
  })
}

function clearing(law: Law<CacheStore>): void {
  law('after a clearing nothing is left, and loads that began before it are refused', async (store) => {
    await store.set('a', await entryOf(store, 'one'))
    const version = await versionOf(store, ['a'])
    await store.clear()
    assert.equal((await store.getMany(['a'], [])).entries[0], undefined)
    assert.equal(await store.set('b', await entryOf(store, 'old'), { unlessDeletedSince: version }), false)
    await store.set('a', await entryOf(store, 'two'))
    assert.equal(textOf((await store.getMany(['a'], [])).entries[0]), 'two')
  })

  law('the version only grows', async (store) => {
    let last = await versionOf(store, [])
    const changes = [
      async () => store.set('a', await entryOf(store, 'one')),
      () => store.delete(['a']),
      () => store.bumpTags(['t']),
      () => store.clear(),
    ]
    for (const change of changes) {
      await change()
      const version = await versionOf(store, [])
      assert.ok(version > last)
      last = version
    }
  })
}

function closing(law: Law<CacheStore>): void {
  law('an aborted signal reads nothing', async (store) => {
    const reason = new Error('gone')
    const signal = AbortSignal.abort(reason)
    await store.set('a', await entryOf(store, 'one'))
    assert.equal(await rejection(store.getMany(['a'], [], { signal })), reason)
    assert.equal(await rejection(collect(store.scan('*', { signal }))), reason)
  })

  law('it closes as often as it is asked to', async (store) => {
    await store.close()
    await store.close()
  })
}

/** An entry for an hour, on the store's own clock. */
async function entryOf(store: CacheStore, text: string, more: Partial<NewEntry> = {}): Promise<NewEntry> {
  const now = await nowOf(store)
  return {
    value: rawOf(store, text),
    createdAt: now,
    expiresAt: now + HOUR,
    staleUntil: now + HOUR,
    tags: [],
    ...more,
  }
}

function rawOf(store: CacheStore, text: string): unknown {
  return store.encoding === 'bytes' ? new TextEncoder().encode(text) : Object.freeze({ text })
}

const clocks = new WeakMap<CacheStore, number>()

/** The store's wall clock when it was first asked: found by writing entries that have, and have not, ended. */
async function nowOf(store: CacheStore): Promise<number> {
  let ended = clocks.get(store) ?? 0
  if (ended > 0) return ended
  let lives = 2 ** 43
  while (lives - ended > 1) {
    const middle = Math.floor((ended + lives) / 2)
    await store.set('clock', { value: rawOf(store, ''), expiresAt: middle, staleUntil: middle, tags: [] })
    if ((await store.getMany(['clock'], [])).entries[0] === undefined) ended = middle
    else lives = middle
  }
  await store.delete(['clock'])
  clocks.set(store, ended)
  return ended
}

/** What a load that begins now is to be written with. A cache can do without it; the laws cannot. */
async function versionOf(store: CacheStore, keys: readonly string[]): Promise<bigint> {
  const { version } = await store.getMany(keys, [])
  assert.ok(version !== undefined)
  return version
}

/** Which keys a load that began at a version is written under. */
async function loadAll(store: CacheStore, keys: readonly string[], version: bigint): Promise<boolean[]> {
  const written: boolean[] = []
  for (const key of keys)
    written.push(await store.set(key, await entryOf(store, 'load'), { unlessDeletedSince: version }))
  return written
}

async function tagsOf(store: CacheStore, keys: readonly string[]): Promise<string[][]> {
  const { entries } = await store.getMany(keys, [])
  return entries.map((entry) => [...(entry?.tags ?? ['none'])].sort())
}

function textOf(entry: Entry | undefined): string | undefined {
  if (entry === undefined) return undefined
  return entry.value instanceof Uint8Array
    ? new TextDecoder().decode(entry.value)
    : (entry.value as { readonly text: string }).text
}

/** What a promise rejects with. */
async function rejection(promise: PromiseLike<unknown>): Promise<unknown> {
  return Promise.resolve(promise).then(
    () => undefined,
    (error: unknown) => error,
  )
}

async function collect(keys: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = []
  for await (const key of keys) found.push(key)
  return found
}
