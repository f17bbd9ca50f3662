import { ok, type Result } from '@base/core/result'
import type { AuthError } from '../../errors/auth-error.js'
import { refused } from '../../tokens/refused.js'
import type { OidcAccount, OidcTokens } from '../oidc-client.js'
import type { Conversation } from '../provider/conversation.js'
import { askForTokens } from '../provider/token-answer.js'

/** New tokens for a refresh token. */
export async function refreshTokens(
  talk: Conversation,
  refreshToken: string,
  { issuer, subject }: OidcAccount,
): Promise<Result<OidcTokens, AuthError>> {
  const { oauth, server, client, authentication, http } = talk
  const answer = await askForTokens(
    talk,
    () => oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken, http),
    (as, response) => oauth.processRefreshTokenResponse(as, client, response),
  )
  if (!answer.ok) return answer
  const { claims, tokens } = answer.value
  // OpenID Connect Core, section 12.2: a token of somebody else would change who is signed in.
  if (claims !== undefined && (claims.sub !== subject || claims['iss'] !== issuer))
    return refused('OAUTH_ID_TOKEN_INVALID', 'It is of another account.')
  return ok(tokens)
}
