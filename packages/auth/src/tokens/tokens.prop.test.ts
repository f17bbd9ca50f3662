import { TestClock } from '@base/core/testing'
import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AUDIENCE, encode, GOOD, ISSUER, pairOf, sign } from './fixtures/forge.js'
import { AuthError, createTokenService, createVerifier, hmacKey, remoteJwks, verifyJws } from './index.js'
import { parseStrictObject } from './jws/strict-json.js'
import { isCanonical } from './keys/base64url.js'
import { type KeyStates, statesAt } from './ring/key-states.js'
import type { StoredKey } from './ring/key-store.js'

const SECRET = 'a secret of thirty-two bytes, at least'
const hmac = hmacKey(SECRET)
const pairs = {
  HS256: hmac,
  ES256: pairOf('ES256').key,
  EdDSA: pairOf('EdDSA').key,
  RS256: pairOf('RS256').key,
}
const FUZZ = runs({ ci: 2_000, soak: 100_000 })
/** The tokens are signed and verified for real. */
const FEWER = runs({ ci: 300, soak: 20_000 })

const services = Object.entries(pairs).map(([name, keys]) => ({
  name,
  tokens: createTokenService({ issuer: ISSUER, audience: AUDIENCE, keys, clock: new TestClock() }),
}))
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

describe('a token', () => {
  test.each(services)('of $name with any single bit flipped is refused', async ({ tokens }) => {
    const { token } = await tokens.issueAccess({ sub: 'user-1', clientId: 'web', roles: ['clerk'] })
    const bytes = Buffer.from(token)
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
        const flipped = Buffer.from(bytes)
        flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7))
        expect((await tokens.verifyAccess(flipped.toString('latin1'))).ok).toBe(false)
      }),
      { numRuns: FEWER },
    )
  })

  test.each(services)('of $name with any single letter changed is refused', async ({ tokens }) => {
    const { token } = await tokens.issueAccess({ sub: 'user-1', clientId: 'web' })
    await fc.assert(
      fc.asyncProperty(
        fc.nat(token.length - 1),
        fc.constantFrom(...ALPHABET, '.', '='),
        async (at, letter) => {
          fc.pre(token[at] !== letter)
          const changed = token.slice(0, at) + letter + token.slice(at + 1)
          expect((await tokens.verifyAccess(changed)).ok).toBe(false)
        },
      ),
      { numRuns: FEWER },
    )
  })

  test.each(services)(
    'of $name that was revoked stays so, in every text that decodes to the same',
    async ({ tokens }) => {
      const { token, claims } = await tokens.issueAccess({ sub: 'user-1', clientId: 'web' })
      expect((await tokens.verifyAccess(token)).ok).toBe(true)
      await tokens.revoke(claims)
      await fc.assert(
        fc.asyncProperty(variantOf(token), async (variant) => {
          expect((await tokens.verifyAccess(variant)).ok).toBe(false)
        }),
        { numRuns: FEWER },
      )
    },
  )

  test('says what was asked for, whatever that is', async () => {
    const { tokens } = services[0] as (typeof services)[number]
    const text = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' })
    const input = fc.record(
      { sub: text, clientId: text, roles: fc.array(text, { maxLength: 5 }), sid: text, acr: text },
      { requiredKeys: ['sub', 'clientId'] },
    )
    await fc.assert(
      fc.asyncProperty(input, async (asked) => {
        const { token, claims } = await tokens.issueAccess(asked)
        const { sub, clientId, ...rest } = asked
        expect(claims).toMatchObject({ sub, client_id: clientId, ...rest })
        expect(await tokens.verifyAccess(token)).toEqual({ ok: true, value: claims })
      }),
    )
  })
})

