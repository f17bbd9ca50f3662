import { expect, test } from 'vitest'
import { Tombstones } from './tombstones.js'

test('the oldest of more than 32 deletions by pattern is forgotten, and then stands for every key', () => {
  const tombstones = new Tombstones()
  for (let version = 1; version <= 32; version++) tombstones.addAll((key) => key === 'gone', version)
  expect([tombstones.forbids('gone', 0), tombstones.forbids('other', 0), tombstones.floor]).toEqual([
    true,
    false,
    0,
  ])
  tombstones.addAll(() => false, 33)
  expect([tombstones.floor, tombstones.forbids('other', 0), tombstones.forbids('other', 1)]).toEqual([
    1,
    true,
    false,
  ])
})

test('a key that is deleted again is remembered for as long as the last time asks', () => {
  const tombstones = new Tombstones()
  tombstones.add('a', 1, 0)
  tombstones.add('b', 2, 1_000)
  tombstones.add('a', 3, 50_000)
  tombstones.add('c', 4, 61_000)
  expect([tombstones.floor, tombstones.versionOf('a'), tombstones.versionOf('b')]).toEqual([2, 3, 0])
})

test('what was taken, and what was raised past, is not asked any more', () => {
  const tombstones = new Tombstones()
  tombstones.add('a', 1, 0)
  expect([tombstones.take('a'), tombstones.versionOf('a')]).toEqual([1, 0])
  tombstones.add('b', 2, 0)
  tombstones.raise(3)
  expect([tombstones.versionOf('b'), tombstones.forbids('b', 2), tombstones.forbids('b', 3)]).toEqual([
    0,
    true,
    false,
  ])
})
