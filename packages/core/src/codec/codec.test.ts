import { runInNewContext } from 'node:vm'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { ValidationError } from '../errors/validation-error.js'
import { secret } from '../secret/index.js'
import { createCodec, jsonCodec } from './index.js'

class Point {
  readonly x: number
  readonly y: number
  constructor(x: number, y: number) {
    this.x = x
    this.y = y
  }
}

const pointType = {
  name: 'point',
  is: (value: unknown): value is Point => value instanceof Point,
  toValue: ({ x, y }: Point) => [x, y],
  fromValue: ([x, y]: [number, number]) => new Point(x, y),
}

describe('jsonCodec', () => {
  test.each([
    ['a Date', new Date('2026-11-25T08:00:00.123Z')],
    ['a Date before the year 0', new Date(-1e14)],
    ['a Map, nested', new Map<unknown, unknown>([[{ a: 1 }, new Map([[1n, new Set([undefined])]])]])],
    ['a bigint beyond 2^53', -(2n ** 70n)],
    ['undefined', undefined],
    ['undefined within', { a: undefined, b: [undefined] }],
    ['NaN, infinities and −0', [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0]],
    ['a URL', new URL('https://example.org/a?b=c')],
    [
      'typed arrays',
      [new Uint8Array([0, 255]), new Float64Array([Number.NaN, -0]), new BigInt64Array([-1n])],
    ],
    [
      'typed arrays of the other kinds',
      [
        new Int8Array([-1]),
        new Uint8ClampedArray([255]),
        new Int16Array([-2]),
        new Uint16Array([2]),
        new Int32Array([-3]),
        new Uint32Array([3]),
        new Float32Array([0.5]),
        new BigUint64Array([2n ** 64n - 1n]),
      ],
    ],
    ['a Buffer', Buffer.from('hi')],
    ['a DataView', new DataView(new Uint8Array([1, 2]).buffer)],
    ['an ArrayBuffer', new Uint8Array([1, 2, 3]).buffer],
    ['keys that look like tags', { $date: 'x', nested: [{ $bigint: '7' }, { $object: {} }, { $: 1, b: 2 }] }],
    ['an object with one tag-like key and a special value', { $set: [1n] }],
    ['plain JSON', { a: [1, 'b', true, null], c: {} }],
  ])('brings back %s', (_, value) => {
    const back = jsonCodec.decode(jsonCodec.encode(value))
    expect(back).toStrictEqual(value)
  })

  test('writes plain JSON for what JSON carries', () => {
    expect(jsonCodec.encode({ a: [1, 'b', null] })).toBe('{"a":[1,"b",null]}')
    expect(jsonCodec.encode({ at: new Date(0) })).toBe('{"at":{"$date":"1970-01-01T00:00:00.000Z"}}')
  })

  test('brings back an invalid date as one', () => {
    expect(jsonCodec.decode(jsonCodec.encode(new Date(Number.NaN)))).toEqual(new Date(Number.NaN))
  })

  test('takes only the bytes that a view shows', () => {
    const view = new Uint8Array([1, 2, 3, 4]).subarray(1, 3)
    expect(jsonCodec.decode(jsonCodec.encode(view))).toEqual(new Uint8Array([2, 3]))
    expect(jsonCodec.decode(jsonCodec.encode(Buffer.from('ab')))).toEqual(Buffer.from('ab'))
  })

  test('writes a Buffer so that older versions read its bytes, and reads what they wrote', () => {
    expect(jsonCodec.encode(Buffer.from('hi'))).toBe('{"$bytes":["Uint8Array","aGk=","Buffer"]}')
    expect(jsonCodec.decode('{"$bytes":["Uint8Array","aGk="]}')).toStrictEqual(new Uint8Array([104, 105]))
  })

  test('reads a Buffer as the Uint8Array that it is where there is none', () => {
    const text = jsonCodec.encode(Buffer.from('hi'))
    onTestFinished(() => {
      vi.unstubAllGlobals()
    })
    vi.stubGlobal('Buffer', undefined)

    expect(jsonCodec.decode(text)).toStrictEqual(new Uint8Array([104, 105]))
  })

  test('writes what stands in for Buffer, under the name that a minifier gave it', () => {
    class u extends Uint8Array {
      static isBuffer = (it: unknown) => it instanceof u
    }
    expect(jsonCodec.decode(jsonCodec.encode(u.from([104, 105])))).toEqual(Buffer.from('hi'))
  })

  test.each<[name: string, value: object]>([
    ['Cart', new (class Cart extends Map {})()],
    ['Tags', new (class Tags extends Set {})()],
    ['Stamp', new (class Stamp extends Date {})(0)],
    ['Link', new (class Link extends URL {})('https://example.org')],
    ['Bytes', new (class Bytes extends Uint8Array {})(1)],
    [
      'View',
      new (class View extends (DataView as new (buffer: ArrayBuffer) => object) {})(new ArrayBuffer(1)),
    ],
    ['Blob', new (class Blob extends ArrayBuffer {})(1)],
    ['Pooled', Object.setPrototypeOf(Buffer.from('a'), class Pooled extends Buffer {}.prototype)],
  ])('refuses a class that only extends what it carries: %s', (name, value) => {
    const message = `at 'a.0' cannot be encoded: it is an instance of ${name} that is not registered.`
    expect(() => jsonCodec.encode({ a: [value] })).toThrow(message)
  })

  test('refuses a secret, and says that it is one', () => {
    const message =
      "The value at 's' cannot be encoded: it is an instance of SecretValue that is not registered."
    expect(() => jsonCodec.encode({ s: secret('hunter2') })).toThrow(message)
  })

  test('carries what extends Array, such as the rows of drivers, as the array that it is', () => {
    class Rows extends Array<object> {
      toJSON() {
        return 'rows'
      }
    }
    const rows = Rows.from([{ id: 1 }])
    expect(jsonCodec.decode(jsonCodec.encode({ rows, none: new Rows() }))).toStrictEqual({
      rows: [{ id: 1 }],
      none: [],
    })
  })

  test.each([
    ['an array', Object.assign([1, 2], { toJSON: () => 'something else' }), [1, 2]],
    ['an array, in one', [Object.assign([1], { toJSON: () => undefined })], [[1]]],
    ['an object', Object.defineProperty({ a: 1 }, 'toJSON', { value: () => 'something else' }), { a: 1 }],
  ])('carries what %s holds, whatever a toJSON that is not part of it says', (_, value, held) => {
    expect(jsonCodec.decode(jsonCodec.encode(value))).toStrictEqual(held)
  })

  test.each([[null], [undefined], [5], [true], [{}]])('refuses %j, which is no text', (text) => {
    expect(() => jsonCodec.decode(text as never)).toThrow(ValidationError)
  })

  test('carries arrays and views of another realm', () => {
    const foreign = runInNewContext('[[1, [2n]], new Uint8Array([1, 2]), new DataView(new ArrayBuffer(1))]')
    const back = jsonCodec.decode(jsonCodec.encode(foreign))

    expect(back).toStrictEqual([[1, [2n]], new Uint8Array([1, 2]), new DataView(new ArrayBuffer(1))])
  })

  test('carries objects, and instances of what it knows, of another realm', () => {
    const foreign = runInNewContext(
      '({ a: [{ b: 1n }], bare: Object.create(null), at: new Date(0), map: new Map([[{}, new Set([1])]]), buffer: new ArrayBuffer(1) })',
    )
    const back = jsonCodec.decode(jsonCodec.encode(foreign))

    expect(back).toStrictEqual({
      a: [{ b: 1n }],
      bare: {},
      at: new Date(0),
      map: new Map([[{}, new Set([1])]]),
      buffer: new ArrayBuffer(1),
    })
  })

  test.each([
    ['an instance of a class of another realm', () => runInNewContext('new (class Foreign {})()')],
    [
      'a Date of another realm that is of a class that extends it',
      () => runInNewContext('new (class Day extends Date {})()'),
    ],
    [
      'what only calls itself a Map',
      () =>
        new (class Observable {
          get [Symbol.toStringTag]() {
            return 'Map'
          }
        })(),
    ],
    ['what has the prototype of a Map alone', () => Object.create(Map.prototype)],
    ['what inherits from an object without a prototype', () => Object.create(Object.create(null))],
  ])('refuses %s', (_, make) => {
    expect(() => jsonCodec.encode(make())).toThrow('not registered')
  })

  test('carries the dates of fake timers, while they run and after', () => {
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const real = new Date(0)
    vi.useFakeTimers()
    const dates = [real, new Date(1)]
    const text = jsonCodec.encode(dates)
    vi.useRealTimers()

    expect(text).toBe('[{"$date":"1970-01-01T00:00:00.000Z"},{"$date":"1970-01-01T00:00:00.001Z"}]')
    expect(jsonCodec.encode(dates)).toBe(text)
  })

  const { Float16Array } = globalThis as { Float16Array?: new (items: number[]) => ArrayBufferView }

  test.skipIf(Float16Array === undefined)('brings back a Float16Array where there is one', () => {
    const halves = Float16Array && new Float16Array([1.5, -0])
    expect(jsonCodec.decode(jsonCodec.encode(halves))).toStrictEqual(halves)
  })

  test('refuses a view that it could not bring back', () => {
    const view = Object.defineProperty(new Uint8Array(1), Symbol.toStringTag, { value: 'Float8Array' })
    expect(() => jsonCodec.encode({ view })).toThrow("at 'view' cannot be encoded: it is a Float8Array.")
  })

  test('keeps a key named __proto__ a key', () => {
    const value = JSON.parse('{"__proto__":{"polluted":true},"n":{"__proto__":1}}')
    const back = jsonCodec.decode(jsonCodec.encode({ value, big: 1n })) as {
      value: object
      polluted?: boolean
    }

    expect(Object.keys(back.value)).toEqual(['__proto__', 'n'])
    expect(back.polluted).toBeUndefined()
    expect(Object.getPrototypeOf(back.value)).toBe(Object.prototype)
    const tagged = jsonCodec.decode('{"a":{"__proto__":{"$bigint":"1"},"b":0}}') as { a: object }
    expect(Object.getPrototypeOf(tagged.a)).toBe(Object.prototype)
    expect(Object.getOwnPropertyDescriptor(tagged.a, '__proto__')?.value).toBe(1n)
  })

  test.each([
    ['a function', { a: [() => 1] }, "The value at 'a.0' cannot be encoded: it is a function."],
    ['a symbol', Symbol('x'), 'The value cannot be encoded: it is a symbol.'],
    ['an unknown class', { p: new Point(1, 2) }, "at 'p' cannot be encoded: it is an instance of Point"],
    ['a promise', Promise.resolve(), 'an instance of Promise'],
    ['a class without a name', new (class {})(), 'it is an instance of a class that is not registered'],
  ])('refuses %s and says where it is', (_, value, message) => {
    expect(() => jsonCodec.encode(value)).toThrow(message)
    expect(() => jsonCodec.encode(value)).toThrow(expect.objectContaining({ kind: 'unsupported' }))
  })

  test('refuses a cycle and bottomless nesting', () => {
    const cycle: Record<string, unknown> = {}
    cycle['self'] = { cycle }
    let deep: unknown = 1
    for (let level = 0; level < 100_000; level++) deep = [deep]

    expect(() => jsonCodec.encode(cycle)).toThrow(
      "'self.cycle.self.cycle.self' cannot be encoded: it is nested too deep",
    )
    expect(() => jsonCodec.encode(deep)).toThrow('nested too deep')
    expect(() => jsonCodec.decode(`${'['.repeat(100_000)}{"$bigint":"1"}${']'.repeat(100_000)}`)).toThrow(
      'is nested too deep',
    )
  })

  test.each([
    'no json',
    '{"$bigint":"1.5"}',
    '{"$number":"7"}',
    '{"$number":"toString"}',
    '{"$date":"soon"}',
    '{"$date":7}',
    '{"$url":"nowhere"}',
    '{"$bytes":["Function","AA=="]}',
    '{"$bytes":["constructor","AA=="]}',
    '{"$bytes":["Uint8Array","*"]}',
    '{"$bytes":["Float64Array","AA=="]}',
    '{"$set":1}',
    '{"$map":[[1]]}',
    '{"$object":[1]}',
    '{"$type":["point",[1,2]]}',
    '{"$future":1}',
  ])('refuses the text %s', (text) => {
    expect(() => jsonCodec.decode(text)).toThrow(expect.objectContaining({ kind: 'invalid' }))
  })
})

