import { InvalidOptionError, UnsupportedError } from '@base/core/errors'
import { secret } from '@base/core/secret'
import { TestClock } from '@base/core/testing'
import { deferred } from '@base-internal/tools/deferred'
import { describe, expect, test } from 'vitest'
import {
  createFieldCipher,
  type FieldCipher,
  FieldCipherError,
  type KmsPort,
  type LocalKey,
  localKeys,
  openAesGcm,
} from './index.js'

const keyOf = (byte: number) => new Uint8Array(32).fill(byte)
const place = { tenant: 'acme', table: 'customer', column: 'email', rowId: '7' }
const cipherOf = (...keys: readonly LocalKey[]) => createFieldCipher({ keys: localKeys(keys) })
const k1: LocalKey = { id: 'k1', key: keyOf(1), state: 'primary' }
const k2: LocalKey = { id: 'k2', key: keyOf(2), state: 'primary' }
const refusal = (code: string) => expect.objectContaining({ name: 'FieldCipherError', code })

/** Indexes that stand in databases. */
const INDEXES: [value: unknown, index: string][] = [
  ['ana@example.com', 'vwTVGVTUHrblubnH2mW54PfJaz343C4_QyzpJ5Jkdsw'],
  ['\ud800', '5VdGtYSQn8kaKkbeof8NnehADkYgd5RsGa8K3QMPhAE'],
  [7, 'P7ihJNPcrv0gq9gVIRaxvwVrmXSpyN4cOmNoSzHR-D4'],
  [-1.5e300, '7GBb5Zynz5O5zlo35oap6CQ2SwvmltdD4CR8P6fJ8BU'],
  [7n, 'PXTi2JsCY507c-b6QnDAoAXsWcI8NahexD1t729ppF4'],
  [null, 'xCdKoKUkKQlkl10QcI2lpBZA8-sQ44lSGrKLNYc1dj0'],
  [new Date(7), 'aAqshkD6-XflMNTM3JMWZBnYWGxZnWLmY8fpwYgKyIM'],
  [Uint8Array.of(1, 2), 'YPGmewpqHTrk0N1wI0xu6VeA7c6Myh7LYCNvZLctdm8'],
  [{ a: 1, b: { c: 2 } }, 'qHs2ZeWQInniUqm69VB3bb2MhSl2saqVN9zUWhi1R0I'],
]

/** The character that has the same low byte as that of the text, which is what Node looks at. */
const wide = (text: string, at: number) => String.fromCharCode(text.charCodeAt(at) + 0x100)

/** Base64url of the same bytes, whose last character says something in the bits that no byte has. */
function spareBitsOf(text: string): string[] {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const same = Buffer.from(text, 'base64url')
  return [...alphabet]
    .map((last) => text.slice(0, -1) + last)
    .filter((other) => other !== text && Buffer.from(other, 'base64url').equals(same))
}

