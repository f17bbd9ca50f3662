import { createVerifier, remoteJwks } from '@base/auth/tokens'
import { ForbiddenError } from '@base/core/errors'
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
    if (!token.ok) return refuse(token.error)
    if (!token.value.scope?.split(' ').includes(scope))
      return refuse(new ForbiddenError({ message: `This needs a token with the scope ${scope}.` }))
    return next()
  }
}
