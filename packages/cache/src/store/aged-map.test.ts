import { describe, expect, test, vi } from 'vitest'
import { AgedMap } from './aged-map.js'

describe('AgedMap', () => {
  test('gives what was set longest ago, whatever was set anew or deleted meanwhile', () => {
    const map = new AgedMap<string, number>()
    expect(map.oldest).toBeUndefined()
    for (const [age, key] of ['a', 'b', 'c', 'd'].entries()) map.set(key, age)
    expect(map.oldest).toEqual(['a', 0])
    map.set('a', 4)
    expect(map.oldest).toEqual(['b', 1])
    map.delete('b')
    expect(map.oldest).toEqual(['c', 2])
    map.deleteOldest()
    expect([...map]).toEqual([
      ['d', 3],
      ['a', 4],
    ])
  })

  test('knows what is set after it was empty, or cleared', () => {
    const map = new AgedMap<string, number>()
    map.set('a', 1)
    map.deleteOldest()
    expect(map.oldest).toBeUndefined()
    map.set('b', 2)
    expect(map.oldest).toEqual(['b', 2])
    map.clear()
    expect(map.oldest).toBeUndefined()
    map.set('c', 3)
    expect(map.oldest).toEqual(['c', 3])
  })

  test('begins its walk anew only once in as many keys as it has', () => {
    const map = new AgedMap<number, number>()
    const entries = vi.spyOn(map, 'entries')
    for (let id = 0; id < 1_000; id++) {
      map.set(id, id)
      if (map.size > 100) map.deleteOldest()
    }
    expect([map.size, map.oldest]).toEqual([100, [900, 900]])
    expect(entries.mock.calls.length).toBeLessThan(20)
  })
})