describe('a field', () => {
  test('comes back in its place, and equal ones differ', async () => {
    const cipher = cipherOf(k1)
    const [a, b] = [await cipher.encrypt('ana', place), await cipher.encrypt('ana', place)]
    expect(a).not.toBe(b)
    expect(a).toMatch(/^v1\.k1\.[\w-]{43}\.[\w-]{43}\.[\w-]+$/)
    expect(await cipher.decrypt(a, place)).toBe('ana')
    expect(await cipherOf(k1).decrypt(b, place)).toBe('ana')
  })

  test.each(['tenant', 'table', 'column', 'rowId'])('is refused in another %s', async (name) => {
    const cipher = cipherOf(k1)
    const text = await cipher.encrypt('ana', place)
    await expect(cipher.decrypt(text, { ...place, [name]: 'other' })).rejects.toEqual(
      refusal('FIELD_TAMPERED'),
    )
  })

  test('is bound without ambiguity: no text can run from one part of the place into the next', async () => {
    const cipher = cipherOf(k1)
    const text = await cipher.encrypt('ana', { ...place, tenant: 'ab', table: 'c' })
    for (const [tenant, table] of [
      ['a', 'bc'],
      ['abc', 'c'],
      ['ab|c', 'c'],
      ['ab\0', 'c'],
    ] as const)
      await expect(cipher.decrypt(text, { ...place, tenant, table })).rejects.toEqual(
        refusal('FIELD_TAMPERED'),
      )
  })

  test.each(['tenant', 'table', 'column', 'rowId'])('needs all of its place: %s', async (name) => {
    const cipher = cipherOf(k1)
    const text = await cipher.encrypt('ana', place)
    for (const value of [undefined, null, '', 7, '\ud800']) {
      const wrong = { ...place, [name]: value } as unknown as typeof place
      await expect(cipher.encrypt('ana', wrong)).rejects.toBeInstanceOf(InvalidOptionError)
      await expect(cipher.decrypt(text, wrong)).rejects.toBeInstanceOf(InvalidOptionError)
    }
  })

  test('may be bound to other names', async () => {
    const cipher = createFieldCipher({ keys: localKeys([k1]), context: ['shop', 'rowId'] })
    const text = await cipher.encrypt(7n, { shop: 'a', rowId: '1' })
    expect(await cipher.decrypt(text, { shop: 'a', rowId: '1' })).toBe(7n)
    await expect(cipher.decrypt(text, { shop: 'b', rowId: '1' })).rejects.toEqual(refusal('FIELD_TAMPERED'))
  })

  test('that is none is never returned as it is (prisma-field-encryption#8)', async () => {
    const cipher = cipherOf(k1)
    const whole = await cipher.encrypt('ana', place)
    const parts = whole.split('.')
    const others = [
      '',
      'ana@example.com',
      'v1',
      whole.replace('v1', 'v2'),
      `${whole}=`,
      `${whole}\n`,
      ` ${whole}`,
    ]
    const wrong = [...others, `${whole}.x`, parts.slice(0, 4).join('.'), [...parts.slice(0, 4), ''].join('.')]
    for (const text of [...wrong, 'v1..a.b.c', `v1.${'k'.repeat(65)}.a.b.c`, undefined, null, 7, {}]) {
      await expect(cipher.decrypt(text as string, place)).rejects.toEqual(refusal('FIELD_MALFORMED'))
      if (text !== [...parts.slice(0, 4), ''].join('.'))
        expect(() => cipher.needsReencrypt(text as string)).toThrow(FieldCipherError)
    }
  })

  test('has one text only: no other alphabet, no spare bits, no characters that Node takes for others', async () => {
    const cipher = cipherOf(k1)
    const parts = (await cipher.encrypt('ana', place)).split('.')
    for (const index of [2, 3, 4]) {
      const part = parts[index] as string
      const others = [
        ...['+', '/', '=', ' '].map((other) => part + other),
        ...[0, 5, part.length - 1].map((at) => part.slice(0, at) + wide(part, at) + part.slice(at + 1)),
        ...spareBitsOf(part),
      ]
      for (const other of others) {
        const text = parts.with(index, other).join('.')
        await expect(cipher.decrypt(text, place)).rejects.toEqual(refusal('FIELD_MALFORMED'))
      }
    }
    expect(await cipher.decrypt(parts.join('.'), place)).toBe('ana')
  })

  test('of which the header only begins like that of the one before is refused', async () => {
    const cipher = cipherOf(k1)
    const text = await cipher.encrypt('ana', place)
    expect(await cipher.decrypt(text, place)).toBe('ana')
    const dot = text.lastIndexOf('.')
    for (const more of ['A', 'AAA', '.', '.AAAA'])
      await expect(cipher.decrypt(text.slice(0, dot) + more + text.slice(dot), place)).rejects.toBeInstanceOf(
        FieldCipherError,
      )
    for (const other of ['', 'A', '-', ':'])
      await expect(cipher.decrypt(text.slice(0, dot) + other + text.slice(dot + 1), place)).rejects.toEqual(
        refusal('FIELD_MALFORMED'),
      )
    await expect(cipher.decrypt(text.slice(0, dot), place)).rejects.toEqual(refusal('FIELD_MALFORMED'))
  })

  test('holds no secret in its refusals', async () => {
    const cipher = cipherOf(k1)
    const text = await cipher.encrypt('ana@example.com', place)
    const error = await cipher.decrypt(text, { ...place, rowId: '8' }).catch((thrown: unknown) => thrown)
    expect(JSON.stringify(error) + String(error)).not.toMatch(/ana|acme|AQEB|[\w-]{43}/)
  })
})

