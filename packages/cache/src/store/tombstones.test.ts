import { describe, expect, test } from 'vitest'
import { sizeOfTag, TagBook } from './tag-book.js'
import { Tombstones } from './tombstones.js'

const MINUTE = 60_000
const MOST = 65_536

describe('Tombstones', () => {
  test('forbid a load that began before the deletion of its key, and no other', () => {
    const tombstones = new Tombstones()
    tombstones.add('k', 5, 0)
    expect([4, 5, 6].map((since) => tombstones.forbids('k', since))).toEqual([true, false, false])
    expect(tombstones.forbids('other', 0)).toBe(false)
    expect([tombstones.versionOf('k'), tombstones.versionOf('other')]).toEqual([5, 0])
  })

  test('are kept for a minute; from then on the floor stands for them', () => {
    const tombstones = new Tombstones()
    tombstones.add('a', 1, 0)
    tombstones.add('b', 2, MINUTE - 1)
    expect([tombstones.versionOf('a'), tombstones.floor]).toEqual([1, 0])
    tombstones.add('c', 3, MINUTE)
    expect([tombstones.versionOf('a'), tombstones.versionOf('b'), tombstones.floor]).toEqual([0, 2, 1])
    expect([tombstones.forbids('any', 0), tombstones.forbids('any', 1)]).toEqual([true, false])
  })

  test('one that is renewed is as young as the last time', () => {
    const tombstones = new Tombstones()
    tombstones.add('a', 1, 0)
    tombstones.add('a', 2, MINUTE - 1)
    tombstones.add('b', 3, MINUTE)
    expect([tombstones.versionOf('a'), tombstones.floor]).toEqual([2, 0])
  })

  test('one that is renewed does not keep those after it', () => {
    const tombstones = new Tombstones()
    tombstones.add('a', 1, 0)
    tombstones.add('b', 2, 0)
    tombstones.add('a', 3, MINUTE - 1)
    tombstones.add('c', 4, MINUTE)
    expect([tombstones.versionOf('b'), tombstones.versionOf('a'), tombstones.floor]).toEqual([0, 3, 2])
  })

  test('are forgotten faster than they come', () => {
    const tombstones = new Tombstones()
    for (let id = 1; id <= 4; id++) tombstones.add(`k${id}`, id, 0)
    tombstones.add('x', 5, MINUTE)
    expect(tombstones.floor).toBe(2)
    tombstones.add('y', 6, MINUTE)
    expect(tombstones.floor).toBe(4)
  })

  test('a lower version that is forgotten does not lower the floor', () => {
    const tombstones = new Tombstones()
    tombstones.raise(9)
    tombstones.add('a', 3, 0)
    tombstones.add('b', 10, MINUTE)
    expect(tombstones.floor).toBe(9)
  })

  test('there are at most 65,536: the oldest goes first', () => {
    const tombstones = new Tombstones()
    for (let id = 1; id <= MOST; id++) tombstones.add(`k${id}`, id, 0)
    expect([tombstones.floor, tombstones.versionOf('k1')]).toEqual([0, 1])
    tombstones.add('more', MOST + 1, 0)
    expect([tombstones.floor, tombstones.versionOf('k1'), tombstones.versionOf('k2')]).toEqual([1, 0, 2])
  })

  test('of all that matches forbid what matches, and the floor stands for more than 32', () => {
    const tombstones = new Tombstones()
    for (let id = 1; id <= 32; id++) tombstones.addAll((key) => key === `k${id}`, id)
    expect(tombstones.floor).toBe(0)
    expect([tombstones.forbids('k1', 0), tombstones.forbids('k1', 1), tombstones.forbids('x', 0)]).toEqual([
      true,
      false,
      false,
    ])
    tombstones.addAll((key) => key === 'k33', 33)
    expect([tombstones.floor, tombstones.forbids('x', 0), tombstones.forbids('k33', 1)]).toEqual([
      1,
      true,
      true,
    ])
  })

  test('are one when all is deleted', () => {
    const tombstones = new Tombstones()
    tombstones.add('a', 1, 0)
    tombstones.addAll(() => true, 2)
    tombstones.raise(3)
    expect([tombstones.versionOf('a'), tombstones.floor]).toEqual([0, 3])
    expect([tombstones.forbids('a', 2), tombstones.forbids('a', 3)]).toEqual([true, false])
  })

  test('there are as many as it is told, where that is fewer', () => {
    const tombstones = new Tombstones(2)
    for (const [version, key] of ['', 'a', 'b', 'c'].entries()) tombstones.add(key, version, 0)
    expect([tombstones.floor, tombstones.versionOf('a'), tombstones.versionOf('b')]).toEqual([1, 0, 2])
  })

  test('a version is not replaced by a lower one', () => {
    const tombstones = new Tombstones()
    tombstones.add('a', 2, 0)
    tombstones.add('a', 1, 0)
    expect(tombstones.versionOf('a')).toBe(2)
  })
})

describe('TagBook', () => {
  test('a mark outlives the entries that had the tag', () => {
    const tags = new TagBook()
    const records = tags.claim(['t'])
    tags.bump(['t'], 7, 0)
    tags.release(records, 0)
    expect(tags.markOf('t')).toBe(7)
    expect(tags.claim(['t'])[0]?.mark).toBe(7)
  })

  test('entries share the record of a tag until the last one goes', () => {
    const tags = new TagBook()
    const [one] = tags.claim(['t'])
    const [two] = tags.claim(['t'])
    expect(two).toBe(one)
    tags.release([one as NonNullable<typeof one>], 0)
    tags.bump(['t'], 3, 0)
    expect(two?.mark).toBe(3)
    tags.release([two as NonNullable<typeof two>], 0)
    expect(tags.claim(['t'])[0]).not.toBe(one)
  })

  test('a tag that was never invalidated leaves nothing behind', () => {
    const tags = new TagBook()
    tags.release(tags.claim(['t']), 0)
    tags.release(tags.claim(['u']), MINUTE)
    expect([tags.markOf('t'), tags.floor]).toEqual([0, 0])
  })

  test('the epoch grows with each invalidation, whether anything has the tag or not', () => {
    const tags = new TagBook()
    tags.bump(['t'], 1, 0)
    tags.bump([], 2, 0)
    expect(tags.epoch).toBe(2)
  })

  test('the tags of entries are weighed, each once', () => {
    const tags = new TagBook()
    const [one, two] = [tags.claim(['t', 'other']), tags.claim(['t'])]
    expect(tags.bytes).toBe(sizeOfTag('t') + sizeOfTag('other'))
    tags.release(one, 0)
    expect(tags.bytes).toBe(sizeOfTag('t'))
    tags.release(two, 0)
    expect(tags.bytes).toBe(0)
  })

  test('marks that nobody has are forgotten after a minute, and the floor stands for them', () => {
    const tags = new TagBook()
    tags.bump(['t'], 4, 0)
    tags.bump(['u'], 5, MINUTE)
    expect([tags.markOf('t'), tags.markOf('u'), tags.floor]).toEqual([0, 5, 4])
  })
})
