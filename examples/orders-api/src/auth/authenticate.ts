import type { AuthError } from '@base/auth/errors'
import type { AccessClaims, TokenService } from '@base/auth/tokens'
import { type Principal, principal, runInContext } from '@base/core/context'
import { UnavailableError } from '@base/core/errors'
import type { Context, MiddlewareHandler } from 'hono'
import { invalidToken, unauthenticated } from './unauthenticated.ts'

/**
 * Lets only who is signed in pass, and says within who that is, in the context under `principal`.
 *
 * @throws 401 without an access token, or for one that is not good; 503 where nobody can say whether it is.
 */
export function authenticate(tokens: Pick<TokenService, 'verifyAccess'>): MiddlewareHandler {
  return async (c, next) => {
    const token = bearerToken(c)
    if (token === undefined)
      throw unauthenticated({ code: 'UNAUTHENTICATED', message: 'Sign in at /auth/sign-in first.' })
    const verified = await tokens.verifyAccess(token)
    if (!verified.ok) throw refusal(verified.error)
    await runInContext([[principal, principalOf(verified.value)]], next)
  }
}

/** What a request presents as its access token, whatever it is; `undefined` where it presents none. RFC 6750, section 2.1. */
export function bearerToken({ req }: Context): string | undefined {
  return /^bearer +(.*)$/i.exec(req.header('authorization') ?? '')?.[1]
}

function refusal(error: AuthError): Error {
  const { code } = error
  if (code !== 'KEYS_UNAVAILABLE' && code !== 'REVOCATIONS_UNAVAILABLE') return invalidToken()
  // A 401 would make clients throw away tokens that are good.
  return new UnavailableError({ message: 'Nobody can say now whether the token is good.', cause: error })
}

function principalOf({ sub, roles }: AccessClaims): Principal {
  return { id: sub, ...(roles && { roles }) }
}
