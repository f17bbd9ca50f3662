import { seededRandom } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { Spends } from './spends.js'

/** The same as a plain list. */
class List {
  entries: { at: number; amount: number }[] = []

  add(at: number, amount: number): void {
    this.entries.push({ at, amount })
  }

  forget(until: number): void {
    this.entries = this.entries.filter(({ at }) => at > until)
  }

  get total(): number {
    return this.entries.reduce((sum, { amount }) => sum + amount, 0)
  }

  gone(amount: number): number | undefined {
    let sum = 0
    for (const entry of this.entries) {
      sum += entry.amount
      if (sum >= amount) return entry.at
    }
    return undefined
  }
}

describe('Spends', () => {
  test('is what a list of all spends would be, however it fills, empties and turns round', () => {
    const random = seededRandom(8)
    const [spends, list] = [new Spends(), new List()]
    let now = 0
    for (let step = 0; step < 2_000; step++) {
      // Long stretches of filling, then of emptying; several spends at one moment.
      now += Math.floor(random() * 3)
      const amount = 1 + Math.floor(random() * 3)
      spends.add(now, amount)
      list.add(now, amount)
      const kept = step % 400 < 200 ? 100 : 6
      spends.forget(now - kept)
      list.forget(now - kept)

      expect(spends.total).toBe(list.total)
      expect(spends.newest).toBe(now)
      const some = 1 + Math.floor(random() * list.total)
      expect(spends.gone(some)).toBe(list.gone(some))
      expect(spends.gone(list.total)).toBe(list.gone(list.total))
    }
  })

  test('forgets the spend of the very moment, and not the one after', () => {
    const spends = new Spends()
    spends.add(10, 1)
    spends.add(11, 2)
    spends.forget(10)
    expect(spends.total).toBe(2)
    expect(spends.gone(1)).toBe(11)
    spends.forget(11)
    expect(spends.total).toBe(0)
  })

  test('takes no room for many spends at one moment', () => {
    const spends = new Spends()
    for (let count = 0; count < 1_000; count++) spends.add(5, 1)
    expect(spends.total).toBe(1_000)
    expect(spends.gone(1_000)).toBe(5)
    spends.forget(5)
    expect(spends.total).toBe(0)
  })

  test('begins anew after all is forgotten, also at the moment of the last spend', () => {
    const spends = new Spends()
    spends.add(5, 2)
    spends.forget(5)
    spends.add(5, 3)
    expect(spends.total).toBe(3)
    expect(spends.gone(3)).toBe(5)
  })
})