describe('createCodec', () => {
  test('carries the classes it is told of, at any depth', () => {
    const codec = createCodec({ types: [pointType] })
    const value = { points: new Map([['a', new Point(1, -0)]]) }

    const back = codec.decode(codec.encode(value)) as typeof value

    expect(back).toStrictEqual(value)
    expect(back.points.get('a')).toBeInstanceOf(Point)
  })

  test('refuses a text of which a class cannot be made, with the cause', () => {
    const codec = createCodec({ types: [pointType] })

    expect(() => codec.decode('{"a":{"$type":["point",null]}}')).toThrow(
      expect.objectContaining({
        code: 'VALIDATION',
        issues: [{ path: '', message: 'has a point that is none' }],
        cause: expect.any(TypeError),
      }),
    )
  })

  test('lets the ValidationError of a class through', () => {
    const refusal = new ValidationError({ issues: [{ path: 'x', message: 'must be positive' }] })
    const fromValue = () => {
      throw refusal
    }
    const codec = createCodec({ types: [{ ...pointType, fromValue }] })

    expect(() => codec.decode('{"$type":["point",[1,2]]}')).toThrow(refusal)
  })

  test.each([
    [{ types: 'point' }, 'types must be an array of types'],
    [{ types: [{ ...pointType, name: '' }] }, 'types[0].name must be a text'],
    [{ types: [{ ...pointType, toValue: undefined }] }, 'types[0].toValue must be a function'],
    [{ types: [pointType, pointType] }, 'types[1].name must be unique'],
  ])('refuses a type that is not whole', (options, message) => {
    expect(() => createCodec(options as never)).toThrow(`@base/core createCodec: ${message}`)
  })
})
