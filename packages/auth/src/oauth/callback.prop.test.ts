import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createOidcClient } from './index.js'

const issuer = 'https://login.example.com'
const client = createOidcClient({
  metadata: {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
  },
  clientId: 'shop',
  fetch: () => Promise.reject(new Error('Nobody is to be asked.')),
})
const redirectUri = 'https://shop.example/callback'

const name = fc.constantFrom('state', 'code', 'iss', 'error', 'id_token', 'response', '__proto__', 'x')
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.stringMatching(/^[\w-]{43}$/))

describe('complete', () => {
  test('refuses whatever comes that was not begun, and asks nobody', async () => {
    const request = fc.oneof(
      fc.array(fc.tuple(name, text)).map((pairs) => `${redirectUri}?${new URLSearchParams(pairs)}`),
      fc.webUrl({ withQueryParameters: true }),
      fc.string({ unit: 'binary' }),
      fc.anything(),
    )
    const id = fc.oneof(fc.stringMatching(/^[\w-]{68}$/), fc.anything())
    await fc.assert(
      fc.asyncProperty(request, id, async (url, transactionId) => {
        const result = await client.complete(url as string, transactionId as string)
        expect(result).toMatchObject({
          ok: false,
          error: { code: expect.stringMatching(/^OAUTH_(CALLBACK|TRANSACTION)_INVALID$/) },
        })
      }),
      { numRuns: 1_000 },
    )
  })

  test('refuses each change of state or cookie, and the sign-in stays to be ended', async () => {
    const begun = await client.begin({ redirectUri })
    const state = new URL(begun.url).searchParams.get('state') ?? ''
    const change = (of: string, at: number, to: string) => {
      const index = at % of.length
      const next = of[index] === to ? (to === 'A' ? 'B' : 'A') : to
      return of.slice(0, index) + next + of.slice(index + 1)
    }
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.nat(), fc.stringMatching(/^[\w-]$/), async (isState, at, to) => {
        const answer = new URLSearchParams({ code: 'x', state: isState ? change(state, at, to) : state })
        const id = isState ? begun.transactionId : change(begun.transactionId, at, to)
        expect(await client.complete(`${redirectUri}?${answer}`, id)).toMatchObject({
          error: { code: 'OAUTH_TRANSACTION_INVALID' },
        })
      }),
    )
    const answer = new URLSearchParams({ code: 'x', state, error: 'access_denied' })
    expect(await client.complete(`${redirectUri}?${answer}`, begun.transactionId)).toMatchObject({
      error: { code: 'OAUTH_DENIED' },
    })
  })
})
