import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { TestClock } from '@base/core/testing'
import { exportJWK } from 'jose'
import { afterEach, describe, expect, test } from 'vitest'
import { AUDIENCE, GOOD, ISSUER, pairOf, sign } from '../fixtures/forge.js'
import {
  type AlgorithmName,
  createVerifier,
  type JsonWebKey,
  type RemoteJwks,
  type RemoteJwksOptions,
  remoteJwks,
} from '../index.js'

const first = pairOf('ES256')
const second = pairOf('ES256')
const rsa = pairOf('RS256')
const jwkOf = async ({ publicObject, publicKey }: typeof first): Promise<JsonWebKey> => ({
  ...(await exportJWK(publicObject)),
  kid: publicKey.kid,
  use: 'sig',
})
const tokenOf = ({ privateObject, publicKey, algorithm }: typeof first) =>
  sign(privateObject, { alg: algorithm, typ: 'at+jwt', kid: publicKey.kid }, GOOD)

type Answer = (request: IncomingMessage, response: ServerResponse) => void

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A real server on the loopback address, whose answer a test can change. */
async function issuer(answer: Answer) {
  const state = { answer, requests: [] as IncomingMessage[], heard: () => {} }
  const server = createServer((request, response) => {
    state.requests.push(request)
    state.heard()
    state.answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`
  return { state, url, nextRequest: () => new Promise<void>((resolve) => (state.heard = resolve)) }
}

const json =
  (body: unknown, headers: Record<string, string> = {}, status = 200): Answer =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
const setOf = async (...pairs: (typeof first)[]) => ({ keys: await Promise.all(pairs.map(jwkOf)) })

async function consumer(
  answer: Answer,
  options: RemoteJwksOptions = {},
  algorithms: AlgorithmName[] = ['ES256'],
) {
  const server = await issuer(answer)
  const clock = new TestClock()
  const keys = remoteJwks(server.url, { clock, ...options })
  // Tokens do not expire here: only keys come and go.
  const verifier = createVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    algorithms,
    keys,
    clock: new TestClock(),
  })
  const code = async (token: string) => {
    const result = await verifier.verify(token)
    return result.ok ? 'ok' : result.error.code
  }
  return { ...server, clock, keys, verifier, code }
}

describe('remoteJwks', () => {
  test('fetches once, when the first token comes, and for all who wait together', async () => {
    const { state, code } = await consumer(json(await setOf(first, second)))
    const tokens = [await tokenOf(first), await tokenOf(second)]
    expect(state.requests).toHaveLength(0)
    expect(await Promise.all([...tokens, ...tokens, ...tokens].map(code))).toEqual(Array(6).fill('ok'))
    expect(state.requests).toHaveLength(1)
    expect(state.requests[0]?.headers.accept).toContain('application/jwk-set+json')
  })

  test('calls a fetch that is given as a function alone, as that of a browser wants it', async () => {
    async function fetch(this: unknown): Promise<Response> {
      if (this !== undefined) throw new TypeError('Illegal invocation')
      return Response.json({ keys: [] })
    }
    await expect(remoteJwks('https://login.example.com/jwks', { fetch }).refresh()).resolves.toBeDefined()
  })

  test('can be fetched at the start', async () => {
    const { state, keys, code } = await consumer(json(await setOf(first)))
    await keys.refresh()
    expect(await code(await tokenOf(first))).toBe('ok')
    expect(state.requests).toHaveLength(1)
  })

  describe('a rotation at the issuer', () => {
    test('supabase/server#165: a token with a new key makes for one request', async () => {
      const { state, clock, code } = await consumer(json(await setOf(first)))
      expect(await code(await tokenOf(first))).toBe('ok')
      state.answer = json(await setOf(first, second))
      await clock.advance('30s')
      const token = await tokenOf(second)
      expect(await Promise.all([code(token), code(token), code(await tokenOf(first))])).toEqual([
        'ok',
        'ok',
        'ok',
      ])
      expect(state.requests).toHaveLength(2)
    })

    test('is not seen before the cooldown is over, whoever sends what', async () => {
      const { state, clock, code } = await consumer(json(await setOf(first)))
      await code(await tokenOf(first))
      state.answer = json(await setOf(second))
      for (let i = 0; i < 20; i++) expect(await code(await tokenOf(second))).toBe('TOKEN_UNKNOWN_KEY')
      await clock.advance(29_999)
      expect(await code(await tokenOf(second))).toBe('TOKEN_UNKNOWN_KEY')
      expect(state.requests).toHaveLength(1)
      await clock.advance(1)
      expect(await code(await tokenOf(second))).toBe('ok')
    })

    test('ends a key that is gone when the set is fetched again, also for tokens that were verified', async () => {
      const { state, clock, keys, code } = await consumer(json(await setOf(first)))
      const token = await tokenOf(first)
      expect(await code(token)).toBe('ok')
      state.answer = json(await setOf(second))
      await clock.advance(599_999)
      expect(await code(token)).toBe('ok')
      await clock.advance(1)
      // Nobody waits for it.
      expect(await code(token)).toBe('ok')
      await keys.refresh()
      expect(await code(token)).toBe('TOKEN_UNKNOWN_KEY')
    })

    test('ends a key that is gone for the first token after a while in which none came', async () => {
      const { state, clock, code } = await consumer(json(await setOf(first)))
      const token = await tokenOf(first)
      expect(await code(token)).toBe('ok')
      state.answer = json(await setOf(second))
      await clock.advance('10m')
      await clock.advance('35s')
      expect(await code(token)).toBe('TOKEN_UNKNOWN_KEY')
    })
  })

  describe('how long a set is used', () => {
    test.each([
      ['public, max-age=120', 120_000],
      ['max-age=5', 30_000],
      ['max-age="60"', 60_000],
      ['no-store', 30_000],
      ['private, no-cache', 30_000],
      ['max-age=86400', 600_000],
      ['s-maxage=5', 600_000],
      ['max-age=nonsense', 600_000],
      [undefined, 600_000],
    ])('jose PR#395, PR#349: Cache-Control %s', async (header, fresh) => {
      const headers: Record<string, string> = header === undefined ? {} : { 'cache-control': header }
      const { state, clock, keys, code } = await consumer(json(await setOf(first), headers))
      const token = await tokenOf(first)
      await code(token)
      await clock.advance(fresh - 1)
      await code(token)
      expect(state.requests).toHaveLength(1)
      await clock.advance(1)
      await code(token)
      await keys.refresh()
      expect(state.requests).toHaveLength(2)
    })

    test('is no less than the cooldown, for it cannot be fetched again before', async () => {
      const options = { maxAge: '10s', staleIfError: 0 } as const
      const { state, clock, code } = await consumer(json(await setOf(first)), options)
      const token = await tokenOf(first)
      for (let seconds = 0; seconds < 60; seconds += 5) {
        expect(await code(token)).toBe('ok')
        await clock.advance('5s')
      }
      expect(state.requests).toHaveLength(2)
    })

    test('a set that is over as it comes is used by those who waited for it', async () => {
      const options = { cooldown: 0, staleIfError: 0 } as const
      const headers = { 'cache-control': 'no-store' }
      const { state, code } = await consumer(json(await setOf(first), headers), options)
      const token = await tokenOf(first)
      expect(await Promise.all([code(token), code(token)])).toEqual(['ok', 'ok'])
      expect(state.requests).toHaveLength(1)
      state.answer = json(await setOf(second), headers)
      expect(await code(token)).toBe('TOKEN_UNKNOWN_KEY')
      state.answer = json('oops', {}, 500)
      expect(await code(token)).toBe('KEYS_UNAVAILABLE')
    })

    test('asks with the ETag, and keeps the set and what was verified with it', async () => {
      const answer: Answer = (request, response) => {
        if (request.headers['if-none-match'] === '"v1"') response.writeHead(304).end()
        else json(set, { etag: '"v1"' })(request, response)
      }
      const set = await setOf(first)
      const { state, clock, keys, code } = await consumer(answer)
      const token = await tokenOf(first)
      for (let i = 0; i < 3; i++) {
        expect(await code(token)).toBe('ok')
        await keys.refresh()
        await clock.advance('10m')
      }
      expect(state.requests.map(({ headers }) => headers['if-none-match'])).toEqual([
        undefined,
        '"v1"',
        '"v1"',
      ])
    })

    test('does not take "not modified" for an answer where there is nothing', async () => {
      const { code } = await consumer((_, response) => void response.writeHead(304).end())
      expect(await code(await tokenOf(first))).toBe('KEYS_UNAVAILABLE')
    })
  })

  describe('an issuer that fails', () => {
    const broken: [string, Answer][] = [
      ['500', json('oops', {}, 500)],
      ['404', json('{"keys":[]}', {}, 404)],
      ['204', (_, response) => void response.writeHead(204).end()],
      ['garbage', json('<html>')],
      ['no set', json({ error: 'x' })],
      ['a set that is no list', json({ keys: {} })],
      ['a set that is there twice', json('{"keys":[],"keys":[]}')],
      ['bytes that are no text', (_, response) => void response.end(Buffer.from([0xff, 0xfe, 0x00]))],
      [
        'a body that ends early',
        (_, response) => {
          response.writeHead(200, { 'content-length': '1000' })
          response.write('{"keys":[')
          response.socket?.destroySoon()
        },
      ],
      ['a closed connection', (request) => void request.socket.destroy()],
      ['too many keys', json({ keys: Array(65).fill({}) })],
      [
        'a huge body',
        (_, response) => {
          const chunk = Buffer.alloc(16_384, 32)
          const more = (): void => {
            while (!response.destroyed && response.write(chunk));
          }
          response.on('drain', more)
          more()
        },
      ],
      ['redirect', (_, response) => void response.writeHead(302, { location: '/other.json' }).end()],
      ['redirect for ever', (_, response) => void response.writeHead(308, { location: '/jwks.json' }).end()],
    ]

    test.each(broken)('with %s: lets nobody in', async (_, answer) => {
      const { state, code, verifier } = await consumer(answer)
      const token = await tokenOf(first)
      expect(await code(token)).toBe('KEYS_UNAVAILABLE')
      const result = await verifier.verify(token)
      expect(!result.ok && result.error.retryAfter).toBe(1_000)
      // Nor is it asked again for every token.
      expect(state.requests).toHaveLength(1)
    })

    test.each(broken)(
      'garden-co/jazz#340: with %s: the last set serves on, for a while',
      async (_, answer) => {
        const { state, clock, code } = await consumer(json(await setOf(first)))
        const token = await tokenOf(first)
        await code(token)
        state.answer = answer
        await clock.advance('10m')
        expect(await code(token)).toBe('ok')
        await clock.advance(3_599_999)
        expect(await code(token)).toBe('ok')
        await clock.advance(1)
        expect(await code(token)).toBe('KEYS_UNAVAILABLE')
        state.answer = json(await setOf(first))
        await clock.advance('30s')
        expect(await code(token)).toBe('ok')
      },
    )

    test('that fails once at the start is asked again after a second, and no sooner', async () => {
      const { state, clock, code } = await consumer(json('oops', {}, 500))
      const token = await tokenOf(first)
      expect(await code(token)).toBe('KEYS_UNAVAILABLE')
      state.answer = json(await setOf(first))
      await clock.advance(999)
      expect(await code(token)).toBe('KEYS_UNAVAILABLE')
      expect(state.requests).toHaveLength(1)
      await clock.advance(1)
      expect(await code(token)).toBe('ok')
    })

    test('that is down is asked by a storm of tokens once a second, or in each cooldown that is shorter', async () => {
      for (const [cooldown, requests] of [
        ['30s', 10],
        ['200ms', 50],
      ] as const) {
        const { state, clock, code } = await consumer(json('oops', {}, 500), { cooldown })
        const token = await tokenOf(first)
        for (let tenths = 0; tenths < 100; tenths++) {
          expect(await Promise.all([code(token), code(token)])).toEqual(Array(2).fill('KEYS_UNAVAILABLE'))
          await clock.advance('100ms')
        }
        expect(state.requests).toHaveLength(requests)
      }
    })

    test('while it hangs no token waits for it but one with an unknown key, and one request is under way', async () => {
      const clock = new TestClock()
      const set = await setOf(first)
      const breaks: (() => void)[] = []
      let isThere = true
      const fetch = () =>
        isThere
          ? Promise.resolve(Response.json(set))
          : new Promise<Response>((_, reject) => breaks.push(() => reject(new TypeError('reset'))))
      const keys = remoteJwks('https://login.example.com/jwks', { clock, fetch })
      const known = await keys.refresh()
      isThere = false
      await clock.advance('10m')
      // Ten minutes of a service in use, over many cooldowns; `current` gives no promise.
      for (let seconds = 0; seconds < 600; seconds++) {
        expect(keys.current()).toBe(known)
        expect(clock.pending).toBeLessThanOrEqual(1)
        await clock.advance('1s')
      }
      expect(breaks).toHaveLength(20)

      keys.current()
      const waiting = keys.refresh()
      breaks.at(-1)?.()
      expect(await waiting).toBe(known)
    })

    test.each<[string, Answer]>([
      ['does not answer', () => {}],
      ['answers by drops', (_, response) => void response.writeHead(200).write('{"keys":')],
    ])('that %s is given up after the timeout', async (_, answer) => {
      const { clock, code, nextRequest } = await consumer(answer)
      const heard = nextRequest()
      const waiting = code(await tokenOf(first))
      await heard
      await clock.advance(4_999)
      await clock.advance(1)
      expect(await waiting).toBe('KEYS_UNAVAILABLE')
      expect(clock.pending).toBe(0)
    })

    test('also where a fetch that somebody brings does not listen to its signal', async () => {
      const clock = new TestClock()
      const keys = remoteJwks('https://login.example.com/jwks', { clock, fetch: () => new Promise(() => {}) })
      const waiting = expect(Promise.resolve(keys.current())).rejects.toMatchObject({
        code: 'KEYS_UNAVAILABLE',
      })
      await clock.advance('5s')
      await waiting
      expect(clock.pending).toBe(0)
    })

    test('leaves no timer after an answer', async () => {
      const { clock, keys } = await consumer(json(await setOf(first)))
      await keys.refresh()
      expect(clock.pending).toBe(0)
    })
  })

  describe('what is in a set', () => {
    test('a secret, a private key and a weak key are not used, the others are', async () => {
      const secret = 'a secret of thirty-two bytes, at least'
      const k = Buffer.from(secret).toString('base64url')
      const set = {
        keys: [
          { kty: 'oct', k, kid: 'secret', alg: 'HS256' },
          { ...(await exportJWK(second.privateObject)), kid: second.key.kid },
          { kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: 'weak' },
          { kty: 'EC', crv: 'secp256k1', x: 'AA', y: 'AA' },
          { kty: 'unknown' },
          null,
          'key',
          { ...(await jwkOf(rsa)), use: 'enc' },
          await jwkOf(first),
        ],
      }
      const { code } = await consumer(json(set), { cooldown: 0 }, ['ES256', 'RS256'])
      expect(await code(await tokenOf(first))).toBe('ok')
      expect(await code(await tokenOf(second))).toBe('TOKEN_UNKNOWN_KEY')
      expect(await code(await tokenOf(rsa))).toBe('TOKEN_UNKNOWN_KEY')
      const hs = await consumer(json(set), { cooldown: 0 }, ['HS256'])
      const token = await sign(Buffer.from(secret), { alg: 'HS256', typ: 'at+jwt', kid: 'secret' }, GOOD)
      expect(await hs.code(token)).toBe('TOKEN_UNKNOWN_KEY')
    })

    test.each([{ use: 'enc' }, { key_ops: ['deriveKey'] }])(
      'a key with %j of the same name is not meant by a signature',
      async (purpose) => {
        const { use: _, ...other } = await jwkOf(second)
        const set = { keys: [{ ...other, ...purpose, kid: first.key.kid }, await jwkOf(first)] }
        const { code } = await consumer(json(set))
        expect(await code(await tokenOf(first))).toBe('ok')
      },
    )

    test.each([{ use: 7 }, { key_ops: 'sign' }, { x: 'AAAA' }])(
      'a key that is none, by %j, leaves open which of that name is meant',
      async (wrong) => {
        const set = { keys: [{ ...(await jwkOf(second)), ...wrong, kid: first.key.kid }, await jwkOf(first)] }
        const { code } = await consumer(json(set))
        expect(await code(await tokenOf(first))).toBe('TOKEN_UNKNOWN_KEY')
      },
    )

    test('a key that is there twice is one, as in jose#392, and two keys of one name are none', async () => {
      const [one, other] = [await jwkOf(first), await jwkOf(second)]
      const { code, state, clock } = await consumer(json({ keys: [one, other, one] }))
      expect(await code(await tokenOf(first))).toBe('ok')
      state.answer = json({ keys: [one, { ...other, kid: first.key.kid }, one] })
      await clock.advance('1h')
      expect(await code(await tokenOf(first))).toBe('TOKEN_UNKNOWN_KEY')
    })

    test('a byte order mark before it is nobody’s matter', async () => {
      const { code } = await consumer(json(`\ufeff${JSON.stringify(await setOf(first))}`))
      expect(await code(await tokenOf(first))).toBe('ok')
    })

    test('an empty set means that no key is good', async () => {
      const { code } = await consumer(json({ keys: [] }))
      expect(await code(await tokenOf(first))).toBe('TOKEN_UNKNOWN_KEY')
    })
  })

  test('a caller who gives up does not end the request of the others', async () => {
    const { state, verifier, nextRequest } = await consumer(() => {})
    const heard = nextRequest()
    const controller = new AbortController()
    const token = await tokenOf(first)
    const gone = verifier.verify(token, { signal: controller.signal })
    const other = verifier.verify(token)
    await heard
    const reason = new Error('gone')
    controller.abort(reason)
    await expect(gone).rejects.toBe(reason)
    expect(state.requests).toHaveLength(1)
    closing.push(async () => other)
    state.requests[0]?.socket.destroy()
    expect((await other).ok).toBe(false)
  })

  test.each<[string, unknown]>([
    ['http to another machine', 'http://login.example.com/jwks.json'],
    ['a name that only looks like this machine', 'http://localhost.example.com/jwks.json'],
    ['a file', 'file:///etc/jwks.json'],
    ['data', 'data:application/json,{"keys":[]}'],
    ['credentials', 'https://user:secret@login.example.com/'],
    ['nothing', undefined],
    ['no URL', 'login.example.com'],
  ])('refuses as URL: %s', (_, url) => {
    expect(() => remoteJwks(url as string)).toThrow('@base/auth remoteJwks: url must be')
    expect(() => remoteJwks(url as string)).not.toThrow(/secret@/)
  })

  test('takes plain http to this machine alone', () => {
    for (const host of ['localhost:3000', '127.0.0.1', '[::1]:8080', 'login.localhost']) {
      expect(remoteJwks(`http://${host}/jwks`).url).toBe(`http://${host}/jwks`)
    }
    expect(remoteJwks(new URL('https://login.example.com/jwks')).url).toBe('https://login.example.com/jwks')
  })

  test.each<[string, object]>([
    ['cooldown', { cooldown: -1 }],
    ['timeout', { timeout: 0 }],
    ['maxAge', { maxAge: 0 }],
    ['staleIfError', { staleIfError: 'long' }],
    ['fetch', { fetch: 'fetch' }],
    ['clock', { clock: {} }],
  ])('refuses a wrong %s', (option, wrong) => {
    expect(() => remoteJwks('https://login.example.com/', wrong)).toThrow(
      `@base/auth remoteJwks: ${option} must be`,
    )
  })
})

test('a remote set is what a verifier takes', () => {
  const keys: RemoteJwks = remoteJwks('https://login.example.com/jwks')
  expect(() =>
    createVerifier({ issuer: ISSUER, audience: AUDIENCE, algorithms: ['ES256'], keys }),
  ).not.toThrow()
})