describe('keys', () => {
  test('that are enabled decrypt, and only the primary one encrypts', async () => {
    const old = await cipherOf(k1).encrypt('ana', place)
    const cipher = cipherOf({ ...k1, state: 'enabled' }, k2)
    expect(await cipher.decrypt(old, place)).toBe('ana')
    expect(cipher.needsReencrypt(old)).toBe(true)
    const renewed = await cipher.encrypt('ana', place)
    expect(renewed).toMatch(/^v1\.k2\./)
    expect(cipher.needsReencrypt(renewed)).toBe(false)
  })

  test.each([
    ['disabled', { ...k1, state: 'disabled' }, 'FIELD_KEY_DISABLED'],
    ['destroyed', { id: 'k1', state: 'destroyed' }, 'FIELD_KEY_DESTROYED'],
    ['destroyed, though somebody kept it', { ...k1, state: 'destroyed' }, 'FIELD_KEY_DESTROYED'],
    ['unknown', { ...k1, id: 'k0', state: 'enabled' }, 'FIELD_KEY_UNKNOWN'],
  ] as const)('refuse what they encrypted once they are %s', async (_, key, code) => {
    const old = await cipherOf(k1).encrypt('ana', place)
    const cipher = cipherOf(key, k2)
    await expect(cipher.decrypt(old, place)).rejects.toEqual(refusal(code))
    await expect(cipher.decrypt(old, place)).rejects.toMatchObject({ details: { keyId: 'k1' } })
    expect(cipher.needsReencrypt(old)).toBe(true)
  })

  test('are looked up, never tried in turn: another key of the name is refused', async () => {
    const text = await cipherOf(k1).encrypt('ana', place)
    const impostor = cipherOf({ ...k1, key: keyOf(9) }, { ...k1, id: 'k3', state: 'enabled' })
    await expect(impostor.decrypt(text, place)).rejects.toEqual(refusal('FIELD_TAMPERED'))
    const renamed = text.replace('v1.k1.', 'v1.k3.')
    const both = cipherOf(k2, { ...k1, state: 'enabled' }, { ...k1, id: 'k3', state: 'enabled' })
    await expect(both.decrypt(renamed, place)).rejects.toEqual(refusal('FIELD_TAMPERED'))
  })

  test('are committed to: an envelope that says another commitment is refused', async () => {
    const text = await cipherOf(k1).encrypt('ana', place)
    const parts = text.split('.')
    parts[3] = Buffer.alloc(32, 7).toString('base64url')
    await expect(cipherOf(k1).decrypt(parts.join('.'), place)).rejects.toEqual(refusal('FIELD_TAMPERED'))
    parts[3] = ''
    await expect(cipherOf(k1).decrypt(parts.join('.'), place)).rejects.toEqual(refusal('FIELD_TAMPERED'))
  })

  test('are copied, and may be secrets', async () => {
    const key = keyOf(1)
    const cipher = cipherOf({ id: 'k1', key: secret(key), state: 'primary' })
    key.fill(0)
    const text = await cipher.encrypt('ana', place)
    expect(await cipherOf(k1).decrypt(text, place)).toBe('ana')
  })

  test.each([
    ['none', []],
    ['no primary', [{ ...k1, state: 'enabled' }]],
    ['two primaries', [k1, k2]],
    ['two of one id', [k1, { ...k1, state: 'enabled' }]],
    ['31 bytes', [{ ...k1, key: new Uint8Array(31) }]],
    ['a text', [{ ...k1, key: 'a'.repeat(32) }]],
    ['a text alone', 'a'.repeat(32)],
    ['a key that is missing', [{ id: 'k1', state: 'primary' }]],
    ['an id with a dot', [{ ...k1, id: 'k.1' }]],
    ['an unknown state', [k1, { ...k2, state: 'retired' }]],
    ['a key without a name', [k1, null]],
    ['an id and a key, swapped', [{ ...k1, id: `${'a'.repeat(31)}=`, key: 'k1' }]],
    ['a state and a key, swapped', [{ ...k1, key: 'primary', state: 'a'.repeat(32) }]],
  ])('are refused: %s', (_, keys) => {
    expect(() => localKeys(keys as never)).toThrow(InvalidOptionError)
    expect(() => localKeys(keys as never)).not.toThrow(/aaaa/)
  })

  test('are told by their kind', () => {
    const refused = (key: unknown) => () => localKeys([{ ...k1, key }] as never)
    expect(refused(new Uint8Array(15))).toThrow(
      'keys.0.key must be a Uint8Array of 32 bytes, received "15 bytes"',
    )
    expect(refused('a'.repeat(32))).toThrow('received "a text"')
    expect(refused(secret('a'.repeat(32)))).toThrow('received "a text"')
    expect(refused(undefined)).toThrow('received undefined')
  })

  test('are not a text, which is not told', () => {
    const options = { keys: 'a'.repeat(32) as never }
    expect(() => createFieldCipher(options)).toThrow('createFieldCipher: keys must be')
    expect(() => createFieldCipher(options)).not.toThrow(/aaaa/)
  })
})

