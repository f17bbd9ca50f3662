import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { AUDIENCE, GOOD, ISSUER, NOW } from '../fixtures/forge.js'
import { createVerifier, type VerifierOptions } from '../index.js'
import { publicKey, token, verifierWith, without } from './verifier.fixture.js'

async function codeOf(text: string, options: Partial<VerifierOptions> = {}): Promise<string> {
  const result = await verifierWith(options).verify(text)
  return result.ok ? 'ok' : result.error.code
}

describe('createVerifier', () => {
  test('gives the claims of a good token, frozen to any depth', async () => {
    const result = await verifierWith().verify(await token({ ...GOOD, roles: ['clerk'], own: { a: [1] } }))

    expect(result).toEqual({ ok: true, value: { ...GOOD, roles: ['clerk'], own: { a: [1] } } })
    if (!result.ok) return
    expect(Object.isFrozen(result.value)).toBe(true)
    expect(Object.isFrozen(result.value.roles)).toBe(true)
    expect(Object.isFrozen((result.value['own'] as { a: unknown }).a)).toBe(true)
  })

  test.each(['iss', 'aud', 'exp', 'sub', 'client_id', 'iat', 'jti'])(
    'refuses an access token without %s',
    async (claim) => {
      expect(await codeOf(await token(without(claim)))).toBe('TOKEN_INVALID_CLAIMS')
    },
  )

  test.each([
    ['iss', 7],
    ['aud', []],
    ['aud', [7]],
    ['aud', ''],
    ['exp', '1735690500'],
    ['exp', null],
    ['exp', -1],
    ['nbf', 'now'],
    ['iat', true],
    ['sub', ''],
    ['sub', ['user-1']],
    ['jti', 7],
    ['client_id', {}],
    ['scope', ['a']],
    ['roles', 'admin'],
    ['roles', [{ value: 'admin' }]],
    ['permissions', 'orders:write'],
    ['sid', 7],
    ['epoch', '7'],
    ['cnf', 'jkt'],
    ['cnf', null],
    ['cnf', []],
    ['cnf', { jkt: 7 }],
    ['cnf', { jkt: '' }],
    ['auth_time', 'now'],
    ['amr', 'pwd'],
    ['acr', 1],
  ])('refuses %s as %j', async (claim, value) => {
    expect(await codeOf(await token({ ...GOOD, [claim]: value }))).toBe('TOKEN_INVALID_CLAIMS')
  })

  test('refuses an end that is infinite, which JSON can write', async () => {
    const infinite = JSON.stringify(GOOD).replace(String(GOOD.exp), '1e999')
    expect(await codeOf(await token(infinite))).toBe('TOKEN_INVALID_CLAIMS')
  })

  test.each([
    ['another issuer', { iss: 'https://login.example.org' }, 'TOKEN_WRONG_ISSUER'],
    ['the issuer with a slash behind it', { iss: `${ISSUER}/` }, 'TOKEN_WRONG_ISSUER'],
    ['another audience', { aud: 'https://api.example.org' }, 'TOKEN_WRONG_AUDIENCE'],
    ['other audiences', { aud: ['a', 'b'] }, 'TOKEN_WRONG_AUDIENCE'],
    ['a text that holds the audience', { aud: `${AUDIENCE}.evil.example` }, 'TOKEN_WRONG_AUDIENCE'],
    ['the audience among others', { aud: ['a', AUDIENCE] }, 'ok'],
  ])('judges %s', async (_, claims, code) => {
    expect(await codeOf(await token({ ...GOOD, ...claims }))).toBe(code)
  })

  test('takes a token for any of its audiences', async () => {
    expect(await codeOf(await token(), { audience: ['other', AUDIENCE] })).toBe('ok')
  })

  test.each([
    ['at+jwt', 'ok'],
    ['AT+JWT', 'ok'],
    ['application/at+jwt', 'ok'],
    ['Application/AT+jwt', 'ok'],
    ['JWT', 'TOKEN_WRONG_TYPE'],
    ['logout+jwt', 'TOKEN_WRONG_TYPE'],
    ['text/at+jwt', 'TOKEN_WRONG_TYPE'],
    ['', 'TOKEN_WRONG_TYPE'],
    [undefined, 'TOKEN_WRONG_TYPE'],
  ])('judges the typ %s', async (typ, code) => {
    expect(await codeOf(await token(GOOD, { typ }))).toBe(code)
  })

  test('with another typ wants only what that needs', async () => {
    const bare = { iss: ISSUER, aud: AUDIENCE, exp: GOOD.exp }
    const text = await token(bare, { typ: 'JWT' })
    expect(await codeOf(text, { typ: 'JWT' })).toBe('ok')
    expect(await codeOf(text, { typ: 'jwt' })).toBe('ok')
    expect(await codeOf(await token({ ...bare, sub: 7 }, { typ: 'JWT' }), { typ: 'JWT' })).toBe(
      'TOKEN_INVALID_CLAIMS',
    )
  })

  test.each([
    [undefined, 'ok'],
    ['JWT', 'TOKEN_WRONG_TYPE'],
    ['at+jwt', 'TOKEN_WRONG_TYPE'],
    ['logout+jwt', 'TOKEN_WRONG_TYPE'],
    ['', 'TOKEN_WRONG_TYPE'],
  ])('where none is expected judges the typ %s', async (typ, code) => {
    const bare = { iss: ISSUER, aud: AUDIENCE, exp: GOOD.exp }
    expect(await codeOf(await token(bare, { typ }), { typ: null })).toBe(code)
    expect(await codeOf(await token({ ...bare, aud: 'web' }, { typ: undefined }), { typ: null })).toBe(
      'TOKEN_WRONG_AUDIENCE',
    )
  })

  test('compares a type of another family as it is', async () => {
    const typ = 'model/example+jwt'
    expect(await codeOf(await token(GOOD, { typ }), { typ })).toBe('ok')
    expect(await codeOf(await token(GOOD, { typ: 'example+jwt' }), { typ })).toBe('TOKEN_WRONG_TYPE')
    expect(await codeOf(await token(GOOD, { typ: 'xample+jwt' }), { typ })).toBe('TOKEN_WRONG_TYPE')
  })

  test('refuses a payload that is no JSON object', async () => {
    for (const payload of ['"text"', '[]', 'null', '7', '{', '{"a":1}x', '\ufeff{}']) {
      expect(await codeOf(await token(payload))).toBe('TOKEN_MALFORMED')
    }
  })

  test('says the same to the caller, whichever check refused', async () => {
    const verifier = verifierWith()
    const refusals = await Promise.all(
      ['', 'a.b.c', await token(without('exp')), await token({ ...GOOD, iss: 'x' })].map((text) =>
        verifier.verify(text),
      ),
    )
    const messages = refusals.map((result) => !result.ok && result.error.publicMessage)
    expect(new Set(messages)).toEqual(new Set(['The token is not valid.']))
    expect(refusals.map((result) => !result.ok && result.error.message)).toEqual(messages)
  })

  describe('time', () => {
    const at = (seconds: number) => new TestClock({ now: seconds * 1_000 })
    const codeAt = async (text: string, seconds: number, options: Partial<VerifierOptions> = {}) => {
      const result = await verifierWith(options, at(seconds)).verify(text)
      return result.ok ? 'ok' : result.error.code
    }

    test('ends a token when its exp and the skew are over, and not before', async () => {
      const text = await token()
      expect(await codeAt(text, GOOD.exp + 29.999)).toBe('ok')
      expect(await codeAt(text, GOOD.exp + 30)).toBe('TOKEN_EXPIRED')
      expect(await codeAt(text, GOOD.exp - 0.001, { clockSkew: 0 })).toBe('ok')
      expect(await codeAt(text, GOOD.exp, { clockSkew: 0 })).toBe('TOKEN_EXPIRED')
    })

    test('begins a token at its nbf less the skew, and not before', async () => {
      const text = await token({ ...GOOD, nbf: NOW + 100 })
      expect(await codeAt(text, NOW + 70)).toBe('ok')
      expect(await codeAt(text, NOW + 69.999)).toBe('TOKEN_NOT_YET_VALID')
      expect(await codeAt(text, NOW + 100, { clockSkew: 0 })).toBe('ok')
    })

    test('does not mind an iat in the future, unless a token may only be so old', async () => {
      const text = await token({ ...GOOD, iat: NOW + 31 })
      expect(await codeAt(text, NOW)).toBe('ok')
      expect(await codeAt(text, NOW, { maxTokenAge: '5m' })).toBe('TOKEN_NOT_YET_VALID')
      expect(await codeAt(text, NOW + 1, { maxTokenAge: '5m' })).toBe('ok')
    })

    test('ends a token that is older than maxTokenAge, whatever its exp', async () => {
      const text = await token()
      expect(await codeAt(text, NOW + 330, { maxTokenAge: '5m' })).toBe('ok')
      expect(await codeAt(text, NOW + 330.001, { maxTokenAge: '5m' })).toBe('TOKEN_EXPIRED')
      expect(
        await codeAt(await token(without('iat'), { typ: 'JWT' }), NOW, { typ: 'JWT', maxTokenAge: '5m' }),
      ).toBe('TOKEN_INVALID_CLAIMS')
    })

    test('a token that was good before is judged by the time of now', async () => {
      const clock = new TestClock()
      const verifier = verifierWith({}, clock)
      const text = await token({ ...GOOD, nbf: NOW })
      expect((await verifier.verify(text)).ok).toBe(true)
      await clock.advance('15m')
      expect((await verifier.verify(text)).ok).toBe(true)
      await clock.advance('30s')
      expect(await verifier.verify(text)).toMatchObject({ error: { code: 'TOKEN_EXPIRED' } })
      expect(await verifier.verify(text)).toMatchObject({ error: { code: 'TOKEN_EXPIRED' } })
    })
  })

  describe('what it remembers', () => {
    test('is of no use to a verifier that wants something else', async () => {
      const text = await token()
      expect(await codeOf(text)).toBe('ok')
      expect(await codeOf(text, { audience: 'other' })).toBe('TOKEN_WRONG_AUDIENCE')
    })

    test('is not more than cacheSize, and what was used last stays', async () => {
      let verified = 0
      const counted = {
        kid: publicKey.kid,
        algorithms: publicKey.algorithms,
        cryptoKey: () => {
          verified++
          return publicKey.cryptoKey('ES256')
        },
      }
      const verifier = verifierWith({ keys: counted, cacheSize: 2 })
      const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((jti) => token({ ...GOOD, jti })))
      for (const text of [a, b, a, c, a]) await verifier.verify(text as string)
      expect(verified).toBe(3)
      await verifier.verify(b as string)
      expect(verified).toBe(4)
    })

    test('is also a token that is longer than others take', async () => {
      let verified = 0
      const cryptoKey = () => {
        verified++
        return publicKey.cryptoKey('ES256')
      }
      const keys = { kid: publicKey.kid, algorithms: publicKey.algorithms, cryptoKey }
      const text = await token({ ...GOOD, groups: 'x'.repeat(20_000) })
      const verifier = verifierWith({ keys, maxLength: text.length })
      for (let count = 0; count < 2; count++) expect((await verifier.verify(text)).ok).toBe(true)
      expect(verified).toBe(1)
      expect(await verifierWith({ maxLength: text.length - 1 }).verify(text)).toMatchObject({
        error: { code: 'TOKEN_MALFORMED', reason: `It is longer than ${text.length - 1} characters.` },
      })
    })

    test.each([0, 1])('gives the same answers with a cacheSize of %s', async (cacheSize) => {
      const verifier = verifierWith({ cacheSize })
      const text = await token()
      for (let i = 0; i < 3; i++) expect(await verifier.verify(text)).toEqual({ ok: true, value: GOOD })
    })
  })

  describe('an aborted signal', () => {
    test('rejects with its reason, before and while keys are waited for', async () => {
      const reason = new Error('gone')
      await expect(verifierWith().verify('', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
      const controller = new AbortController()
      const never = {
        current: () => new Promise<never>(() => {}),
        refresh: () => new Promise<never>(() => {}),
      }
      const waiting = verifierWith({ keys: never }).verify(await token(), { signal: controller.signal })
      controller.abort(reason)
      await expect(waiting).rejects.toBe(reason)
    })

    test('that does not abort changes nothing', async () => {
      const { signal } = new AbortController()
      expect((await verifierWith().verify(await token(), { signal })).ok).toBe(true)
    })
  })

  describe('options', () => {
    test.each<[string, object]>([
      ['issuer', { issuer: '' }],
      ['issuer', { issuer: undefined }],
      ['audience', { audience: [] }],
      ['audience', { audience: [''] }],
      ['audience', { audience: undefined }],
      ['algorithms', { algorithms: undefined }],
      ['algorithms', { algorithms: [] }],
      ['algorithms', { algorithms: ['none'] }],
      ['algorithms', { algorithms: ['ES256', 'HS256'] }],
      ['algorithms', { algorithms: ['ES512'] }],
      ['keys', { keys: undefined }],
      ['keys', { keys: [] }],
      ['keys', { keys: 'secret' }],
      ['keys', { keys: { keys: [] } }],
      ['keys', { keys: { keys: [{ kty: 'RSA', n: 'AQAB', e: 'AQAB' }] } }],
      ['typ', { typ: '' }],
      ['clockSkew', { clockSkew: '6m' }],
      ['clockSkew', { clockSkew: -1 }],
      ['clockSkew', { clockSkew: Number.NaN }],
      ['clockSkew', { clockSkew: Number.POSITIVE_INFINITY }],
      ['maxTokenAge', { maxTokenAge: 0 }],
      ['cacheSize', { cacheSize: -1 }],
      ['maxLength', { maxLength: 0 }],
      ['maxLength', { maxLength: 65_537 }],
      ['maxLength', { maxLength: '8 KiB' }],
      ['clock', { clock: {} }],
      ['revocations', { revocations: {} }],
      ['revocations', { revocations: null }],
      ['revocations', { revocations: '' }],
    ])('refuses a wrong %s', (option, wrong) => {
      expect(() => verifierWith(wrong)).toThrow(`@base/auth createVerifier: ${option} must be`)
    })

    test.each<[object, string]>([
      [{ clockSkew: '6m' }, 'clockSkew must be at most 5 minutes'],
      [{ audience: [] }, 'audience must be a text, or a list of at least one'],
      [{ keys: { keys: [] } }, 'keys must be a set with a key that can be used'],
    ])('says what is allowed in place of %j', (wrong, message) => {
      expect(() => verifierWith(wrong)).toThrow(message)
    })

    test('takes a skew of 5 minutes', async () => {
      expect(await codeOf(await token(), { clockSkew: '5m' })).toBe('ok')
    })

    test('refuses no options at all', () => {
      expect(() => createVerifier(undefined as never)).toThrow('options must be an object')
    })
  })
})
