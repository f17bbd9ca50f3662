import { runInNewContext } from 'node:vm'
import { secret } from '@base/core/secret'
import { describe, expect, test, vi } from 'vitest'
import { Money } from '../value-object/money.js'
import { ValueObject } from '../value-object/value-object.js'
import { copyOf, stampedCopyOf } from './copy.js'

class Point extends ValueObject<{ x: number }> {}

describe('a copy', () => {
  test('is equal, and shares nothing that can change', () => {
    const original = {
      at: new Date(7),
      list: [{ a: 1 }],
      map: new Map([['k', { a: 1 }]]),
      set: new Set([1]),
      bytes: new Uint8Array([1, 2]),
      url: new URL('https://example.org'),
    }
    const copy = copyOf(original)
    expect(copy).toEqual(original)
    for (const name of Object.keys(original) as (keyof typeof original)[])
      expect(copy[name]).not.toBe(original[name])
    expect(copy.map.get('k')).not.toBe(original.map.get('k'))
    expect(copy.list[0]).not.toBe(original.list[0])
  })

  test('of bytes is of their class, and holds nothing else of the memory that they lie in', () => {
    const original = { pooled: Buffer.from('hunter2'), part: new Uint16Array([1, 2, 3]).subarray(1) }
    const copy = copyOf(original)
    original.pooled.fill(0)

    expect(copy.pooled.toString()).toBe('hunter2')
    expect(copy.pooled.buffer.byteLength).toBe(7)
    expect(copy.part).toEqual(new Uint16Array([2, 3]))
    expect(copy.part.buffer.byteLength).toBe(4)
  })

  test('of collections with a class of their own is of that class', () => {
    class Lines extends Array<number> {
      total(): number {
        return this.reduce((sum, line) => sum + line, 0)
      }
    }
    class Stock extends Map<string, number> {
      readonly limit = 10
      override set(sku: string, count: number): this {
        if (count > this.limit) throw new RangeError('too many')
        return super.set(sku, count)
      }
    }
    class Tags extends Set<string> {}
    const original = { lines: Lines.from([1, 2]) as Lines, stock: new Stock(), tags: new Tags(['a']) }
    original.stock.set('apple', 3)
    const copy = copyOf(original)

    expect(copy).toEqual(original)
    expect(copy.lines.total()).toBe(3)
    expect(() => copy.stock.set('apple', 11)).toThrow('too many')
    expect(copy.tags).toBeInstanceOf(Tags)
  })

  test('shares what cannot be copied', () => {
    const original = { pattern: /a/g, pending: Promise.resolve(1), known: new WeakMap() }
    const copy = copyOf(original)
    for (const name of Object.keys(original) as (keyof typeof original)[])
      expect(copy[name]).toBe(original[name])
  })

  test('shares secrets and other text objects, wherever they are', () => {
    const key = secret('k-123')
    const text = Object('text')
    const copy = copyOf({ key, nested: { list: [key], map: new Map([['key', key]]) }, text })

    expect([copy.key, copy.nested.list[0], copy.nested.map.get('key')].every((it) => it === key)).toBe(true)
    expect(copy.key.reveal()).toBe('k-123')
    expect(String(copy.text)).toBe('text')
  })

  test('of what comes from another realm shares nothing either', () => {
    const foreign = runInNewContext(`({
      at: new Date(7), map: new Map([['k', { a: 1 }]]), set: new Set([1]), list: [{ a: 1 }], none: {},
      memory: new ArrayBuffer(2), pattern: /a/g,
    })`)
    const copy = copyOf(foreign)
    foreign.at.setTime(8)
    foreign.map.get('k').a = 2
    foreign.set.add(2)
    foreign.list[0].a = 2
    foreign.none.b = 2

    expect(copy.at.getTime()).toBe(7)
    expect([...copy.map]).toEqual([['k', { a: 1 }]])
    expect([...copy.set]).toEqual([1])
    expect(copy.list[0].a).toBe(1)
    expect(Object.keys(copy.none)).toEqual([])
    expect([copy.memory === foreign.memory, copy.memory.byteLength]).toEqual([false, 2])
    expect(copy.pattern.test('a')).toBe(true)
  })

  test('shares value objects, and stays frozen', () => {
    const point = new Point({ x: 1 })
    const copy = copyOf(Object.freeze({ point }))
    expect(copy.point).toBe(point)
    expect(Object.isFrozen(copy)).toBe(true)
  })

  test('shares value objects of another copy of the package', async () => {
    vi.resetModules()
    const other = await import('../value-object/money.js')
    expect(other.Money).not.toBe(Money)

    const price = other.Money.of(1n, 'EUR')
    expect(copyOf({ price }).price.add(price).minor).toBe(2n)
  })

  test('keeps circles, getters, symbols and a missing prototype', () => {
    const mark = Symbol('mark')
    const circle: { self?: unknown; [mark]?: number } = { [mark]: 1 }
    circle.self = circle
    const copy = copyOf(circle)
    expect(copy.self).toBe(copy)
    expect(copy[mark]).toBe(1)
    expect(Object.getPrototypeOf(copyOf(Object.create(null)))).toBeNull()
    const counted = copyOf({
      n: 1,
      get next() {
        return this.n + 1
      },
    })
    counted.n = 5
    expect(counted.next).toBe(6)
  })

  test('with stamps has them in place of what was there, down to circles, and is frozen if that was', () => {
    const original: { at: Date; version?: number; self?: unknown } = { at: new Date(7), version: 0 }
    original.self = original
    const copy = stampedCopyOf(Object.freeze(original), { version: 1, extra: true })

    expect(Object.keys(copy ?? {})).toEqual(['at', 'version', 'self', 'extra'])
    expect(copy).toMatchObject({ at: new Date(7), version: 1, extra: true })
    expect(copy?.self).toBe(copy)
    expect(copy?.at).not.toBe(original.at)
    expect([Object.isFrozen(copy), original.version]).toEqual([true, 0])
    expect(Object.isFrozen(stampedCopyOf({ version: 0 }, { version: 1 }))).toBe(false)
  })

  test('with stamps leaves a value object as it was', () => {
    const point = new Point({ x: 1 })
    const copy = stampedCopyOf(point, { version: 1 })
    expect(copy).toBeInstanceOf(Point)
    expect(copy).toMatchObject({ props: { x: 1 }, version: 1 })
    expect(point).not.toHaveProperty('version')
  })

  test('with stamps of what cannot be copied is none, and that stays as it was', () => {
    class Hidden {
      #id = 7
      get id(): number {
        return this.#id
      }
    }
    const hidden = new Hidden()
    expect(stampedCopyOf(hidden, { version: 1 })).toBeUndefined()
    expect(Reflect.ownKeys(hidden)).toEqual([])
  })

  test('of a property called __proto__ does not change the prototype', () => {
    const copy = copyOf(JSON.parse('{"__proto__":{"polluted":true}}'))
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
    expect(copy.polluted).toBeUndefined()
  })
})