describe('a key management service', () => {
  /** One whose calls are counted, and which can be away. */
  function service() {
    const local = localKeys([k1])
    const state = { away: false, generated: 0, unwrapped: 0 }
    const reach = () => {
      if (state.away) throw new Error('connect ECONNREFUSED')
    }
    const port: KmsPort = {
      primaryId: 'k1',
      async generateDataKey() {
        state.generated++
        reach()
        return local.generateDataKey()
      },
      async unwrapDataKey(id, wrapped) {
        state.unwrapped++
        reach()
        return local.unwrapDataKey(id, wrapped)
      },
    }
    return { port, state }
  }

  test('is asked for one data key an hour, however many fields there are', async () => {
    const clock = new TestClock()
    const { port, state } = service()
    const cipher = createFieldCipher({ keys: port, clock })
    const texts = await Promise.all(Array.from({ length: 50 }, (_, n) => cipher.encrypt(n, place)))
    expect(state.generated).toBe(1)
    const reader = createFieldCipher({ keys: port, clock })
    expect(await Promise.all(texts.map((text) => reader.decrypt(text, place)))).toEqual(
      texts.map((_, n) => n),
    )
    expect(state.unwrapped).toBe(1)

    await clock.advance('1h')
    await cipher.encrypt(1, place)
    await reader.decrypt(texts[0] as string, place)
    expect(state).toMatchObject({ generated: 2, unwrapped: 2 })
  })

  test('that is away is a typed error, and is asked again by the next call', async () => {
    const { port, state } = service()
    state.away = true
    const cipher = createFieldCipher({ keys: port })
    const away = { code: 'KMS_UNAVAILABLE', kind: 'unavailable', cause: { message: 'connect ECONNREFUSED' } }
    await expect(cipher.encrypt('ana', place)).rejects.toMatchObject(away)
    state.away = false
    const text = await cipher.encrypt('ana', place)
    state.away = true
    const reader = createFieldCipher({ keys: port })
    await expect(reader.decrypt(text, place)).rejects.toMatchObject(away)
    state.away = false
    expect(await reader.decrypt(text, place)).toBe('ana')
  })

  test('that never wrapped what a field holds says so: to ask again would change nothing', async () => {
    const text = await createFieldCipher({ keys: service().port }).encrypt('ana', place)
    const unwrapDataKey = async () => {
      throw new FieldCipherError({ code: 'FIELD_TAMPERED', keyId: 'k1' })
    }
    const reader = createFieldCipher({ keys: { ...service().port, unwrapDataKey } })
    await expect(reader.decrypt(text, place)).rejects.toMatchObject({
      code: 'FIELD_TAMPERED',
      kind: 'internal',
    })
  })

  test('that hangs is waited for until the signal says otherwise', async () => {
    const cipher = createFieldCipher({
      keys: { ...service().port, generateDataKey: () => new Promise(() => {}) },
      clock: new TestClock(),
    })
    const controller = new AbortController()
    const encrypted = cipher.encrypt('ana', place, { signal: controller.signal })
    controller.abort('enough')
    await expect(encrypted).rejects.toBe('enough')
  })

  test.each<[keyof KmsPort, (cipher: FieldCipher, text: string) => Promise<unknown>]>([
    ['generateDataKey', (cipher) => cipher.encrypt('ana', place)],
    ['unwrapDataKey', (cipher, text) => cipher.decrypt(text, place)],
    ['indexKeys', (cipher) => cipher.blindIndex('ana', place)],
  ])('one of whose answers is lost is away after the timeout, and asked again: %s', async (method, ask) => {
    const clock = new TestClock()
    const local = localKeys([k1])
    const text = await createFieldCipher({ keys: local }).encrypt('ana', place)
    const lost = deferred<never>()
    const keys: KmsPort = { ...local, [method]: () => lost.promise }
    const cipher = createFieldCipher({ keys, timeout: '2s', clock })
    const asked = Promise.allSettled([ask(cipher, text), ask(cipher, text)])
    await clock.advance(1_999)
    expect(clock.pending).toBe(1)
    await clock.advance(1)
    const away = { reason: { code: 'KMS_UNAVAILABLE', cause: { message: 'No answer within 2000 ms.' } } }
    expect(await asked).toMatchObject([away, away])
    Object.assign(keys, { [method]: local[method] })
    await ask(cipher, text)
    lost.reject(new Error('too late, and of no concern'))
    await ask(cipher, text)
    expect(clock.pending).toBe(0)
  })

  test('is not waited for by who has given up, even where the key is there', async () => {
    const cipher = createFieldCipher({ keys: service().port })
    const text = await cipher.encrypt('ana', place)
    expect(await cipher.decrypt(text, place)).toBe('ana')
    const signal = AbortSignal.abort('enough')
    await expect(cipher.decrypt(text, place, { signal })).rejects.toBe('enough')
    expect(await cipher.decrypt(text, place, { signal: new AbortController().signal })).toBe('ana')
  })

  test.each<[string, Partial<KmsPort>]>([
    ['no method for them', {}],
    ['an empty list', { indexKeys: async () => [] }],
    ['null', { indexKeys: async () => null as never }],
  ])('without keys for indexes has none: %s', async (_, given) => {
    const cipher = createFieldCipher({ keys: { ...service().port, ...given } })
    await expect(cipher.blindIndex('ana', place)).rejects.toBeInstanceOf(UnsupportedError)
  })

  test.each([
    ['a short data key', { key: new Uint8Array(16) }],
    ['a wrapped key that is too long', { wrapped: new Uint8Array(4_097) }],
    ['an id that no envelope can hold', { keyId: 'arn:aws:kms/1' }],
  ])('is not obeyed in everything: %s', async (_, wrong) => {
    const good = await localKeys([k1]).generateDataKey()
    const keys = { ...service().port, generateDataKey: async () => ({ ...good, ...wrong }) }
    await expect(createFieldCipher({ keys }).encrypt('ana', place)).rejects.toEqual(
      refusal('KMS_UNAVAILABLE'),
    )
  })
})

