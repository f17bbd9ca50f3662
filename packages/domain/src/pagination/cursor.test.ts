import { runInNewContext } from 'node:vm'
import { encodeBase64Url } from '@base/core/codec'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareKeys, createCursors, InvalidCursorError, readOrder } from './index.js'

const place = { package: '@base/domain', pattern: 'test', option: 'cursorSecret' }
const SECRET = 'a secret of at least 32 bytes, yes'
const order = readOrder([{ field: 'n' }, { field: 'id' }], place)
const plain = createCursors({}, place)
const signed = createCursors({ secret: SECRET }, place)
const text = (value: string) => encodeBase64Url(new TextEncoder().encode(value))

describe('cursors', () => {
  test.each([
    ['plain', plain],
    ['signed', signed],
  ])('carry every kind of key in full precision: %s', async (_, cursors) => {
    for (const keys of [
      [1, 'é😀'],
      [2n ** 70n, null],
      [new Date(7), true],
      [Number.NaN, undefined],
      [0.1 + 0.2, Number.NEGATIVE_INFINITY],
    ]) {
      const cursor = await cursors.encode(order, keys)
      expect(cursor).toMatch(/^[\w.-]+$/)
      expect(await cursors.decode(order, cursor)).toEqual(keys)
    }
  })

  test('signed ones are refused when a single character is changed', async () => {
    const cursor = await signed.encode(order, [1, 'a'])
    await fc.assert(
      fc.asyncProperty(fc.nat(cursor.length - 1), fc.constantFrom('A', 'z', '.', '-'), async (at, other) => {
        fc.pre(cursor[at] !== other)
        const changed = cursor.slice(0, at) + other + cursor.slice(at + 1)
        await expect(signed.decode(order, changed)).rejects.toBeInstanceOf(InvalidCursorError)
      }),
    )
  })

  test('signed ones are not read without the secret, with another one, nor plain ones with it', async () => {
    const other = createCursors({ secret: 'another secret of 32 bytes or more' }, place)
    const [unsigned, sealed] = [await plain.encode(order, [1, 'a']), await signed.encode(order, [1, 'a'])]
    for (const [cursors, cursor] of [
      [plain, sealed],
      [other, sealed],
      [signed, unsigned],
      [signed, `${unsigned}.`],
    ] as const) {
      await expect(cursors.decode(order, cursor)).rejects.toMatchObject({ code: 'INVALID_CURSOR' })
    }
  })

  test('a secret may be bytes of another realm, such as a TextEncoder in Jest gives', async () => {
    const bytes: Uint8Array = runInNewContext('new Uint8Array(32).fill(7)')
    const cursor = await createCursors({ secret: bytes }, place).encode(order, [1, 'a'])
    const cursors = createCursors({ secret: new Uint8Array(32).fill(7) }, place)
    expect(await cursors.decode(order, cursor)).toEqual([1, 'a'])
  })

  test('what becomes of the bytes of a secret afterwards changes nothing', async () => {
    const secret = new Uint8Array(32).fill(7)
    const cursors = createCursors({ secret }, place)
    secret.fill(0)
    const forged = await createCursors({ secret }, place).encode(order, [1, 'a'])
    await expect(cursors.decode(order, forged)).rejects.toMatchObject({ code: 'INVALID_CURSOR' })
  })

  test('a secret may be bytes', async () => {
    const text = 'a secret of 32 bytes, or a few more'
    const cursors = createCursors({ secret: new TextEncoder().encode(text) }, place)
    const cursor = await createCursors({ secret: text }, place).encode(order, [1, 'a'])
    expect(await cursors.decode(order, cursor)).toEqual([1, 'a'])
  })

  test.each([
    ['plain', plain],
    ['signed', signed],
  ])('are made up to the length that is read, and no further: %s', async (_, cursors) => {
    const byOne = async (length: number) => cursors.encode(order, ['x'.repeat(length), 'a'])
    // Four characters of a cursor hold three of its text.
    const spare = 65_536 - (await byOne(0)).length
    const longest = Math.floor(spare / 4) * 3

    expect(await cursors.decode(order, await byOne(longest))).toEqual(['x'.repeat(longest), 'a'])
    await expect(byOne(longest + 4)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: 'A row has no cursor in the order of n, id: its keys are too long for 65536 characters.',
    })
  })

  test('are refused of another order, another version, or another number of keys', async () => {
    const cursor = await plain.encode(order, [1, 'a'])
    const decoded = JSON.parse(new TextDecoder().decode(Buffer.from(cursor, 'base64url')))
    const rewritten = (change: (content: unknown[]) => unknown) => text(JSON.stringify(change([...decoded])))
    const bad = [
      rewritten(([, hash, keys]) => [2, hash, keys]),
      rewritten(([version, hash]) => [version, hash, [1]]),
      rewritten(([version, hash]) => [version, hash, [1, { a: 1 }]]),
      rewritten(([version, hash]) => [version, hash, [1, [2]]]),
      rewritten(([version, , keys]) => [version, 0, keys]),
    ]
    for (const one of bad) await expect(plain.decode(order, one)).rejects.toBeInstanceOf(InvalidCursorError)
    const reversed = readOrder([{ field: 'n', direction: 'desc' }, { field: 'id' }], place)
    await expect(plain.decode(reversed, cursor)).rejects.toMatchObject({
      kind: 'invalid',
      message: 'The cursor is not valid: it belongs to another order.',
    })
  })

  test('whatever comes is a cursor or refused, never another error', async () => {
    const anything = fc.oneof(fc.anything(), fc.string(), fc.json().map(text), fc.base64String())
    await fc.assert(
      fc.asyncProperty(anything, async (given) => {
        await expect(plain.decode(order, given)).rejects.toBeInstanceOf(InvalidCursorError)
      }),
    )
    await expect(plain.decode(order, 'A'.repeat(1_000_000))).rejects.toBeInstanceOf(InvalidCursorError)
    await expect(plain.decode(order, text('['.repeat(40_000)))).rejects.toBeInstanceOf(InvalidCursorError)
  })
})

describe('orders', () => {
  test('nulls go last in ascending order, first in descending, unless it is said', () => {
    expect(
      readOrder([{ field: 'a' }, { field: 'b', direction: 'desc' }, { field: 'c', nulls: 'first' }], place),
    ).toEqual([
      { field: 'a', direction: 'asc', nulls: 'last' },
      { field: 'b', direction: 'desc', nulls: 'first' },
      { field: 'c', direction: 'asc', nulls: 'first' },
    ])
  })

  test('dates of another realm go by their time, as those of this one', () => {
    const at = readOrder([{ field: 'at' }], place)
    const foreign = (time: number) => runInNewContext(`new Date(${time})`)
    expect(compareKeys(at, [foreign(9)], [new Date(10)])).toBeLessThan(0)
    expect(compareKeys(at, [new Date(9)], [foreign(10)])).toBeLessThan(0)
    expect(compareKeys(at, [foreign(9)], [new Date(9)])).toBe(0)
  })

  test.each([
    ['no list', {}],
    ['a prototype', [{ field: '__proto__.a' }]],
    ['an unknown direction', [{ field: 'a', direction: 'up' }]],
    ['nulls in between', [{ field: 'a', nulls: 'between' }]],
    ['a field twice', [{ field: 'a' }, { field: 'a' }]],
    ['too many keys', Array.from({ length: 17 }, (_, index) => ({ field: `f${index}` }))],
    ['nothing for a key', [null]],
  ])('are refused: %s', (_, orderBy) => {
    expect(() => readOrder(orderBy, place)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  })
})
