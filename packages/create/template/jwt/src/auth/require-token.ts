import type { AuthError } from '@base/auth/errors'
import { createVerifier, remoteJwks } from '@base/auth/tokens'
import { ForbiddenError, UnavailableError } from '@base/core/errors'
import type { MiddlewareHandler } from 'hono'
import type { Config } from '../config.ts'
import { bearerOf, refuse } from './bearer.ts'

/** Lets requests pass that have an access token of the issuer, with the scope. */
export function requireToken(config: Config, scope: string): MiddlewareHandler {
  const verifier = createVerifier({
    issuer: config.authIssuer,
    audience: config.authAudience,
    algorithms: ['ES256', 'RS256'],
    keys: remoteJwks(config.authJwksUrl),
  })
  return async (c, next) => {
    const token = await verifier.verify(bearerOf(c), { signal: c.req.raw.signal })
    if (!token.ok && token.error.code === 'KEYS_UNAVAILABLE') throw nobodyKnows(token.error)
    if (!token.ok) return refuse(token.error)
    if (!token.value.scope?.split(' ').includes(scope))
      return refuse(new ForbiddenError({ message: `This needs a token with the scope ${scope}.` }))
    // It is bound to a key, which whoever stole it does not have, and no bearer shows.
    if (token.value.cnf !== undefined)
      return refuse(new ForbiddenError({ message: 'This takes no token that is bound to a key.' }))
    return next()
  }
}

/** A 401 would make clients throw away tokens that are good. */
function nobodyKnows(cause: AuthError): UnavailableError {
  const message = 'Nobody can say now whether the token is valid.'
  const { retryAfter } = cause
  return new UnavailableError({ message, cause, ...(retryAfter !== undefined && { retryAfter }) })
}
