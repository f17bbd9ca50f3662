import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Names } from './names.js'

const prefixes = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => !/[{}]/.test(text))
const keys = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '}:', '{a}', 'a}:b', ':', '{x:00}:k'),
)

describe.each([false, true])('the names of a cache, on a cluster: %s', (isCluster) => {
  test('give the key back, and are no name of a cache with another prefix', () => {
    fc.assert(
      fc.property(prefixes, prefixes, keys, (prefix, other, key) => {
        const names = new Names(prefix, isCluster)
        const name = names.shardOf(key).entry + key
        expect(names.keyOf(name)).toBe(key)
        if (prefix !== other) expect(new Names(other, isCluster).keyOf(name)).toBeUndefined()
      }),
    )
  })

  test('are no names of what was deleted, or of the tags', () => {
    fc.assert(
      fc.property(prefixes, prefixes, keys, (prefix, other, key) => {
        const name = new Names(prefix, isCluster).shardOf(key).entry + key
        const { tags, shards } = new Names(other, isCluster)
        expect([tags, ...shards.map(({ deleted }) => deleted)]).not.toContain(name)
      }),
    )
  })
})

test('the keys of a cluster are spread over its shards', () => {
  const names = new Names('cache', true)
  const counts = new Map<number, number>()
  for (let index = 0; index < 12_800; index++) {
    const { index: shard } = names.shardOf(`user:${index}`)
    counts.set(shard, (counts.get(shard) ?? 0) + 1)
  }
  expect(counts.size).toBe(128)
  expect(Math.max(...counts.values())).toBeLessThan(160)
})
