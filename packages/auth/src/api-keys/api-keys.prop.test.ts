import { crc32 as zlibCrc32 } from 'node:zlib'
import { TestClock } from '@base/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createKeyText, readKeyText } from './api-key-text.js'
import { crc32 } from './crc32.js'
import { createApiKeys, findApiKeys, memoryApiKeyStore } from './index.js'

const id = fc.stringMatching(/^[0-9A-Za-z]{16}$/)
const prefix = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,8}(?:_[A-Za-z0-9]{1,8}){0,2}$/)

describe('crc32', () => {
  test('is that of zlib', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        expect(crc32(text)).toBe(zlibCrc32(text))
      }),
    )
    expect(crc32('123456789')).toBe(0xcbf43926)
  })
})

describe('the text of a key', () => {
  test('gives back its id, and is read under its own prefix alone', () => {
    fc.assert(
      fc.property(prefix, prefix, id, (own, other, name) => {
        const text = createKeyText(own, name)
        expect(readKeyText(text, own)).toBe(name)
        if (other !== own) expect(readKeyText(text, other)).toBeUndefined()
      }),
    )
  })

  test('is not read with any change of one or two letters', () => {
    const change = fc.array(
      fc.tuple(fc.nat(200), fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 1 })),
      {
        minLength: 1,
        maxLength: 2,
      },
    )
    fc.assert(
      fc.property(id, change, (name, changes) => {
        const text = createKeyText('shop', name)
        const letters = [...text]
        for (const [index, letter] of changes) letters[index % letters.length] = letter
        const changed = letters.join('')
        fc.pre(changed !== text)
        expect(readKeyText(changed, 'shop')).toBeUndefined()
      }),
    )
  })

  test('is not read from any other value', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(readKeyText(value, 'shop')).toBeUndefined()
      }),
    )
  })
})

describe('findApiKeys', () => {
  const noise = fc.string({ unit: fc.constantFrom(...' \n"\'=:/.,;-(){}é') })

  test('finds each key in a text once, whatever stands around it', () => {
    fc.assert(
      fc.property(prefix, fc.array(fc.tuple(noise, id), { maxLength: 5 }), noise, (own, parts, end) => {
        const keys = parts.map(([, name]) => createKeyText(own, name))
        const lines = parts.map(([before], index) => `${before} ${keys[index]} ${keys[index]}`)
        const text = [...lines, end].join('\n')
        expect(findApiKeys(text, { prefix: own })).toEqual([...new Set(keys)])
      }),
    )
  })

  test('finds a key that stands in the middle of letters', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'aZ0_%3D\\n\x1b[31m') })
    fc.assert(
      fc.property(prefix, id, letters, letters, (own, name, before, after) => {
        const key = createKeyText(own, name)
        expect(findApiKeys(before + key + after, { prefix: own })).toEqual([key])
      }),
    )
  })

  test.each([
    ['an address in an address', (key: string) => `/r?next=%2Fapi%3Fkey%3D${key}%26x`],
    ['JSON', (key: string) => JSON.stringify(`line\n${key}\t`)],
    ['the name of a variable', (key: string) => `TOKEN_${key}`],
    ['a colour', (key: string) => `\x1b[31m${key}\x1b[0m`],
    ['itself', (key: string) => key + key],
    [
      'what looks like one and ends where it begins',
      (key: string) => `shop_${'x'.repeat(16)}_${'x'.repeat(34)}${key}`,
    ],
  ])('finds a key in %s', (_, textOf) => {
    const key = createKeyText('shop', 'a'.repeat(16))
    expect(findApiKeys(textOf(key), { prefix: 'shop' })).toEqual([key])
  })

  test('looks at each letter of a long text a few times at most', () => {
    const near = `shop_${'x'.repeat(16)}_${'x'.repeat(37)}_`
    // What is quadratic takes hours here, and the runner ends it.
    for (const part of ['s', 'shop_', near, `${near}x`, createKeyText('shoq', 'a'.repeat(16))])
      expect(findApiKeys(part.repeat(2_000_000 / part.length), { prefix: 'shop' })).toEqual([])
  })

  test('finds nothing that only looks like a key', () => {
    fc.assert(
      fc.property(id, fc.nat(37), (name, index) => {
        const key = createKeyText('shop', name)
        const at = key.length - 1 - index
        const other = key.slice(0, at) + (key[at] === 'x' ? 'y' : 'x') + key.slice(at + 1)
        expect(findApiKeys(`${other} ${key.slice(1)} ${key.slice(0, -1)}`, { prefix: 'shop' })).toEqual([])
      }),
    )
  })

  test('refuses what is no text or no prefix', () => {
    expect(() => findApiKeys(7 as never)).toThrow('@base/auth findApiKeys: text must be a text')
    expect(() => findApiKeys('', { prefix: '(' })).toThrow('@base/auth findApiKeys: prefix must be')
  })
})

type Step =
  | { readonly do: 'wait'; readonly hours: number }
  | { readonly do: 'rotate'; readonly overlap: number }
  | { readonly do: 'revoke' }

/** What is true of a key, said as simply as it can be. */
class Model {
  readonly ends = new Map<string, number>()
  isRevoked = false
  present: string

  constructor(text: string, end: number) {
    this.present = text
    this.ends.set(text, end)
  }

  isAlive(now: number): boolean {
    return !this.isRevoked && now < (this.ends.get(this.present) ?? 0)
  }

  rotate(text: string, now: number, overlap: number, ttl: number): void {
    for (const [before, end] of this.ends) this.ends.set(before, Math.min(end, now + overlap))
    this.ends.set(text, now + ttl)
    this.present = text
  }
}

describe('a key', () => {
  const HOUR = 3_600_000
  const TTL = 48 * HOUR
  const steps: fc.Arbitrary<Step[]> = fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.nat(20) }) },
      { weight: 5, arbitrary: fc.record({ do: fc.constant('rotate' as const), overlap: fc.nat(60) }) },
      { weight: 1, arbitrary: fc.constant({ do: 'revoke' as const }) },
    ),
    // Ten secrets are remembered.
    { maxLength: 9 },
  )

  test('is good exactly as long as each rotation and revocation says, in any order of them', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const clock = new TestClock({ now: 1_767_225_600_000 })
        const keys = createApiKeys({ store: memoryApiKeyStore({ clock }), clock, ttl: TTL })
        const { id, key } = await keys.create({ ownerId: 'ann', scopes: [] })
        const model = new Model(key, clock.now() + TTL)
        for (const step of all) {
          const now = clock.now()
          if (step.do === 'wait') await clock.advance(step.hours * HOUR)
          else if (step.do === 'revoke') {
            expect(await keys.revoke(id)).toBe(model.isAlive(now))
            model.isRevoked ||= model.isAlive(now)
          } else {
            const overlap = step.overlap * HOUR
            const rotated = await keys.rotate(id, { overlap }).catch(() => undefined)
            expect(rotated !== undefined).toBe(model.isAlive(now))
            if (rotated !== undefined) model.rotate(rotated.key, now, overlap, TTL)
          }
          for (const [text, end] of model.ends)
            expect((await keys.verify(text)).ok).toBe(!model.isRevoked && clock.now() < end)
          expect(await keys.list('ann')).toHaveLength(model.isAlive(clock.now()) ? 1 : 0)
        }
      }),
    )
  })
})
