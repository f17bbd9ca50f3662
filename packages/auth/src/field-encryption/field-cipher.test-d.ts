import { describe, expectTypeOf, test } from 'vitest'
import { createFieldCipher, type FieldCipher, localKeys, openAesGcm } from './index.js'

const keys = localKeys([{ id: 'k1', key: new Uint8Array(32), state: 'primary' }])
const place = { tenant: 'acme', table: 'customer', column: 'email', rowId: '7' }

describe('a field cipher', () => {
  test('wants all of the place', () => {
    const cipher = createFieldCipher({ keys })
    expectTypeOf(cipher).toEqualTypeOf<FieldCipher<'tenant' | 'table' | 'column' | 'rowId'>>()
    const { tenant: _, ...rest } = place
    // @ts-expect-error without the tenant
    cipher.encrypt('ana', rest)
    // @ts-expect-error a number for the row
    cipher.encrypt('ana', { ...place, rowId: 7 })
    expectTypeOf(cipher.decrypt<string>('', place)).resolves.toBeString()
  })

  test('needs no row for an index', () => {
    const cipher = createFieldCipher({ keys })
    const { rowId: _, ...column } = place
    expectTypeOf(cipher.blindIndex('ana', column)).resolves.toBeString()
    expectTypeOf(cipher.blindIndex('ana', { ...place, rowId: '8' })).resolves.toBeString()
  })

  test('takes the names of its own context', () => {
    const cipher = createFieldCipher({ keys, context: ['shop', 'rowId'] })
    expectTypeOf(cipher).toEqualTypeOf<FieldCipher<'shop' | 'rowId'>>()
    // @ts-expect-error the names of another
    cipher.encrypt('ana', place)
  })
})

test('parts of a key or a message may be missing', () => {
  const key = undefined as Uint8Array | undefined
  localKeys([{ id: '2025', key, state: 'destroyed' }])
  const bytes = new Uint8Array()
  openAesGcm(bytes, { nonce: bytes, ciphertext: bytes, tag: bytes, aad: key })
})
