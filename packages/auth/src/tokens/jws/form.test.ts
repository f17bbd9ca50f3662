import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { hmacKey, type KeySource, type TokenKey, verifyJws } from '../index.js'
import { StaticKeySet } from '../keys/static-key-set.js'
import { LONGEST } from './compact.js'
import { HeaderMemory } from './header-memory.js'

const SECRET = 'a secret of thirty-two bytes, at least'
const key = hmacKey(SECRET)
const HEADER = '{"alg":"HS256"}'

const text = (value: string | Uint8Array) => Buffer.from(value).toString('base64url')

/** Signed as it is, whatever it is: an issuer may be careless, or worse. */
function signed(header: string, payload: string): string {
  const mac = createHmac('sha256', SECRET).update(`${header}.${payload}`).digest('base64url')
  return `${header}.${payload}.${mac}`
}

async function refusalOf(token: string): Promise<readonly [string, string]> {
  const result = await verifyJws(token, { keys: key, algorithms: ['HS256'] })
  return result.ok ? ['ok', ''] : [result.error.code, result.error.reason]
}

describe('a text whose signature is good', () => {
  test.each<[string, string, string]>([
    ['header', `${text('{"alg":"HS256" }').slice(0, -1)}R`, text('{}')],
    ['payload', text(HEADER), `${text('a').slice(0, -1)}R`],
  ])('is refused where its %s has a bit that decodes to nothing', async (_, header, payload) => {
    expect(await refusalOf(signed(header, payload))).toEqual([
      'TOKEN_MALFORMED',
      'It is no compact JWS in its one legal form.',
    ])
  })

  test('may have 8,192 characters, and not one more', async () => {
    const header = text('{"alg":"HS256","a":1}')
    const room = LONGEST - signed(header, '').length
    const payload = 'A'.repeat(room)
    expect(signed(header, payload)).toHaveLength(LONGEST)
    expect((await refusalOf(signed(header, payload)))[0]).toBe('ok')
    expect(await refusalOf(signed(header, `${payload}A`))).toEqual([
      'TOKEN_MALFORMED',
      'It is longer than 8192 characters.',
    ])
  })

  test.each([
    ['[]', 'the header is no JSON object, or has a name twice'],
    ['{"alg":"HS256","alg":"HS256"}', 'the header is no JSON object, or has a name twice'],
    ['{}', 'the header has no alg'],
    ['{"alg":"HS256","kid":""}', 'the kid is not 1 to 128 printable ASCII characters'],
    ['{"alg":"HS256","typ":7}', 'the typ is no text'],
    ['{"alg":"HS256","crit":[]}', 'the header has critical extensions'],
    ['{"alg":"HS256","zip":"DEF"}', 'the payload is compressed'],
    ['{"alg":"HS256","b64":false}', 'the payload is not encoded'],
  ])('is refused for the header %s, and the reason says why', async (header, why) => {
    expect(await refusalOf(signed(text(header), text('{}')))).toEqual([
      'TOKEN_MALFORMED',
      `In the header: ${why}.`,
    ])
  })

  test('is refused for a header that is not UTF-8', async () => {
    const header = text(
      Buffer.concat([Buffer.from('{"alg":"HS256","a":"'), Buffer.of(0xff), Buffer.from('"}')]),
    )
    expect((await refusalOf(signed(header, text('{}'))))[0]).toBe('TOKEN_MALFORMED')
  })

  test('may say that its payload is encoded, which it is anyway', async () => {
    expect((await refusalOf(signed(text('{"alg":"HS256","b64":true}'), text('{}'))))[0]).toBe('ok')
  })

  test('says what the list allows where its algorithm is not in it', async () => {
    const token = signed(text(HEADER), text('{}'))
    const result = await verifyJws(token, { keys: key, algorithms: ['HS384', 'HS512'] })
    expect(result).toMatchObject({
      error: { code: 'TOKEN_ALG_NOT_ALLOWED', reason: 'Its alg is not in the list: HS384, HS512.' },
    })
  })

  test('says that there is no key for it, or that the key is for something else', async () => {
    const reasonWith = async (kid: string, keys: TokenKey) => {
      const token = signed(text(`{"alg":"HS256","kid":"${kid}"}`), text('{}'))
      const result = await verifyJws(token, { keys, algorithms: ['HS256', 'HS384'] })
      return result.ok ? 'ok' : result.error.reason
    }
    const other = hmacKey('x'.repeat(48), { algorithm: 'HS384', kid: 'a' })
    expect(await reasonWith('a', other)).toBe('The key that it names is not for its alg.')
    expect(await reasonWith('b', other)).toBe('There is no key for it.')
  })

  test('says that there are several keys for it', async () => {
    const keys = [hmacKey(SECRET, { kid: 'a' }), hmacKey(SECRET, { kid: 'b' })]
    const result = await verifyJws(signed(text(HEADER), text('{}')), { keys, algorithms: ['HS256'] })
    expect(result).toMatchObject({
      error: { reason: 'There are several keys for it, and keys are not tried in turn.' },
    })
  })
})

describe('a source of keys', () => {
  test('is asked to look again for a key that is unknown, once, and for no other', async () => {
    let refreshes = 0
    const [old, next] = [hmacKey(SECRET, { kid: 'old' }), hmacKey(SECRET, { kid: 'next' })]
    const source: KeySource = {
      current: () => new StaticKeySet([old]),
      refresh: () => {
        refreshes++
        return new StaticKeySet([old, next])
      },
    }
    const codeFor = async (header: string) => {
      const result = await verifyJws(signed(text(header), text('{}')), {
        keys: source,
        algorithms: ['HS256'],
      })
      return [result.ok ? 'ok' : result.error.code, refreshes]
    }

    expect(await codeFor('{"alg":"HS256","kid":"old"}')).toEqual(['ok', 0])
    expect(await codeFor('{"alg":"HS256","kid":"next"}')).toEqual(['ok', 1])
    expect(await codeFor('{"alg":"HS256","kid":"none"}')).toEqual(['TOKEN_UNKNOWN_KEY', 2])
  })
})

describe('the memory of headers', () => {
  const header = (index: number) => text(`{"alg":"HS256","kid":"${index}"}`)
  const keep = (memory: HeaderMemory, encoded: string) => {
    const read = memory.read(encoded)
    if (typeof read !== 'string') memory.keep(encoded, read)
    return read
  }

  test('gives a header that was good as it was read, and reads one of which nothing is known', () => {
    const memory = new HeaderMemory()
    expect(memory.read(header(0))).not.toBe(memory.read(header(0)))
    expect(keep(memory, header(0))).toBe(memory.read(header(0)))
    expect(keep(memory, header(0))).toBe(memory.read(header(0)))
  })

  test('has room for 64, and begins anew with the next', () => {
    const memory = new HeaderMemory()
    const kept = Array.from({ length: 64 }, (_, index) => keep(memory, header(index)))
    for (let again = 0; again < 64; again++) expect(keep(memory, header(again))).toBe(kept[again])
    const last = keep(memory, header(64))
    expect(memory.read(header(64))).toBe(last)
    expect(memory.read(header(0))).not.toBe(kept[0])
  })
})
