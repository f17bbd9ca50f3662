import { untilAborted } from '@base/core/abort'
import { ok, type Result } from '@base/core/result'
import { secret } from '@base/core/secret'
import type { AuthorizationServer, TokenEndpointResponse } from 'oauth4webapi'
import type { AuthError } from '../../errors/auth-error.js'
import { refused } from '../../tokens/refused.js'
import type { OidcTokens } from '../oidc-client.js'
import type { OidcClaims } from '../providers/provider-settings.js'
import { providerError, refusalOf } from '../refusals.js'
import type { Conversation } from './conversation.js'
import { strictBody } from './provider-fetch.js'

export interface TokenAnswer {
  readonly tokens: OidcTokens
  /** The claims of the id token, where there is one. */
  readonly claims: OidcClaims | undefined
}

/** The library's part: whether there must be an id token, what its claims and the rest of the answer must be. */
type Process = (server: AuthorizationServer, answer: Response) => Promise<TokenEndpointResponse>

/** Asks a token endpoint, and judges its answer: its form, the id token's signature, then what both say. */
export async function askForTokens(
  { server, metadata, idTokens, settings, signal }: Conversation,
  request: () => Promise<Response>,
  process: Process,
): Promise<Result<TokenAnswer, AuthError>> {
  const { clock } = settings.rules
  try {
    const answer = await request()
    const body = await strictBody(answer)
    // GitHub says so with the status 200.
    if (typeof body?.['error'] === 'string') return providerError(body['error'])
    if (answer.status === 200 && body === undefined)
      return refused('OAUTH_RESPONSE_INVALID', 'It is no JSON object, or has a name twice.')
    const token = answer.status === 200 ? body?.['id_token'] : undefined
    if (token === undefined)
      return ok({ tokens: tokensOf(await process(server, answer), clock.now()), claims: undefined })
    const claims = await untilAborted(idTokens.read(token, metadata.jwks_uri), signal)
    if (!claims.ok) return claims
    // For many tenants it is that of one of them, and was found to be right.
    const issuer = claims.value['iss'] as string
    const tokens = await process({ ...server, issuer }, answer)
    return ok({ tokens: tokensOf(tokens, clock.now()), claims: claims.value })
  } catch (error) {
    return refusalOf(error, signal)
  }
}

/** The tokens of an answer, so that they do not print. */
function tokensOf(answer: TokenEndpointResponse, now: number): OidcTokens {
  const { access_token, refresh_token, id_token, expires_in, scope } = answer
  return {
    accessToken: secret(access_token),
    ...(refresh_token !== undefined && { refreshToken: secret(refresh_token) }),
    ...(id_token !== undefined && { idToken: secret(id_token) }),
    ...(expires_in !== undefined && { expiresAt: now + expires_in * 1_000 }),
    ...(scope !== undefined && { scope }),
  }
}
