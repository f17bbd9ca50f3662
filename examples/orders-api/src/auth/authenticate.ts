import { type Principal, principal, runInContext } from '@base/core/context'
import { UnavailableError } from '@base/core/errors'
import type { Context, MiddlewareHandler } from 'hono'
import type { Accounts } from '../accounts/account.ts'
import type { KeyScope } from '../api-keys/key-scope.ts'
import { receiveBody } from '../http/read-body.ts'
import type { Auth } from './auth.ts'
import { apiKeyIn, bearerToken } from './credentials.ts'
import { checkSameOrigin } from './same-origin.ts'
import { invalidToken, unauthenticated } from './unauthenticated.ts'

/** What tells who somebody is. */
export interface Judges extends Pick<Auth, 'tokens' | 'sessions' | 'apiKeys'> {
  readonly accounts: Pick<Accounts, 'find'>
}

/**
 * Lets only who is signed in pass, and says within who that is, in the context under `principal`: by an access token, by the
 * session of a browser, or, where a scope is named, by an API key that is for it.
 *
 * @throws 401 without any of these, or for one that is not good; 403 for a key that is not for this, and for a browser that
 * another site sends; 503 where nobody can say.
 */
export function authenticate(judges: Judges, scope?: KeyScope): MiddlewareHandler {
  return async (c, next) => {
    // First, for who holds it back may be signed out meanwhile. What only reads has none.
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') await receiveBody(c)
    const caller = await principalOf(judges, c, scope)
    // For the line of the request, which is written outside this context.
    c.set('user', caller.id)
    await runInContext([[principal, caller]], next)
  }
}

function principalOf(judges: Judges, c: Context, scope: KeyScope | undefined): Promise<Principal> {
  const key = apiKeyIn(c)
  if (key !== undefined) return byKey(judges, key, scope)
  const token = bearerToken(c)
  return token === undefined ? bySession(judges, c) : byToken(judges, token)
}

async function byToken({ tokens }: Judges, token: string): Promise<Principal> {
  const verified = await tokens.verifyAccess(token)
  if (verified.ok) {
    const { sub, roles } = verified.value
    return { id: sub, ...(roles && { roles }) }
  }
  const { code } = verified.error
  if (code !== 'KEYS_UNAVAILABLE' && code !== 'REVOCATIONS_UNAVAILABLE') throw invalidToken()
  // A 401 would make clients throw away tokens that are good.
  const message = 'Nobody can say now whether the token is good.'
  throw new UnavailableError({ message, cause: verified.error })
}

async function bySession({ sessions, accounts, tokens }: Judges, c: Context): Promise<Principal> {
  const session = await sessions.touch(sessions.readCookie(c.req.header('cookie')) ?? '')
  const account = session && (await accounts.find(session.sub))
  if (account === undefined) throw unauthenticated('UNAUTHENTICATED', 'Sign in at /auth/sign-in first.')
  checkSameOrigin(c, tokens.issuer)
  return { id: account.username, roles: account.roles }
}

async function byKey({ apiKeys, accounts }: Judges, key: string, scope?: KeyScope): Promise<Principal> {
  // Programs have no business where no scope is named: accounts, roles and keys.
  if (scope === undefined) throw invalidToken()
  const verified = await apiKeys.verify(key, { scope })
  if (!verified.ok) throw verified.error.kind === 'forbidden' ? verified.error : invalidToken()
  const { ownerId } = verified.value
  return { id: ownerId, roles: (await accounts.find(ownerId))?.roles ?? [] }
}