describe('a blind index', () => {
  test('finds equal values of a column, whatever the row', async () => {
    const cipher = cipherOf(k1)
    const index = await cipher.blindIndex('ana@example.com', place)
    const otherRow = { ...place, rowId: '8' }
    expect(index).toMatch(/^[\w-]{43}$/)
    expect(await cipherOf(k1).blindIndex('ana@example.com', otherRow)).toBe(index)
    expect(await cipher.blindIndex('bob@example.com', place)).not.toBe(index)
    const { rowId: _, ...column } = place
    expect(await cipher.blindIndex('ana@example.com', column)).toBe(index)
  })

  test.each(['tenant', 'table', 'column'])(
    'differs by %s, so that columns do not show what they share',
    async (name) => {
      const cipher = cipherOf(k1)
      const [a, b] = [
        await cipher.blindIndex('ana', place),
        await cipher.blindIndex('ana', { ...place, [name]: 'other' }),
      ]
      expect(a).not.toBe(b)
    },
  )

  test('takes canonically equal texts for equal, or what you say', async () => {
    expect(await cipherOf(k1).blindIndex('é', place)).toBe(await cipherOf(k1).blindIndex('e\u0301', place))
    const cipher = createFieldCipher({
      keys: localKeys([k1]),
      normalize: (text) => text.trim().toLowerCase(),
    })
    expect(await cipher.blindIndex(' Ana@Example.com', place)).toBe(
      await cipher.blindIndex('ana@example.com', place),
    )
  })

  test.each([
    ['nothing', undefined],
    ['a promise of one', Promise.resolve('ana')],
  ])('is not made where normalize gives %s instead of a text', async (_, given) => {
    const cipher = createFieldCipher({ keys: localKeys([k1]), normalize: () => given as never })
    for (const index of [cipher.blindIndex('ana', place), cipher.blindIndexes('ana', place)])
      await expect(index).rejects.toBeInstanceOf(InvalidOptionError)
  })

  test('is that of the value as it was given, whatever becomes of it while keys are waited for', async () => {
    const given = { city: 'Lisbon' }
    const index = cipherOf(k1).blindIndex(given, place)
    given.city = 'Porto'
    expect(await index).toBe(await cipherOf(k1).blindIndex({ city: 'Lisbon' }, place))
  })

  test.each<[string, unknown, unknown]>([
    ['bytes as a driver gives and as a field comes back', Buffer.from('hi'), Uint8Array.of(0x68, 0x69)],
    ['0 and -0', 0, -0],
    ['0 and -0 within', [{ n: 0 }], [{ n: -0 }]],
    ['members in another order', { a: 1, b: { c: [1], d: null } }, { b: { d: null, c: [1] }, a: 1 }],
    ['members in another order, with tags', { $a: 1, b: new Date(0) }, { b: new Date(0), $a: 1 }],
  ])('takes for equal: %s', async (_, one, other) => {
    const cipher = cipherOf(k1)
    expect(await cipher.blindIndex(one, place)).toBe(await cipher.blindIndex(other, place))
    const back = await cipher.decrypt(await cipher.encrypt(one, place), place)
    expect(await cipher.blindIndex(back, place)).toBe(await cipher.blindIndex(one, place))
  })

  test.each<[unknown, string]>(INDEXES)('of %o is what it has always been', async (value, index) => {
    expect(await cipherOf(k1).blindIndex(value, place)).toBe(index)
  })

  test('tells values of different types apart', async () => {
    const cipher = cipherOf(k1)
    const values = ['7', 7, 7n, true, 'true', null, undefined, new Date(7), new Uint8Array([55])]
    expect(new Set(await Promise.all(values.map((value) => cipher.blindIndex(value, place)))).size).toBe(
      values.length,
    )
  })

  test('is no part of what encrypts, and differs by key', async () => {
    expect(await cipherOf(k1).blindIndex('ana', place)).not.toBe(await cipherOf(k2).blindIndex('ana', place))
  })

  test('is there by every key while keys change (blind_index#36)', async () => {
    const old = await cipherOf(k1).blindIndex('ana', place)
    const cipher = cipherOf({ ...k1, state: 'enabled' }, k2)
    expect(await cipher.blindIndexes('ana', place)).toEqual([await cipher.blindIndex('ana', place), old])
    const later = cipherOf({ ...k1, state: 'disabled' }, k2)
    expect(await later.blindIndexes('ana', place)).toEqual([await cipher.blindIndex('ana', place)])
  })

  test('can be cut short', async () => {
    const cipher = createFieldCipher({ keys: localKeys([k1]), indexBits: 32 })
    const index = await cipher.blindIndex('ana', place)
    expect(Buffer.from(index, 'base64url')).toHaveLength(4)
    for (const indexBits of [31, 33, 0, 264])
      expect(() => createFieldCipher({ keys: localKeys([k1]), indexBits })).toThrow(InvalidOptionError)
  })
})

