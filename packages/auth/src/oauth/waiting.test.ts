import type { ServerResponse } from 'node:http'
import { type Clock, systemClock } from '@base/core/clock'
import { TestClock } from '@base/core/testing'
import { deferred } from '@base-internal/tools/deferred'
import { loopbackServers } from '@base-internal/tools/openid'
import { afterEach, describe, expect, test } from 'vitest'
import { type Malice, maliciousProvider } from './fixtures/malicious-provider.js'
import { createOidcClient, memoryOAuthTransactionStore, type OidcClientOptions } from './index.js'

const redirectUri = 'https://shop.example/callback'
const DOCUMENT = '/.well-known/openid-configuration'
const serve = loopbackServers()

const unhandled: unknown[] = []
process.on('unhandledRejection', (error) => unhandled.push(error))
afterEach(() => {
  expect(unhandled.splice(0)).toEqual([])
})

async function world(malice: Malice = {}, options: Partial<OidcClientOptions> = {}) {
  const clock = new TestClock({ now: Date.now() })
  const provider = maliciousProvider(await serve(), { now: () => Math.floor(clock.now() / 1_000), ...malice })
  const client = createOidcClient({ issuer: provider.issuer, clientId: 'shop', clock, ...options })
  return { client, provider, clock }
}

/** Leaves a path without an answer, and tells when it is asked. */
function hanging(path: string, answer: (response: ServerResponse) => void = () => {}) {
  const { promise, resolve } = deferred()
  const malice: Malice = {
    answer: (asked, response) => {
      if (asked !== path) return false
      answer(response)
      resolve()
      return true
    },
  }
  return { malice, isAsked: promise }
}

/** Headers and the beginning of a body, and then nothing. */
const trickle = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.write('{"issuer":')
}

