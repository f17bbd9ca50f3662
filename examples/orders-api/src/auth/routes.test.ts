import { expect, test } from 'vitest'
import { authInMemory } from '../../test/auth-in-memory.ts'

const away = () => Promise.reject(new Error('the store is away'))

test.each(['find', 'rotate'] as const)(
  'a refresh whose store fails in %s is a 503 that takes nothing away: the same token is good afterwards',
  async (method) => {
    const { stores, post, signIn } = authInMemory()
    const refreshToken = await signIn()
    const working = stores.refresh[method]
    stores.refresh[method] = away
    const { status, headers, body } = await post('/auth/refresh', { refreshToken })
    stores.refresh[method] = working as never

    expect([status, body]).toMatchObject([503, { code: 'UNAVAILABLE' }])
    // Neither does it tell a client to sign in again, nor a browser to drop what it has.
    for (const name of ['www-authenticate', 'set-cookie', 'clear-site-data']) {
      expect(headers.get(name)).toBeNull()
    }
    expect((await post('/auth/refresh', { refreshToken })).status).toBe(200)
  },
)

test('a refresh for which no access token can be issued is a 503, and leaves the token good', async () => {
  const { stores, post, signIn } = authInMemory()
  const refreshToken = await signIn()
  const { find } = stores.revocations
  stores.revocations.find = away
  const { status, body } = await post('/auth/refresh', { refreshToken })
  stores.revocations.find = find

  expect([status, body]).toMatchObject([503, { code: 'REVOCATIONS_UNAVAILABLE' }])
  expect((await post('/auth/refresh', { refreshToken })).status).toBe(200)
})

test('a sign-out that nobody could note is a 503, not a success', async () => {
  const { stores, post, signIn } = authInMemory()
  const refreshToken = await signIn()
  stores.refresh.revokeFamily = away

  expect((await post('/auth/sign-out', { refreshToken })).status).toBe(503)
})
