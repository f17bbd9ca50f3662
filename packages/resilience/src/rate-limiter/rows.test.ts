import { seededRandom } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { Cells } from './cells.js'
import { Rows } from './rows.js'

/** Rows with a number each, which tells whose they are. */
function tally() {
  const cells = new Cells(1)
  const rows = new Rows([cells])
  return {
    rows,
    cells,
    add(key: string, value: number): void {
      const row = rows.add(key)
      expect(cells.values[row]).toBe(0)
      cells.values[row] = value
    },
    read: (key: string) => (rows.of(key) === 0 ? undefined : cells.values[rows.of(key)]),
  }
}

describe('Rows', () => {
  test('keep what belongs to each key, however many come and go', () => {
    const { rows, add, read } = tally()
    const expected = new Map<string, number>()
    const random = seededRandom(3)
    for (let step = 1; step < 6_000; step++) {
      const key = `key-${Math.floor(random() * 500)}`
      // First many keys come, then nearly all go, and again.
      const isLeaving = step % 2_000 > 1_000
      if (expected.has(key) && isLeaving) {
        rows.delete(rows.of(key))
        expected.delete(key)
      } else if (!expected.has(key) && !isLeaving) {
        add(key, step)
        expected.set(key, step)
      }
      if (step % 97 === 0) rows.compact()
      expect(rows.size).toBe(expected.size)
      expect(read(key)).toBe(expected.get(key))
    }
    for (let number = 0; number < 500; number++)
      expect(read(`key-${number}`)).toBe(expected.get(`key-${number}`))
  })

  test('give memory back when few are left, and lose none of them', () => {
    const { rows, cells, add, read } = tally()
    for (let number = 1; number <= 1_000; number++) add(`key-${number}`, number)
    expect(cells.values.length).toBe(1_024)
    for (let number = 1; number <= 1_000; number++)
      if (number % 100 !== 0) rows.delete(rows.of(`key-${number}`))
    rows.compact()

    expect(rows.end).toBe(11)
    expect(cells.values.length).toBe(16)
    for (let number = 100; number <= 1_000; number += 100) expect(read(`key-${number}`)).toBe(number)
    add('new', 1)
    expect(read('new')).toBe(1)
    expect(read('key-1000')).toBe(1_000)
  })

  test('stay where they are while more than one in eight is in use', () => {
    const { rows, cells, add } = tally()
    for (let number = 1; number <= 100; number++) add(`key-${number}`, number)
    for (let number = 1; number <= 84; number++) rows.delete(rows.of(`key-${number}`))
    rows.compact()
    // 16 of 128.
    expect([rows.end, cells.values.length]).toEqual([101, 128])
    rows.delete(rows.of('key-100'))
    rows.compact()
    expect([rows.end, cells.values.length]).toEqual([16, 32])
  })

  test('keep the first room, and row 0 for nobody', () => {
    const { rows, cells, add } = tally()
    rows.compact()
    expect([rows.end, rows.size, rows.of('nobody'), cells.values.length]).toEqual([1, 0, 0, 16])
    add('one', 1)
    expect(rows.of('one')).toBe(1)
    expect(rows.keyOf(1)).toBe('one')
    rows.delete(1)
    rows.compact()
    expect(rows.keyOf(1)).toBeUndefined()
    expect(rows.end).toBe(2)
  })
})
