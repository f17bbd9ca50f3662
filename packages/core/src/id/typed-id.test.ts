import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../testing/seeded-random.js'
import { TestClock } from '../testing/test-clock.js'
import { createUuidv7, InvalidIdError, isUuid, typedId, ulid } from './index.js'

const order = typedId('order')

describe('a typed id', () => {
  test('tells its type, and is of that type only', () => {
    const id = order.create()
    expect(id).toMatch(/^order_0[0-9a-hjkmnp-tv-z]{25}$/)
    expect(order.is(id)).toBe(true)
    expect(typedId('user').is(id)).toBe(false)
    expect(order.parse(id)).toEqual({ ok: true, value: id })
  })

  test('has no prefix where that is empty', () => {
    const bare = typedId('')
    expect(bare.create()).toMatch(/^[0-9a-z]{26}$/)
    expect(bare.is(order.create())).toBe(false)
    expect(order.is(bare.create())).toBe(false)
  })

  test('is made and told by functions that can be passed on alone', () => {
    const { create, is } = order
    expect([create(), 'user_1', create()].filter(is)).toHaveLength(2)
  })

  test('grows', () => {
    const ids = Array.from({ length: 10_000 }, () => order.create())
    expect([...ids].sort()).toEqual(ids)
    expect(new Set(ids).size).toBe(10_000)
  })

  test('is a UUID of version 7 and back', () => {
    const id = order.create()
    const uuid = order.toUuid(id)
    expect(isUuid(uuid)).toBe(true)
    expect(uuid[14]).toBe('7')
    expect(order.fromUuid(uuid)).toEqual({ ok: true, value: id })
    expect(order.fromUuid(uuid.toUpperCase())).toEqual({ ok: true, value: id })
    expect(typedId('order', { uuid: () => uuid.toUpperCase() }).create()).toBe(id)
    expect(order.fromUuid('none')).toMatchObject({ ok: false, error: { code: 'INVALID_ID' } })
  })

  test('of another type has no UUID here, for that would be another row', () => {
    const order = typedId('order')
    for (const id of [
      'user_01h455vb4pex5vsknk084sn02q',
      '01h455vb4pex5vsknk084sn02q',
      'order_',
      7,
      undefined,
    ])
      expect(() => order.toUuid(id as never)).toThrow(InvalidIdError)
  })

  test('can be made the same again, for a test', () => {
    const make = () => {
      const uuid = createUuidv7({ clock: new TestClock(), random: seededRandom(1) })
      return typedId('order', { uuid }).create()
    }
    expect(make()).toBe(make())
  })

  test.each([
    ['user_00000000000000000000000000', "Not an id of 'order': the prefix must be 'order'."],
    ['order_', "Not an id of 'order': the rest must be 26 digits of Crockford's base 32 in lower case"],
    ['order_8zzzzzzzzzzzzzzzzzzzzzzzzz', 'the first at most 7.'],
    ['order_0000000000000000000000000O', 'the rest must be 26 digits'],
    ['order_00000000000000000000000000\n', 'the rest must be 26 digits'],
    [7, "Not an id of 'order': it must be a text."],
    [undefined, 'it must be a text'],
  ])('is not %j', (value, message) => {
    expect(order.parse(value)).toMatchObject({
      ok: false,
      error: { code: 'INVALID_ID', kind: 'invalid', message: expect.stringContaining(message) },
    })
  })

  test.each(['Order', '_order', 'order_', 'order1', 'or-der', 'é', 'a'.repeat(64), 7, undefined])(
    'does not take the prefix %j',
    (prefix) => {
      expect(() => typedId(prefix as string)).toThrow('@base/core typedId: prefix must be up to 63 of a to z')
    },
  )

  test.each([
    ['a ULID', ulid],
    ['an id of another kind', () => 'V1StGXR8_Z5jdHi6B-myT'],
    ['nothing', () => undefined as unknown as string],
  ])('refuses %s of its uuid', (_, uuid) => {
    expect(() => typedId('order', { uuid }).create()).toThrow(
      '@base/core typedId: uuid() must be a UUID, received ',
    )
  })

  test('does not take a uuid that is no function', () => {
    expect(() => typedId('order', { uuid: 'x' as never })).toThrow('uuid must be a function')
  })
})

describe('the public TypeID vectors', () => {
  const root =
    process.env['BASE_VECTORS'] ?? fileURLToPath(new URL('../../../../../shared/vectors', import.meta.url))
  const folder = join(root, 'typeid')
  const there = existsSync(folder)
  const read = (name: string): Vector[] =>
    there ? (JSON.parse(readFileSync(join(folder, name), 'utf8')) as Vector[]) : []
  const valid = read('valid.json')
  const invalid = read('invalid.json')

  test.skipIf(!there && process.env['REQUIRE_VECTORS'] !== '1')('are there', () => {
    expect(valid.length).toBeGreaterThan(5)
    expect(invalid.length).toBeGreaterThan(10)
  })

  test.runIf(there).for(valid)('valid: $name', ({ typeid, prefix = '', uuid = '' }) => {
    const ids = typedId(prefix)
    expect(ids.fromUuid(uuid)).toEqual({ ok: true, value: typeid })
    const parsed = ids.parse(typeid)
    expect(parsed).toEqual({ ok: true, value: typeid })
    expect(parsed.ok && ids.toUuid(parsed.value)).toBe(uuid)
  })

  test.runIf(there).for(invalid)('invalid: $name', ({ typeid }) => {
    const own = typeid.slice(0, Math.max(0, typeid.lastIndexOf('_')))
    for (const prefix of ['', 'prefix', own]) expect(isAccepted(prefix, typeid)).toBe(false)
  })
})

interface Vector {
  readonly name: string
  readonly typeid: string
  readonly prefix?: string
  readonly uuid?: string
}

/** By the prefix it claims to have: that is refused, or the id is. */
function isAccepted(prefix: string, typeid: string): boolean {
  try {
    return typedId(prefix).parse(typeid).ok
  } catch {
    return false
  }
}
