import { isDeepStrictEqual } from 'node:util'
import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFieldCipher, FieldCipherError, localKeys } from './index.js'

const cipher = createFieldCipher({
  keys: localKeys([{ id: 'k1', key: new Uint8Array(32).fill(1), state: 'primary' }]),
})
const place = { tenant: 'acme', table: 'customer', column: 'email', rowId: '7' }
const numRuns = runs({ ci: 300, soak: 10_000 })

const anyScalar = fc.oneof(
  fc.string({ unit: 'binary' }),
  // Lone surrogates, too.
  fc
    .array(fc.integer({ min: 0xd700, max: 0xe100 }), { maxLength: 5 })
    .map((units) => String.fromCharCode(...units)),
  fc.double(),
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom(null, undefined, Number.NaN, -0, Infinity),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array(),
)
const anyValue = fc.oneof(
  anyScalar,
  fc.array(anyScalar, { maxLength: 4 }),
  fc.dictionary(fc.string(), anyScalar, { maxKeys: 4, noNullPrototype: true }),
  fc.array(fc.tuple(anyScalar, anyScalar), { maxLength: 3 }).map((pairs) => new Map(pairs)),
  fc.uniqueArray(fc.string(), { maxLength: 3 }).map((values) => new Set(values)),
)

describe('a field', () => {
  test('comes back as it was, of whatever type it is', async () => {
    await fc.assert(
      fc.asyncProperty(anyValue, async (value) => {
        const decrypted = await cipher.decrypt(await cipher.encrypt(value, place), place)
        expect(isDeepStrictEqual(decrypted, value)).toBe(true)
      }),
      { numRuns },
    )
  })

  test('of which any bit was flipped is refused, wherever it is', async () => {
    const text = await cipher.encrypt('ana@example.com', place)
    // So that its key is known.
    expect(await cipher.decrypt(text, place)).toBe('ana@example.com')
    const bytes = Buffer.from(text, 'latin1')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes)
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7))
      const outcome = await cipher.decrypt(flipped.toString('latin1'), place).catch((error: unknown) => error)
      expect({ bit, isRefused: outcome instanceof FieldCipherError }).toEqual({ bit, isRefused: true })
    }
  })

  test('of which any bit of the bytes was flipped is refused, in every part', async () => {
    const parts = (await cipher.encrypt('ana', place)).split('.')
    for (const index of [2, 3, 4]) {
      const bytes = Buffer.from(parts[index] as string, 'base64url')
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const flipped = Buffer.from(bytes)
        flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7))
        const text = parts.map((part, at) => (at === index ? flipped.toString('base64url') : part)).join('.')
        await expect(cipher.decrypt(text, place)).rejects.toMatchObject({ code: 'FIELD_TAMPERED' })
      }
    }
  })

  test('that was cut or lengthened is refused', async () => {
    const text = await cipher.encrypt('ana', place)
    for (let length = 0; length < text.length; length++)
      await expect(cipher.decrypt(text.slice(0, length), place)).rejects.toBeInstanceOf(FieldCipherError)
    for (const more of ['A', 'AA', 'AAAA', '.'])
      await expect(cipher.decrypt(text + more, place)).rejects.toBeInstanceOf(FieldCipherError)
  })

  test('is refused in every other place', async () => {
    const anyPlace = fc.record({
      tenant: fc.string({ minLength: 1, maxLength: 3 }),
      table: fc.string({ minLength: 1, maxLength: 3 }),
      column: fc.string({ minLength: 1, maxLength: 3 }),
      rowId: fc.string({ minLength: 1, maxLength: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(anyPlace, anyPlace, async (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other))
        const text = await cipher.encrypt('x', one)
        expect(await cipher.decrypt(text, one)).toBe('x')
        await expect(cipher.decrypt(text, other)).rejects.toMatchObject({ code: 'FIELD_TAMPERED' })
      }),
      { numRuns },
    )
  })

  test('is decrypted among those of other keys and places, in any order and at once', async () => {
    const keys = localKeys([{ id: 'k1', key: new Uint8Array(32).fill(1), state: 'primary' }])
    // Each has a data key of its own.
    const writers = [1, 2, 3].map(() => createFieldCipher({ keys }))
    const anyPart = fc.string({ unit: 'binary', minLength: 1, maxLength: 3 })

    const anyField = fc.record({ writer: fc.nat({ max: 2 }), rowId: anyPart, column: anyPart })
    await fc.assert(
      fc.asyncProperty(fc.array(anyField, { maxLength: 8 }), async (fields) => {
        const reader = createFieldCipher({ keys })
        const stored = await Promise.all(
          fields.map(async ({ writer, rowId, column }, value) => {
            const where = { ...place, rowId, column }
            return { value, where, text: (await writers[writer]?.encrypt(value, where)) ?? '' }
          }),
        )
        const values = stored.map(({ value }) => value)
        const read = ({ text, where }: (typeof stored)[number]) => reader.decrypt(text, where)
        expect(await Promise.all(stored.map(read))).toEqual(values)
        const again: unknown[] = []
        for (const field of stored) again.push(await read(field))
        expect(again).toEqual(values)
      }),
      { numRuns },
    )
  })

  test('never makes decrypt throw anything but its own error, whatever text comes', async () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.base64String(), { minLength: 3, maxLength: 6 })
        .map((parts) => ['v1', 'k1', ...parts].join('.')),
    )
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        await expect(cipher.decrypt(text, place)).rejects.toBeInstanceOf(FieldCipherError)
      }),
      { numRuns },
    )
  })
})