describe('a provider that does not answer', () => {
  test.each([
    ['at all', undefined],
    ['to the end', trickle],
  ])('%s is away after 5 s, before a sign-in', async (_, answer) => {
    const { malice, isAsked } = hanging(DOCUMENT, answer)
    const { client, clock } = await world(malice)
    const begun = client.begin({ redirectUri })
    const outcome = expect(begun).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await isAsked
    await clock.advance('5s')
    await outcome
    expect(clock.pending).toBe(0)
  })

  test.each([
    ['/token', undefined],
    ['/token', trickle],
    ['/jwks', undefined],
    ['/jwks', trickle],
  ])('at %s is away after 5 s, in the end of one', async (path, answer) => {
    const { malice, isAsked } = hanging(path, answer)
    const { client, clock, provider } = await world(malice)
    const { url, transactionId } = await client.begin({ redirectUri })
    const outcome = expect(client.complete(provider.answerTo(url), transactionId)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
    await isAsked
    await clock.advance('5s')
    await outcome
    expect(clock.pending).toBe(0)
  })

  test('is away also where fetch does not listen to its signal', async () => {
    const asked = deferred()
    const { client, clock } = await world(
      {},
      {
        timeout: '1s',
        fetch: () => {
          asked.resolve()
          return new Promise(() => {})
        },
      },
    )
    const outcome = expect(client.begin({ redirectUri })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await asked.promise
    await clock.advance('1s')
    await outcome
  })

  test.each<[string, () => never]>([
    [
      'an error',
      () => {
        throw new Error('no')
      },
    ],
    [
      'nothing',
      () => {
        throw undefined
      },
    ],
  ])('is away where fetch throws %s at once', async (_, fetch) => {
    const { client, clock } = await world({}, { fetch })
    await expect(client.begin({ redirectUri })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(clock.pending).toBe(0)
  })

  test('is away where there is no connection', async () => {
    const client = createOidcClient({ issuer: 'http://127.0.0.1:9', clientId: 'shop' })
    await expect(client.begin({ redirectUri })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('http://127.0.0.1:9'),
    })
  })
})

describe('a caller who gives up', () => {
  test('in the beginning leaves the look-up to the others, and no timer', async () => {
    const { malice, isAsked } = hanging(DOCUMENT)
    const { client, clock } = await world(malice)
    const controller = new AbortController()
    const reason = new Error('enough')
    const outcome = expect(client.begin({ redirectUri, signal: controller.signal })).rejects.toBe(reason)
    const other = expect(client.begin({ redirectUri })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await isAsked
    controller.abort(reason)
    await outcome
    await clock.advance('5s')
    await other
    expect(clock.pending).toBe(0)
  })

  test.each(['/token', '/jwks'])('while %s is asked gets the reason', async (path) => {
    const { malice, isAsked } = hanging(path)
    const { client, clock, provider } = await world(malice)
    const { url, transactionId } = await client.begin({ redirectUri })
    const controller = new AbortController()
    const reason = new Error('enough')
    const { signal } = controller
    const outcome = expect(client.complete(provider.answerTo(url), transactionId, { signal })).rejects.toBe(
      reason,
    )
    await isAsked
    controller.abort(reason)
    await outcome
    await clock.advance('5s')
    expect(clock.pending).toBe(0)
  })

  test.each(['put', 'take', 'profile'] as const)('while %s hangs gets the reason', async (place) => {
    const inner = memoryOAuthTransactionStore()
    const isAsked = deferred()
    const hang = () => {
      isAsked.resolve()
      return new Promise<never>(() => {})
    }
    const tokens = () => ({ access_token: 'a', token_type: 'Bearer' })
    const { client, provider } = await world(
      { tokens },
      {
        transactions: {
          put: (...row) => (place === 'put' ? hang() : inner.put(...row)),
          take: (...key) => (place === 'take' ? hang() : inner.take(...key)),
        },
        ...(place === 'profile' && { profile: hang }),
      },
    )
    const controller = new AbortController()
    const { signal } = controller
    const begun = client.begin({ redirectUri, ...(place === 'put' && { signal }) })
    const call =
      place === 'put'
        ? begun
        : begun.then(({ url, transactionId }) =>
            client.complete(provider.answerTo(url), transactionId, { signal }),
          )
    const outcome = expect(call).rejects.toBe('enough')
    await isAsked.promise
    controller.abort('enough')
    await outcome
  })

  test('before a call makes none, and takes no sign-in', async () => {
    const { client, provider } = await world()
    const { url, transactionId } = await client.begin({ redirectUri })
    const asked = provider.asked.length
    const signal = AbortSignal.abort('enough')
    await expect(client.begin({ redirectUri, signal })).rejects.toBe('enough')
    await expect(client.complete(provider.answerTo(url), transactionId, { signal })).rejects.toBe('enough')
    await expect(client.logoutUrl({ signal })).rejects.toBe('enough')
    expect(provider.asked).toHaveLength(asked)
    expect(await client.complete(provider.answerTo(url), transactionId)).toMatchObject({ ok: true })
  })
})

describe('what a provider is like', () => {
  const timesRead = (asked: readonly string[]) => asked.filter((path) => path === DOCUMENT).length

  test('is read when it is first needed, once for all who wait, and is good for an hour', async () => {
    const { client, provider, clock } = await world()
    expect(timesRead(provider.asked)).toBe(0)
    await Promise.all(Array.from({ length: 50 }, () => client.begin({ redirectUri })))
    await clock.advance(3_599_999)
    await client.begin({ redirectUri })
    expect(timesRead(provider.asked)).toBe(1)
    await clock.advance(1)
    await Promise.all([client.begin({ redirectUri }), client.begin({ redirectUri })])
    expect(timesRead(provider.asked)).toBe(2)
  })

  test('is good for a day more while the provider is away, which is asked at most every 5 s', async () => {
    const { client, provider, clock } = await world()
    await client.begin({ redirectUri })
    provider.malice.answer = (_, response) => Boolean(response.destroy())
    await clock.advance('1h')
    await client.begin({ redirectUri })
    await client.begin({ redirectUri })
    expect(timesRead(provider.asked)).toBe(2)
    await clock.advance('5s')
    await client.begin({ redirectUri })
    expect(timesRead(provider.asked)).toBe(3)
    await clock.advance('24h')
    await expect(client.begin({ redirectUri })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    delete provider.malice.answer
    await clock.advance('5s')
    await client.begin({ redirectUri })
  })

  test('is not asked again for one sign-in, however soon it is old', async () => {
    let time = 0
    const hasty: Clock = {
      now: () => systemClock.now(),
      monotonic: () => (time += 10),
      sleep: (duration, options) => systemClock.sleep(duration, options),
      schedule: (duration, fn, options) => systemClock.schedule(duration, fn, options),
    }
    const { client, provider } = await world({}, { metadataMaxAge: 1, clock: hasty })
    await client.begin({ redirectUri })
    expect(timesRead(provider.asked)).toBe(1)
  })

  test('that could not be read is not asked for by each who comes', async () => {
    const { client, provider, clock } = await world({ answer: (_, response) => Boolean(response.destroy()) })
    for (let count = 0; count < 3; count++)
      await expect(client.begin({ redirectUri })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(timesRead(provider.asked)).toBe(1)
    delete provider.malice.answer
    await clock.advance('5s')
    await client.begin({ redirectUri })
  })

  test('supabase/server#165: has new keys read when a token comes with one', async () => {
    const { client, provider, clock } = await world()
    let isRotated = false
    provider.malice.answer = (path, response) => {
      if (path !== '/jwks' || isRotated) return false
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end('{"keys":[]}')
      return true
    }
    const signIn = async () => {
      const { url, transactionId } = await client.begin({ redirectUri })
      return client.complete(provider.answerTo(url), transactionId)
    }
    expect(await signIn()).toMatchObject({ error: { cause: { code: 'TOKEN_UNKNOWN_KEY' } } })
    isRotated = true
    await clock.advance('30s')
    expect(await signIn()).toMatchObject({ ok: true })
  })
})

describe('a store', () => {
  const failing = {
    put: () => Promise.reject(new Error('away')),
    take: () => Promise.reject(new Error('away')),
  }

  test('that fails lets nobody in, and says so', async () => {
    const { client } = await world({}, { transactions: failing })
    const url = `/callback?code=x&state=${'s'.repeat(43)}`
    await expect(client.begin({ redirectUri })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(client.complete(url, 'x'.repeat(68))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  test('learns neither who signs in nor how to end it', async () => {
    const rows: [string, string][] = []
    const inner = memoryOAuthTransactionStore()
    const transactions = {
      put: (key: string, text: string, ttl: number, now: number) => {
        rows.push([key, text])
        return inner.put(key, text, ttl, now)
      },
      take: (key: string, now: number) => inner.take(key, now),
    }
    const { client, provider } = await world({}, { transactions })
    const { url, transactionId } = await client.begin({ redirectUri, returnTo: '/secret-place' })
    await client.complete(provider.answerTo(url), transactionId)
    const stored = JSON.stringify(rows) + Buffer.from(rows[0]?.[1] ?? '', 'base64url').toString('latin1')
    const sent = new URL(url).searchParams
    for (const text of [transactionId, sent.get('state'), sent.get('nonce'), 'secret-place', 'verifier'])
      expect(stored).not.toContain(text)
    expect(provider.forms[0]?.get('code_verifier')).toMatch(/./)
    expect(stored).not.toContain(provider.forms[0]?.get('code_verifier'))
  })

  test('that mixes up or changes rows ends no sign-in', async () => {
    const rows: string[] = []
    let given = 0
    const transactions = {
      put: async (_: string, text: string) => void rows.push(text),
      take: async () => rows[given],
    }
    const { client, provider } = await world({}, { transactions })
    const mine = await client.begin({ redirectUri })
    await client.begin({ redirectUri, returnTo: '/other' })
    const complete = () => client.complete(provider.answerTo(mine.url), mine.transactionId)
    given = 1
    expect(await complete()).toMatchObject({ error: { code: 'OAUTH_TRANSACTION_INVALID' } })
    rows[1] = (rows[0]?.startsWith('A') ? 'B' : 'A') + rows[0]?.slice(1)
    expect(await complete()).toMatchObject({ error: { code: 'OAUTH_TRANSACTION_INVALID' } })
    rows[1] = '???'
    expect(await complete()).toMatchObject({ error: { code: 'OAUTH_TRANSACTION_INVALID' } })
    given = 0
    expect(await complete()).toMatchObject({ ok: true })
  })
})
