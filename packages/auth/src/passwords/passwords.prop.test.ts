import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CHEAP } from './counted.fixture.js'
import { argon2id, commonPasswords, createPasswordPolicy, createPasswords, strength } from './index.js'

const passwords = createPasswords({ kdf: argon2id(CHEAP) })
const text = fc.string({ unit: 'binary', maxLength: 40 })
const wellFormed = (password: string) => password !== '' && !/\p{Cs}/u.test(password)

describe('passwords', () => {
  test('verify for every text, and only for those that normalise to the same', async () => {
    await fc.assert(
      fc.asyncProperty(text.filter(wellFormed), text, async (password, other) => {
        const stored = await passwords.hash(password)
        expect(await passwords.verify(password, stored)).toEqual({ ok: true })
        expect(await passwords.verify(password.normalize('NFD'), stored)).toEqual({ ok: true })
        const same = wellFormed(other) && other.normalize('NFKC') === password.normalize('NFKC')
        expect(await passwords.verify(other, stored)).toEqual({ ok: same })
      }),
      { numRuns: 20 },
    )
  })

  test('answer whatever is stored', async () => {
    const stored = fc.oneof(
      text,
      text.map((t) => `$argon2id$${t}`),
      text.map((t) => `$pepper$k=x,n=nfkc$${t}`),
    )
    await fc.assert(
      fc.asyncProperty(stored, async (row) => {
        const answer = await passwords.verify('a password', row).catch(({ code }) => code)
        expect([{ ok: false }, 'UNKNOWN_PEPPER']).toContainEqual(answer)
      }),
      { numRuns: 20 },
    )
  })
})

describe('a policy', () => {
  const policy = createPasswordPolicy()

  test('answers for anything at all, and lets through only what can be hashed as it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, fc.anything()), async (password) => {
        const result = await policy.check(password as string)
        if (result.ok) {
          expect(result.value.normalize('NFKC')).toBe(result.value)
          expect([...result.value].length).toBeGreaterThanOrEqual(15)
        } else {
          expect(result.error.issues.length).toBeGreaterThan(0)
        }
      }),
    )
  })

  test('lets no repetition of a common password through', async () => {
    const list = commonPasswords()
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('password', 'dragon', 'qwerty'),
        fc.integer({ min: 1, max: 20 }),
        async (word, n) => {
          expect(await list.has(word.repeat(n))).toBe(true)
        },
      ),
    )
  })
})

describe('strength', () => {
  test('is from 0 to 4 for every text', () => {
    fc.assert(
      fc.property(text, (password) => {
        expect([0, 1, 2, 3, 4]).toContain(strength(password))
      }),
    )
  })

  test('does not fall when something is added that nobody expects', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]{1,20}$/), (password) => {
        expect(strength(`${password}~Ω`)).toBeGreaterThanOrEqual(strength(password))
      }),
    )
  })
})
