import type { AuthError } from '@base/auth/errors'
import { createVerifier, remoteJwks } from '@base/auth/tokens'
import { ForbiddenError, UnauthenticatedError, UnavailableError } from '@base/core/errors'
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
    if (!token.ok) {
      // A 401 would make clients throw away tokens that are good.
      if (token.error.code === 'KEYS_UNAVAILABLE') throw unjudged(token.error)
      return refuse(token.error)
    }
    const { cnf, scope: granted } = token.value
    // It is bound to a key, which whoever stole it does not have, and no bearer shows.
    if (cnf !== undefined)
      return refuse(new UnauthenticatedError({ message: 'The token is no bearer token.' }))
    if (!granted?.split(' ').includes(scope))
      return refuse(new ForbiddenError({ message: `This needs a token with the scope ${scope}.` }))
    return next()
  }
}

function unjudged(cause: AuthError): UnavailableError {
  const { retryAfter = 0 } = cause
  return new UnavailableError({ message: 'Nobody can say now whether the token is good.', retryAfter, cause })
}
