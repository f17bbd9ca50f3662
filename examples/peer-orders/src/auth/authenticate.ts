import type { FastifyRequest, preHandlerAsyncHookHandler } from 'fastify'
import { type Action, type Caller, permit } from '../access/permissions.ts'
import { Problem } from '../problem.ts'
import type { Meters } from '../telemetry/meters.ts'
import type { AccessTokens } from './access-tokens.ts'
import type { SignIns } from './sign-ins.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is signed in, once that is known. */
    caller?: Caller
  }
}

/** A hook that lets only who is signed in pass, and may do this. To be asked once the body is there: who holds it back may be signed out meanwhile. */
export type Guard = (action?: Action) => preHandlerAsyncHookHandler

/** What tells whether a token is good. */
export interface TokenJudges {
  readonly meters: Pick<Meters, 'tokenRefusals'>
  readonly tokens: AccessTokens
  readonly signIns: SignIns
}

/** What a request presents as its access token. RFC 6750, section 2.1. */
export function bearerToken({ headers }: FastifyRequest): string | undefined {
  return /^bearer +(.*)$/i.exec(headers.authorization ?? '')?.[1]
}

/** @returns a guard that throws 401 without a good token, and 403 where the caller may not do this. */
export function guardBy({ tokens, signIns, meters }: TokenJudges): Guard {
  return (action) => async (request) => {
    const token = bearerToken(request)
    if (token === undefined) throw unauthenticated('UNAUTHENTICATED', 'Sign in at /auth/sign-in first.')
    const claims = tokens.verify(token)
    if (claims === undefined || !(await signIns.isLive(claims.sid))) {
      meters.tokenRefusals.inc()
      throw invalidToken()
    }
    request.caller = { id: claims.sub, roles: claims.roles }
    if (action !== undefined) permit(request.caller, action)
  }
}

/** Says that a token was refused, and not why. */
export function invalidToken(): Problem {
  return unauthenticated('INVALID_TOKEN', 'The token is not valid.')
}

/** A 401 with the challenge that belongs to it. RFC 6750, section 3. */
export function unauthenticated(code: string, message: string): Problem {
  const error = code === 'INVALID_TOKEN' ? ', error="invalid_token"' : ''
  return new Problem(401, code, message, {
    headers: { 'www-authenticate': `Bearer realm="orders-api"${error}` },
  })
}