test.each([
  ['a function', () => 'ana'],
  ['a promise', Promise.resolve('ana')],
  ['an object that holds itself', holdingItself()],
])('%s is no value', async (_, value) => {
  const cipher = cipherOf(k1)
  for (const call of [cipher.encrypt(value, place), cipher.blindIndex(value, place)])
    await expect(call).rejects.toBeInstanceOf(UnsupportedError)
})

test.each([
  ['no list', 'rowId'],
  ['an empty list', []],
  ['a name twice', ['rowId', 'rowId']],
  ['an empty name', ['rowId', '']],
  ['a name that is none', ['rowId', 7]],
])('a context of %s is refused', (_, context) => {
  const options = { keys: localKeys([k1]), context: context as never }
  expect(() => createFieldCipher(options)).toThrow(InvalidOptionError)
})

test.each([
  ['timeout', { timeout: 0 }],
  ['clock', { clock: {} as never }],
  ['clock', { clock: { monotonic: () => 0 } as never }],
])('a wrong %s is refused', (option, wrong) => {
  const create = () => createFieldCipher({ keys: localKeys([k1]), ...wrong })
  expect(create).toThrow(InvalidOptionError)
  expect(create).toThrow(`createFieldCipher: ${option} must be`)
})

test.each([
  ['of another length', new Uint8Array(31)],
  ['that is a text', 'x'.repeat(32)],
])('AES-GCM refuses a key %s, and does not show it', async (_, key) => {
  const part = new Uint8Array(16)
  const message = { nonce: part.subarray(0, 12), ciphertext: part, tag: part }
  const refused = openAesGcm(key as never, message)
  await expect(refused).rejects.toThrow(InvalidOptionError)
  await expect(refused).rejects.toThrow(/^(?!.*xxx).*16, 24 or 32 bytes/)
})

test('AES-GCM refuses a message that is none', async () => {
  const opening = openAesGcm(new Uint8Array(32), null as never)
  await expect(opening).rejects.toThrow('openAesGcm: message must be an object, received null.')
})

function holdingItself(): object {
  const one: { self?: object } = {}
  one.self = one
  return one
}
