import { expect, test } from 'vitest'
import { keyOf } from './key-of.js'

class Numbered {
  readonly tenant: string
  readonly no: number
  constructor(tenant: string, no: number) {
    this.tenant = tenant
    this.no = no
  }
  toString() {
    return `#${this.no}`
  }
}

class Hidden {
  readonly #value: string
  constructor(value: string) {
    this.#value = value
  }
  toString() {
    return this.#value
  }
}

test('an id whose text says less than it holds is told apart by what it holds', () => {
  expect(keyOf(new Numbered('a', 1))).toBe(keyOf(new Numbered('a', 1)))
  expect(keyOf(new Numbered('a', 1))).not.toBe(keyOf(new Numbered('b', 1)))
})

test('one that holds nothing that shows is told apart by its text', () => {
  expect(keyOf(new Hidden('a'))).toBe(keyOf(new Hidden('a')))
  expect(keyOf(new Hidden('a'))).not.toBe(keyOf(new Hidden('b')))
})

test('an empty part of an id is a part of it', () => {
  expect(keyOf({ tenant: 'a', labels: {} })).not.toBe(keyOf({ tenant: 'b', labels: {} }))
  expect(() => keyOf({})).toThrow('id must be')
})
