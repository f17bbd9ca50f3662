import { secret } from '@base/core/secret'
import type { TokenEndpointResponse } from 'oauth4webapi'
import type { OidcTokens } from '../oidc-client.js'

/** The tokens of an answer, so that they do not print. */
export function tokensOf(answer: TokenEndpointResponse, now: number): OidcTokens {
  const { access_token, refresh_token, id_token, expires_in, scope } = answer
  return {
    accessToken: secret(access_token),
    ...(refresh_token !== undefined && { refreshToken: secret(refresh_token) }),
    ...(id_token !== undefined && { idToken: secret(id_token) }),
    ...(expires_in !== undefined && { expiresAt: now + expires_in * 1_000 }),
    ...(scope !== undefined && { scope }),
  }
}
