import { checkOptions } from '@base/core/options'
import { placeOf } from '../../place.js'
import type { AccessClaims } from '../claims.js'
import { isOpaqueToken } from '../opaque/opaque-token.js'
import type { RefreshSession } from '../refresh/refresh-service.js'
import { checkServices, readAccessToken, type TokenServices } from './token-services.js'

/** Who asks, as your service has authenticated it. */
export interface IntrospectOptions {
  /** The resource server that asks: it learns about access tokens for itself, and about nothing else. @defaultValue any */
  readonly audience?: string | undefined
  /** The client that asks: it learns about its own tokens, and about nothing else. @defaultValue any */
  readonly clientId?: string | undefined
}

/**
 * What is known of a token: its claims, or nothing. Times are seconds since 1970. JSON of it is the body of the answer.
 *
 * @see RFC 7662, section 2.2
 */
export type Introspection =
  | {
      /** It is not good, for whatever reason, or not for who asks. */
      readonly active: false
    }
  | {
      /** It is good now. */
      readonly active: true
      /** `DPoP` where it is bound to a key; `refresh_token` for a refresh token, which opens no resource. */
      readonly token_type: 'Bearer' | 'DPoP' | 'refresh_token'
      /** Whom it is about. */
      readonly sub: string
      /** The client that it was issued to. */
      readonly client_id: string
      /** When it ends. */
      readonly exp: number
      /** When it was issued. */
      readonly iat: number
      /** What it may be used for. */
      readonly scope?: string
      /** The session, or the family of refresh tokens, that it belongs to. */
      readonly sid?: string
      /** Any other claim of an access token. */
      readonly [claim: string]: unknown
    }

const INACTIVE: Introspection = Object.freeze({ active: false })

/**
 * Says what is known of a token (RFC 7662): its claims where it is good, `{ active: false }` and nothing else for every other.
 *
 * It is the body of an endpoint, not the endpoint: authenticate who asks, and say it. A resource server must give its own
 * `audience`: else a refresh token that somebody sends in place of an access token would look good to it.
 *
 * @example
 * await introspect(token, { tokens, refresh }, { audience: 'https://api.example' }) // { active: true, sub: 'user-1', … }
 *
 * @throws UnavailableError where keys or stores cannot be read: that is no statement about the token; InvalidOptionError for
 * services or options that are none.
 * @see RFC 7662
 */
export async function introspect(
  token: string,
  services: TokenServices,
  options: IntrospectOptions = {},
): Promise<Introspection> {
  const { audience, clientId } = checkOptions(options, placeOf('introspect')('options'))
  const { tokens, refresh } = checkServices(services, 'introspect')
  if (isOpaqueToken(token)) {
    const session = audience === undefined ? await refresh?.inspect(token) : undefined
    return session !== undefined && isAskedBy(clientId, session.clientId) ? refreshToken(session) : INACTIVE
  }
  const claims = await readAccessToken(token, tokens)
  if (claims === undefined || !isAskedBy(clientId, claims.client_id)) return INACTIVE
  const isForAsker = audience === undefined || [claims.aud].flat().includes(audience)
  return isForAsker ? accessToken(claims) : INACTIVE
}

function isAskedBy(asker: string | undefined, owner: string): boolean {
  return asker === undefined || asker === owner
}

function accessToken(claims: AccessClaims): Introspection {
  return { ...claims, active: true, token_type: claims.cnf?.jkt === undefined ? 'Bearer' : 'DPoP' }
}

function refreshToken({ sub, clientId, familyId, scope, jkt, ...times }: RefreshSession): Introspection {
  return {
    active: true,
    token_type: 'refresh_token',
    sub,
    client_id: clientId,
    sid: familyId,
    exp: Math.floor(times.idleExpiresAt / 1_000),
    iat: Math.floor(times.lastUsedAt / 1_000),
    ...(scope !== undefined && { scope }),
    ...(jkt !== undefined && { cnf: { jkt } }),
  }
}
