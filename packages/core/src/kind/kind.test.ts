import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { isBuiltIn, isPlainObject } from './index.js'

const NAMES = ['ArrayBuffer', 'Date', 'Map', 'Set'] as const

/** A proxy whose methods and getters work, as those of reactive libraries do. */
function proxyOf(target: object): object {
  return new Proxy(target, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name, of)
      return typeof value === 'function' ? value.bind(of) : value
    },
  })
}

describe.each(NAMES)('a %s', (name) => {
  const Class: new () => object = globalThis[name] as new () => object

  test.each([
    ['is one', () => new Class()],
    ['of another realm is one', () => runInNewContext(`new ${name}()`)],
    ['of a class that extends it is one', () => new (class extends Class {})()],
    [
      'of a class that extends it, and has a tag of its own, is one',
      () =>
        new (class extends Class {
          readonly [Symbol.toStringTag] = 'Own'
        })(),
    ],
    ['behind a proxy is one', () => proxyOf(new Class())],
  ])('that %s', (_, given) => {
    expect(NAMES.filter((other) => isBuiltIn(given(), other))).toEqual([name])
  })

  test.each([
    ['the prototype alone', () => Class.prototype],
    ['what has the prototype alone', () => Object.create(Class.prototype)],
    [
      'what has the prototype, and fields of its own',
      () => Object.create(Class.prototype, { size: { value: 0 }, byteLength: { value: 0 } }),
    ],
    [
      'what only calls itself one',
      () => ({ [Symbol.toStringTag]: name, size: 0, keys: () => [], getTime: () => 0, byteLength: 0 }),
    ],
    ['what a proxy hides', () => new Proxy(new Class(), {})],
    ['its own name', () => name],
    ['null', () => null],
    ['undefined', () => undefined],
    ['a function', () => Class],
  ])('is not %s', (_, given) => {
    expect(isBuiltIn(given(), name)).toBe(false)
  })
})

test('an ArrayBuffer that was handed on is none', () => {
  const buffer = new ArrayBuffer(1)
  structuredClone(buffer, { transfer: [buffer] })
  expect(isBuiltIn(buffer, 'ArrayBuffer')).toBe(false)
})

test.each([
  ['a literal', { a: 1 }],
  ['one without a prototype', Object.create(null)],
  ['a literal of another realm', runInNewContext('({ a: 1 })')],
  ['what JSON.parse made in another realm', runInNewContext('JSON.parse("{}")')],
])('%s is a plain object', (_, value) => {
  expect(isPlainObject(value)).toBe(true)
})

test.each([
  ['a list', []],
  ['a list of another realm', runInNewContext('[]')],
  ['a function', () => {}],
  ['an instance', new (class Own {})()],
  ['an instance of another realm', runInNewContext('new (class Own {})()')],
  ['a map', new Map()],
  ['what inherits from a literal', Object.create({ a: 1 })],
  ['what inherits from an object without a prototype', Object.create(Object.create(null))],
  ['null', null],
  ['undefined', undefined],
  ['a text', 'text'],
])('%s is none', (_, value) => {
  expect(isPlainObject(value)).toBe(false)
})
