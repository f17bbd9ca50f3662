import { principal, runInContext } from '@base/core/context'
import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import {
  type Audited,
  Entity,
  isDeleted,
  markCreated,
  markDeleted,
  markRestored,
  markUpdated,
  type SoftDeletable,
  type Timestamped,
} from './index.js'

class Customer extends Entity<string> {
  name: string
  constructor(id: string, name = 'Ada') {
    super(id)
    this.name = name
  }
}

class Supplier extends Entity<string> {}

class Key extends Entity<{ shop: string; number: number }> {}

class Note extends Entity<string> implements Timestamped, SoftDeletable, Audited {
  createdAt: Date = new Date(0)
  updatedAt: Date = new Date(0)
  deletedAt: Date | null = null
  createdBy: string | null = null
  updatedBy: string | null = null
}

describe('Entity', () => {
  test('equals one of its class with the same id, whatever else has changed', () => {
    expect(new Customer('7', 'Ada').equals(new Customer('7', 'Ada Lovelace'))).toBe(true)
    expect(new Customer('7').equals(new Customer('8'))).toBe(false)
  })

  test('does not equal one of another class, a plain object, or nothing', () => {
    expect(new Customer('7').equals(new Supplier('7'))).toBe(false)
    expect(new Customer('7').equals({ id: '7', name: 'Ada' })).toBe(false)
    expect(new Customer('7').equals(undefined)).toBe(false)
  })

  test('compares composite ids by what they hold', () => {
    expect(new Key({ shop: 'a', number: 1 }).equals(new Key({ number: 1, shop: 'a' }))).toBe(true)
    expect(new Key({ shop: 'a', number: 1 }).equals(new Key({ shop: 'a', number: 2 }))).toBe(false)
  })

  test.each([[undefined], [null], ['']])('refuses %j as an id, naming the class', (id) => {
    expect(() => new Customer(id as string)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining('Customer: id') }),
    )
  })

  test('takes 0 as an id', () => {
    class Row extends Entity<number> {}
    expect(new Row(0).id).toBe(0)
  })
})

describe('tracking', () => {
  test('notes when and by whom a thing was made, changed, deleted and restored', async () => {
    const clock = new TestClock({ now: 1_000 })
    const note = runInContext([[principal, { id: 'ada' }]], () => markCreated(new Note('7'), { clock }))
    expect(note).toMatchObject({
      createdAt: new Date(1_000),
      updatedAt: new Date(1_000),
      createdBy: 'ada',
      updatedBy: 'ada',
      deletedAt: null,
    })

    await clock.advance('1s')
    markUpdated(note, { clock, by: 'grace' })
    expect(note).toMatchObject({ createdAt: new Date(1_000), updatedAt: new Date(2_000), updatedBy: 'grace' })

    markDeleted(note, { clock })
    expect(isDeleted(note)).toBe(true)
    expect(note).toMatchObject({ deletedAt: new Date(2_000), updatedBy: null })

    markRestored(note, { clock })
    expect(isDeleted(note)).toBe(false)
  })

  test('gives each field a date of its own', () => {
    const clock = new TestClock({ now: 1_000 })
    const made = markCreated(new Note('7'), { clock })
    made.createdAt.setTime(0)
    expect(made.updatedAt).toEqual(new Date(1_000))

    const deleted = markDeleted(new Note('7'), { clock })
    deleted.deletedAt?.setTime(0)
    expect(deleted.updatedAt).toEqual(new Date(1_000))
  })

  test('adds no field that the thing lacks', () => {
    expect(Object.keys(markCreated({ id: '7', createdAt: new Date(0) }))).toEqual(['id', 'createdAt'])
  })
})
