import { KNOWN_PASSWORD } from '../src/accounts/demo-accounts.ts'
import { type Answer, forAda, type TestService } from './start-service.ts'

/** What a sign-in answers with. */
export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
}

/** A client of the service that knows nothing but its API. */
export function userOf(service: TestService) {
  const post = (path: string, body: unknown, accessToken?: string): Promise<Answer> =>
    service.fetch(path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
      },
      body: JSON.stringify(body),
    })
  const trySignIn = (username: string, password: string) => post('/auth/sign-in', { username, password })
  const refresh = (refreshToken: string) => post('/auth/refresh', { refreshToken })
  return {
    post,
    trySignIn,
    refresh,
    signIn: async (): Promise<Tokens> => (await trySignIn('ada', KNOWN_PASSWORD)).body,
    /** Goes on with new tokens. */
    renewed: async (refreshToken: string): Promise<Tokens> => (await refresh(refreshToken)).body,
    /** Asks for something that only who is signed in gets. */
    sessions: (accessToken: string) =>
      service.fetch('/auth/sessions', { headers: { authorization: `Bearer ${accessToken}` } }),
    order: (sku: string, accessToken?: string) =>
      post('/orders', { ...forAda, lines: [{ sku, quantity: 1 }] }, accessToken),
  }
}

/** What a token says of its key. */
export function kidOf(accessToken: string): string {
  return JSON.parse(Buffer.from(accessToken.split('.')[0] ?? '', 'base64url').toString()).kid
}
