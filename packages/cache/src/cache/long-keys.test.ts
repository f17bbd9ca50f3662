import { TestClock } from '@base/core/testing'
import fc from 'fast-check'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { type CacheStore, memoryCacheStore } from '../store/index.js'
import { createCache } from './index.js'
import { shorten } from './long-keys.js'

/** Two caches with memory of their own over a store that remembers the names it was given. */
function pair() {
  const clock = new TestClock()
  const shared = memoryCacheStore({ clock })
  const names: string[] = []
  const store: CacheStore = {
    ...shared,
    getMany: (keys, tags, options) => {
      names.push(...keys, ...tags)
      return shared.getMany(keys, tags, options)
    },
  }
  const node = () => createCache({ layers: [memoryCacheStore({ clock }), store], clock })
  return { a: node(), b: node(), node, names }
}

const LONG = 'k'.repeat(20_000)

describe('keys and tags above 1,024 bytes', () => {
  test('that differ in their last character are two', async () => {
    const { a, b } = pair()
    await a.set(`${LONG}1`, 1)
    await a.set(`${LONG}2`, 2)
    expect(await b.getMany([`${LONG}1`, `${LONG}2`, LONG])).toEqual([1, 2, undefined])
    await a.delete(`${LONG}1`)
    expect([await a.has(`${LONG}1`), await a.has(`${LONG}2`)]).toEqual([false, true])
  })

  test('reach the layers shortened, with their beginning as text', async () => {
    const { a, names } = pair()
    await a.namespace('n').getOrSet(`user:${LONG}`, () => 1, { tags: [`tag:${LONG}`] })
    const [key = '', ...tags] = names
    expect(key).toMatch(/^:n::user:k{1019}#sha256:[0-9a-f]{64}$/)
    expect(tags.at(-1)).toMatch(/^t:n::tag:k{1020}#sha256:[0-9a-f]{64}$/)
  })

  test('are found by patterns, by their beginning', async () => {
    const { a, node } = pair()
    const keys = [`a:${LONG}:x`, `a:${LONG}:y`, `b:${LONG}`, 'a:short:x', 'a:short:y']
    const left = async (pattern: string) => {
      await a.setMany(keys.map((key, index) => [key, index]))
      await a.deleteByPattern(pattern)
      return (await node().getMany(keys)).map((value) => value !== undefined)
    }
    expect(await left('a:*')).toEqual([false, false, true, false, false])
    expect(await left(`a:${LONG}:x`)).toEqual([false, true, true, true, true])
    expect(await left('a:*:x')).toEqual([false, false, true, false, true])
    expect(await left(`a:${LONG}*`)).toEqual([false, false, true, true, true])
    expect(await left('c:*')).toEqual([true, true, true, true, true])
  })

  test('name one load each, for functions of large arguments as well', async () => {
    const { a } = pair()
    const read = vi.fn(async (ids: readonly number[]) => ids.length)
    const cached = a.cached(read, { key: 'read' })
    const ids = Array.from({ length: 5_000 }, (_, id) => id)
    await cached(ids)
    expect(await cached([...ids])).toBe(5_000)
    await cached([...ids, 1])
    expect(read).toHaveBeenCalledTimes(2)
  })
})

describe('a shortened key', () => {
  test('is never that of a key which is short, whatever its characters', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 0, maxLength: 700 })
    fc.assert(
      fc.property(text, (key) => {
        const bytes = Buffer.byteLength(key)
        expect(shorten(key) === key).toBe(bytes <= 1_024)
        expect(Buffer.byteLength(shorten(key)) > 1_024).toBe(bytes > 1_024)
        const known = shorten(key).replace(/#sha256:[0-9a-f]{64}$/, '')
        expect(key.startsWith(known)).toBe(true)
      }),
    )
  })

  test.each([
    [1_024, 'a'.repeat(1_024)],
    [1_025, 'a'.repeat(1_025)],
    [1_023 + 4, `${'a'.repeat(1_023)}🔑`],
  ])('begins at 1,025 bytes: %d', (bytes, key) => {
    expect(shorten(key) === key).toBe(bytes <= 1_024)
  })
})

describe('without node:crypto', () => {
  beforeEach(() => {
    vi.stubGlobal('process', { ...process, getBuiltinModule: undefined })
    return () => vi.unstubAllGlobals()
  })

  test('long keys stay as they are', async () => {
    const { a, b, names } = pair()
    await a.set(`${LONG}1`, 1)
    expect(await b.getMany([`${LONG}1`, `${LONG}2`])).toEqual([1, undefined])
    expect(names).toContain(`${LONG}1`)
  })

  test('patterns compare them to their end', async () => {
    const { a } = pair()
    await a.setMany([
      [`a:${LONG}:x`, 1],
      [`a:${LONG}:y`, 2],
    ])
    await a.deleteByPattern('a:*:x')
    expect(await a.getMany([`a:${LONG}:x`, `a:${LONG}:y`])).toEqual([undefined, 2])
  })
})
