import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { assert } from './index.js'

const differs = (actual: unknown, expected: unknown) => () => assert.deepEqual(actual, expected)

describe('assert.deepEqual', () => {
  test('takes what another realm has made for what it is, as Jest has it', () => {
    const foreign = runInNewContext('({ list: [1, { at: new Date(0) }], none: null, big: 1n })')

    assert.deepEqual(foreign, { list: [1, { at: new Date(0) }], none: null, big: 1n })
    expect(differs(foreign, { ...foreign, list: [1, { at: new Date(1) }] })).toThrow()
    expect(differs(runInNewContext('[1]'), [1, 2])).toThrow()
  })

  test('takes what is absent for undefined, and for nothing else', () => {
    assert.deepEqual({ a: 1 }, { a: 1, b: undefined })
    assert.deepEqual([{ b: undefined }], [{}])
    expect(differs({ a: 1 }, { a: 1, b: null })).toThrow()
    expect(differs([undefined], [])).toThrow()
  })

  test('is strict', () => {
    expect(differs({ version: 1 }, { version: 1n })).toThrow()
    expect(differs({ a: '1' }, { a: 1 })).toThrow()
    expect(differs([], {})).toThrow()
    expect(differs(JSON.parse('{"__proto__":{"a":1}}'), {})).toThrow()
    expect(differs({ [Symbol('mark')]: 1 }, {})).toThrow()
  })

  test('compares circles', () => {
    const ring = (n: number) => {
      const one: Record<string, unknown> = { n, list: [] }
      one['self'] = one
      ;(one['list'] as unknown[]).push(one)
      return one
    }
    assert.deepEqual(ring(1), ring(1))
    expect(differs(ring(1), ring(2))).toThrow()
  })

  test('says which of several it was, and what differs', () => {
    expect(() => assert.deepEqual([true, 2], [true, 3], 'gcra')).toThrow(/^gcra: .*- {3}3/s)
  })
})