/** Other texts, which a lenient decoder takes for the same token. */
function variantOf(token: string): fc.Arbitrary<string> {
  const parts = token.split('.')
  const inserted = fc
    .tuple(fc.nat(token.length), fc.constantFrom('\n', ' ', '=', '\t', '\r', '+', '/', '\0', '.'))
    .map(([at, letter]) => token.slice(0, at) + letter + token.slice(at))
  const trailing = fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 15 })).map(([part, bits]) => {
    const text = parts[part] as string
    const last = ALPHABET.charAt(ALPHABET.indexOf(text.slice(-1)) ^ bits)
    return parts.map((one, index) => (index === part ? text.slice(0, -1) + last : one)).join('.')
  })
  const padded = fc
    .tuple(fc.nat(2), fc.integer({ min: 1, max: 3 }))
    .map(([part, count]) =>
      parts.map((one, index) => (index === part ? one + '='.repeat(count) : one)).join('.'),
    )
  return fc.oneof(inserted, trailing, padded, fc.constant(token))
}

describe('nonsense', () => {
  const verifier = createVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    algorithms: ['HS256'],
    keys: hmac,
    clock: new TestClock(),
  })
  const sealed = (header: unknown, payload: unknown) => `${encode(header)}.${encode(payload)}.AAAA`
  const members = fc.constantFrom(
    'alg',
    'typ',
    'kid',
    'crit',
    'b64',
    'zip',
    'jwk',
    'jku',
    'x5c',
    '__proto__',
    'enc',
  )
  const headers = fc.dictionary(members, fc.oneof(fc.jsonValue(), fc.constantFrom('HS256', 'none', 'at+jwt')))

  test('as a token is refused with a code, and never thrown at', async () => {
    const token = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.anything(),
      fc
        .array(fc.string({ unit: fc.constantFrom(...ALPHABET) }), { maxLength: 6 })
        .map((parts) => parts.join('.')),
      fc.tuple(headers, fc.jsonValue()).map(([header, payload]) => sealed(header, payload)),
      fc.tuple(fc.string(), fc.string()).map(([header, payload]) => sealed(header, payload)),
    )
    await fc.assert(
      fc.asyncProperty(token, async (text) => {
        const result = await verifier.verify(text as string)
        expect(!result.ok && result.error).toBeInstanceOf(AuthError)
        expect(!result.ok && result.error.code).toMatch(/^TOKEN_/)
        const jws = await verifyJws(text as string, { keys: hmac, algorithms: ['HS256'] })
        expect(!jws.ok && jws.error.code).toMatch(/^TOKEN_/)
      }),
      { numRuns: FUZZ },
    )
  }, 600_000)

  test('that is signed is judged like everything else', async () => {
    const known = fc.constantFrom(...Object.keys(GOOD), 'nbf', 'roles', 'cnf', 'epoch', '__proto__')
    const payload = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(known, fc.jsonValue()).map((claims) => ({ ...GOOD, ...claims })),
    )
    await fc.assert(
      fc.asyncProperty(headers, payload, async (header, claims) => {
        const text = JSON.stringify(claims)
        let token: string
        try {
          token = await sign(Buffer.from(SECRET), { typ: 'at+jwt', ...header, alg: 'HS256' }, text)
        } catch {
          return
        }
        const result = await verifier.verify(token)
        if (result.ok)
          expect(result.value).toMatchObject({ iss: ISSUER, aud: AUDIENCE, sub: expect.any(String) })
        else expect(result.error.code).toMatch(/^TOKEN_/)
      }),
      { numRuns: FUZZ },
    )
  }, 600_000)

  test('as a JWK set is ignored or refused, never thrown at', async () => {
    const key = fc.dictionary(
      fc.constantFrom('kty', 'crv', 'x', 'y', 'n', 'e', 'k', 'd', 'kid', 'alg', 'use', 'key_ops'),
      fc.oneof(
        fc.jsonValue(),
        fc.constantFrom('RSA', 'EC', 'OKP', 'oct', 'P-256', 'Ed25519', 'sig', 'HS256', 'AQAB'),
      ),
    )
    const body = fc.oneof(fc.jsonValue(), fc.record({ keys: fc.oneof(fc.array(key), fc.jsonValue()) }))
    const token = await sign(Buffer.from(SECRET), { alg: 'HS256', typ: 'at+jwt' }, GOOD)
    await fc.assert(
      fc.asyncProperty(body, async (set) => {
        const keys = remoteJwks('https://login.example.com/', {
          clock: new TestClock(),
          fetch: async () => Response.json(set),
        })
        const remote = createVerifier({ issuer: ISSUER, audience: AUDIENCE, algorithms: ['HS256'], keys })
        const result = await remote.verify(token)
        expect(!result.ok && result.error.code).toMatch(/^(TOKEN_UNKNOWN_KEY|KEYS_UNAVAILABLE)$/)
      }),
      { numRuns: FUZZ },
    )
  }, 600_000)
})

