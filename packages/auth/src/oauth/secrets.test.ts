import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { toErrorJson } from '@base/core/errors'
import { loopbackServers } from '@base-internal/tools/openid'
import { describe, expect, test, vi } from 'vitest'
import { type Malice, maliciousProvider, signed } from './fixtures/malicious-provider.js'
import { createOidcClient } from './index.js'

const SECRET = 'correct-horse-battery-staple'
const redirectUri = 'https://shop.example/callback'
const serve = loopbackServers()

async function world(malice: Malice = {}) {
  const provider = maliciousProvider(await serve(), malice)
  const client = createOidcClient({ issuer: provider.issuer, clientId: 'shop', clientSecret: SECRET })
  const { url, transactionId } = await client.begin({ redirectUri })
  return { provider, client, transactionId, back: provider.answerTo(url) }
}

/** Everything that a log line, an error or a JSON could show of a value. */
function printed(value: unknown): string {
  const deep = inspect(value, { depth: 20, showHidden: true, getters: true })
  return [deep, JSON.stringify(value), String(value), JSON.stringify(toErrorJson(value))].join('\n')
}

/** What a channel tells while something runs. */
async function told(name: string, run: () => Promise<unknown>): Promise<unknown[]> {
  const heard: unknown[] = []
  const listen = (message: unknown) => void heard.push(message)
  subscribe(name, listen)
  try {
    await run()
  } finally {
    unsubscribe(name, listen)
  }
  return heard
}

describe('what is refused or fails', () => {
  test.each<[string, Malice]>([
    ['the answer is not as it should be', { tokens: (good) => ({ ...good, token_type: 'mac' }) }],
    ['a claim is wrong', { claims: (good) => ({ ...good, nonce: 'another-nonce' }) }],
    ['it is signed by nobody', { idToken: async (good) => `${await signed(good)}A` }],
    ['the provider says no', { tokens: () => ({ error: 'invalid_grant', error_description: 'the-code' }) }],
    ['the browser brings an error', { callback: (good) => new URLSearchParams(`${good}&error=the-code`) }],
    [
      'the provider is away',
      { answer: (path, response) => path === '/token' && Boolean(response.destroy()) },
    ],
  ])('shows no secret where %s', async (_, malice) => {
    const { provider, client, transactionId, back } = await world(malice)
    const outcome = await client.complete(back, transactionId).catch((error: unknown) => error)
    const { searchParams } = new URL(back)
    const verifier = provider.forms[0]?.get('code_verifier') ?? 'no-verifier'
    for (const secret of [
      SECRET,
      transactionId,
      verifier,
      'an-access-token',
      'eyJ',
      'the-code',
      'another-nonce',
    ])
      expect(printed(outcome)).not.toContain(secret)
    expect(printed(outcome)).not.toContain(searchParams.get('state'))
  })

  test('is told on channels, with the reason', async () => {
    const { client, transactionId, back, provider } = await world()
    const refusals = await told('base:auth:oauth:refused', async () => {
      await client.complete(back, transactionId)
      await client.complete(back, transactionId)
    })
    expect(refusals).toEqual([
      {
        code: 'OAUTH_TRANSACTION_INVALID',
        reason: expect.stringContaining('No sign-in waits'),
        issuer: provider.issuer,
      },
    ])
    const away = createOidcClient({ issuer: `${provider.issuer}/nobody`, clientId: 'shop' })
    const failures = await told('base:auth:oauth:discovery_failed', () =>
      away.begin({ redirectUri }).catch(() => {}),
    )
    expect(failures).toEqual([
      { issuer: `${provider.issuer}/nobody`, error: expect.objectContaining({ code: 'UNAVAILABLE' }) },
    ])
  })

  test('has one public message', async () => {
    const { client, transactionId } = await world()
    const messages = await Promise.all(
      ['/', `/callback?state=${'s'.repeat(43)}`].map(async (url) => {
        const result = await client.complete(url, transactionId)
        return !result.ok && [result.error.message, result.error.publicMessage, result.error.kind]
      }),
    )
    const same = ['The sign-in was not completed.', 'The sign-in was not completed.', 'unauthenticated']
    expect(messages).toEqual([same, same])
  })
})

describe('a client', () => {
  test('shows no secret of its own', async () => {
    const { client } = await world()
    expect(printed(client)).not.toContain(SECRET)
  })

  test('names the command that installs the library, where it is missing', async () => {
    vi.resetModules()
    vi.doMock('oauth4webapi', () => {
      throw new Error('not found')
    })
    try {
      const { createOidcClient: fresh, github } = await import('./index.js')
      await expect(fresh({ ...github(), clientId: 'shop' }).begin({ redirectUri })).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        message: '@base/auth createOidcClient needs a package: npm install oauth4webapi',
      })
    } finally {
      vi.doUnmock('oauth4webapi')
    }
  })
})
