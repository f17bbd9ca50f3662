import { expect, test } from 'vitest'
import { Rounds } from './rounds.js'

/** The next keys of so many looks. */
function looks(rounds: Rounds<string, number>, count: number): unknown[] {
  return Array.from({ length: count }, () => rounds.next()?.[0])
}

test('all have their turn, again and again', () => {
  const rounds = new Rounds(new Map(Object.entries({ a: 1, b: 2, c: 3 })))
  expect(looks(rounds, 7)).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'a'])
})

test('what is added has its turn in the same round, and what is deleted has none', () => {
  const map = new Map(Object.entries({ a: 1, b: 2 }))
  const rounds = new Rounds(map)
  expect(looks(rounds, 1)).toEqual(['a'])
  map.delete('b')
  map.set('c', 3)
  expect(looks(rounds, 3)).toEqual(['c', 'a', 'c'])
})

test('of an empty map there is nothing, until something is added', () => {
  const map = new Map<string, number>()
  const rounds = new Rounds(map)
  expect(looks(rounds, 2)).toEqual([undefined, undefined])
  map.set('a', 1)
  expect(looks(rounds, 2)).toEqual(['a', 'a'])
})
