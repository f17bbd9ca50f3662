import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { format, inspect } from 'node:util'
import { deserialize, serialize } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test, vi } from 'vitest'
import { AppError } from '../errors/app-error.js'
import { toErrorJson } from '../errors/to-error-json.js'
import { isSecret, secret } from './index.js'

const VALUE = 'hunter2-hunter2'
const password = secret(VALUE)

describe('a secret', () => {
  test('gives its value to who asks for it', () => {
    expect(password.reveal()).toBe(VALUE)
    const key = new Uint8Array([1, 2, 3])
    expect(secret(key).reveal()).toBe(key)
    expect(secret(undefined).reveal()).toBeUndefined()
  })

  test('of a secret is that secret', () => {
    expect(secret(password)).toBe(password)
  })

  test('is known as one', () => {
    expect([password, '[secret]', null, {}, undefined, String].map(isSecret)).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
    ])
  })

  test('cannot be changed', () => {
    expect(Object.isFrozen(password)).toBe(true)
    expect(() => Object.assign(password, { reveal: () => 'other' })).toThrow(TypeError)
  })

  test('is known, read and compared by another copy of core', async () => {
    vi.resetModules()
    const other = await import('./index.js')
    expect(other.secret).not.toBe(secret)

    const twin = other.secret(VALUE)
    expect(isSecret(twin)).toBe(true)
    expect(secret(twin)).toBe(twin)
    expect(password.equals(twin)).toBe(true)
  })
})

describe('a secret prints as [secret]', () => {
  test.each<[string, () => unknown]>([
    ['String', () => String(password)],
    ['toString', () => password.toString()],
    ['a template', () => `${password}`],
    ['concatenation', () => ''.concat(password as never)],
    ['join', () => [password].join()],
    ['toLocaleString', () => (password as object).toLocaleString()],
    ['valueOf', () => (password as object).valueOf()],
    ['JSON', () => JSON.parse(JSON.stringify(password))],
    ['inspect', () => inspect(password)],
    ['a structured clone as String', () => String(structuredClone(password))],
    ['a structured clone in JSON', () => JSON.parse(JSON.stringify(structuredClone({ password }))).password],
    ['what V8 serialises', () => String(deserialize(serialize(password)))],
    ['an error message', () => new Error(`${password}`).message],
    ['the error of a text', () => new Error(password as never).message],
    [
      'details of an error',
      () =>
        toErrorJson(new AppError({ code: 'X', kind: 'invalid', message: 'm', details: { p: password } }))
          .details?.['p'],
    ],
  ])('in %s', (_name, print) => {
    expect(print()).toBe('[secret]')
  })

  const wrapped = { deep: [{ map: new Map([['password', { password }]]), set: new Set([password]) }] }
  test.each<[string, () => string]>([
    ['inspect at any depth', () => inspect(wrapped, { depth: Number.POSITIVE_INFINITY })],
    [
      'inspect with everything hidden',
      () => inspect(wrapped, { depth: 20, showHidden: true, getters: true, showProxy: true }),
    ],
    ['inspect without custom functions', () => inspect(wrapped, { depth: 20, customInspect: false })],
    [
      'the prototype in inspect',
      () => inspect(Object.create(password), { showHidden: true }) + String(inspect(password)),
    ],
    ['the cause of an error', () => inspect(new Error('failed', { cause: password }))],
    ['the properties of an error', () => inspect(Object.assign(new Error('failed'), { password }))],
    ['an aggregate', () => inspect(new AggregateError([password], 'failed'))],
    ['JSON of what holds it', () => JSON.stringify({ password, list: [password] }, null, 2)],
    ['%s %j %o %O', () => format('%s %j %o %O', password, password, password, password)],
    ['a structured clone', () => inspect(structuredClone({ password }), { showHidden: true })],
  ])('in %s', (_name, print) => {
    expect(print()).toContain('[secret]')
    expect(print()).not.toContain('hunter2')
  })

  test('in its keys, entries and copies there is no value', () => {
    const copies = [
      Object.entries(password),
      Object.getOwnPropertyNames(password),
      Object.getOwnPropertySymbols(password),
      Object.getOwnPropertyDescriptors(password),
      { ...password },
      Object.assign({}, password),
      Reflect.ownKeys(password),
      [...(password as unknown as Iterable<string>)],
    ]
    for (const copy of copies) expect(inspect(copy, { depth: 9, showHidden: true })).not.toContain('hunter2')
    expect(format('%d %i %f', password, password, password)).toBe('NaN NaN NaN')
  })

  test('and its clone has lost the value', () => {
    expect(structuredClone(password)).not.toHaveProperty('reveal')
    expect(isSecret(structuredClone(password))).toBe(false)
  })

  test('on the console, at any place of the arguments', () => {
    const written: string[] = []
    const stdout = new Writable({
      write(chunk, _encoding, done) {
        written.push(String(chunk))
        done()
      },
    })
    const console = new Console(stdout)
    console.log(password, { password }, [password], '%s', password)
    console.dir({ password }, { depth: 9, showHidden: true })
    console.table([{ password }])
    console.log('%s and %o', password, { password })

    expect(written).toHaveLength(4)
    for (const text of written) expect(text).toContain('[secret]')
    expect(written.join('')).not.toContain('hunter2')
  })
})

describe('equals', () => {
  test.each<[unknown, unknown, boolean]>([
    ['abc', 'abc', true],
    ['abc', 'abd', false],
    ['abc', 'ab', false],
    ['ab', 'abab', false],
    ['', '', true],
    ['', 'a', false],
    ['a', '', false],
    ['', '\0', false],
    ['\ud800', '\ud801', false],
    ['ação', 'ação', true],
    [new Uint8Array([1, 2]), new Uint8Array([1, 2]), true],
    [new Uint8Array([1, 2]), Buffer.from([1, 2]), true],
    [runInNewContext('new Uint8Array([1, 2])'), new Uint8Array([1, 2]), true],
    [new Uint8Array([1, 2]), new Uint8Array([1, 3]), false],
    [new Uint8Array([1]), new Uint8Array([1, 1]), false],
    [new Uint8Array(), new Uint8Array([0]), false],
    ['12', 12, false],
    [12, 12, true],
    [Number.NaN, Number.NaN, true],
    [null, undefined, false],
  ])('%j and %j: %s', (own, other, expected) => {
    expect(secret(own).equals(other)).toBe(expected)
    expect(secret(own).equals(secret(other))).toBe(expected)
  })

  test('knows no text that equals what it prints', () => {
    expect(password.equals('[secret]')).toBe(false)
  })
})