test('what is canonical is what comes out when it is decoded and encoded again', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...ALPHABET), minLength: 1, maxLength: 12 }), (text) => {
      expect(isCanonical(text)).toBe(Buffer.from(text, 'base64url').toString('base64url') === text)
    }),
    { numRuns: FUZZ },
  )
})

describe('parseStrictObject', () => {
  const bytes = (text: string) => new TextEncoder().encode(text)

  test('gives what JSON.parse gives, for an object with each name once', () => {
    const object = fc.dictionary(
      fc.string({ unit: 'grapheme' }),
      fc.jsonValue({ maxDepth: 4, stringUnit: 'grapheme' }),
    )
    fc.assert(
      fc.property(object, fc.nat(3), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        expect(parseStrictObject(bytes(text))).toEqual(JSON.parse(text))
      }),
      { numRuns: FUZZ },
    )
  })

  test('refuses a name that is there twice, wherever', () => {
    const names = fc.uniqueArray(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(names, fc.nat(4), fc.nat(3), (keys, which, depth) => {
        const all = [...keys, keys[which % keys.length] as string]
        let text = `{${all.map((name) => `${JSON.stringify(name)}:1`).join(',')}}`
        for (let level = 0; level < depth; level++) text = `{"a":[0,${text}]}`
        expect(parseStrictObject(bytes(text))).toBeUndefined()
      }),
    )
  })
})

describe('the states of keys', () => {
  const RULES = { rotateEvery: 100, publishAhead: 10, retireAfter: 50 }
  const key = (activatesAt: number, index: number): StoredKey => ({
    kid: `key-${index}`,
    algorithm: 'ES256',
    activatesAt,
    privateKey: {},
  })
  const stored = fc.array(fc.nat(300), { minLength: 1, maxLength: 6 }).map((times) => times.map(key))
  const names = ({ pending, active, retired }: KeyStates) =>
    [...retired, ...(active ? [active] : []), ...pending].map(({ kid }) => kid)

  test('one key is active, each key is one thing, and what is gone has been followed for retireAfter', () => {
    fc.assert(
      fc.property(stored, fc.nat(400), (keys, now) => {
        const states = statesAt(keys, now, RULES)
        expect(states.active).toBeDefined()
        expect(new Set(names(states)).size).toBe(names(states).length)
        for (const gone of keys.filter(({ kid }) => !names(states).includes(kid))) {
          expect(
            keys.some((next) => next.activatesAt >= gone.activatesAt && next.activatesAt + 50 <= now),
          ).toBe(true)
        }
        const [active] = [states.active as StoredKey]
        for (const pending of states.pending) expect(pending.activatesAt).toBeGreaterThan(now)
        for (const retired of states.retired)
          expect(retired.activatesAt).toBeLessThanOrEqual(active.activatesAt)
      }),
    )
  })

  test('do not depend on the order in which the store gives the keys, nor change before `until`', () => {
    fc.assert(
      fc.property(stored, fc.nat(400), fc.nat(400), (keys, now, later) => {
        const states = statesAt(keys, now, RULES)
        expect(statesAt([...keys].reverse(), now, RULES)).toEqual(states)
        fc.pre(now + later < states.until)
        expect(names(statesAt(keys, now + later, RULES))).toEqual(names(states))
      }),
    )
  })
})
