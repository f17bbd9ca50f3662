import { ok, type Result } from '@base/core/result'
import type { AuthError } from '../../errors/auth-error.js'
import { refused } from '../../tokens/refused.js'
import type { OidcAccount, OidcTokens } from '../oidc-client.js'
import { converse } from '../provider/conversation.js'
import { judgeTokens } from '../provider/token-answer.js'
import { tokensOf } from '../provider/tokens-of.js'
import { refusalOf } from '../refusals.js'
import type { RelyingParts } from '../relying-parts.js'

/** New tokens for a refresh token. */
export async function refreshTokens(
  parts: RelyingParts,
  refreshToken: string,
  { issuer, subject }: OidcAccount,
  signal: AbortSignal | undefined,
): Promise<Result<OidcTokens, AuthError>> {
  const talk = await converse(parts.settings, signal)
  const { oauth, server, client, authentication, http } = talk
  let answer: Response
  try {
    answer = await oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken, http)
  } catch (error) {
    return refusalOf(error, signal)
  }
  const judged = await judgeTokens(talk, answer, { ...parts, signal }, (as, response) =>
    oauth.processRefreshTokenResponse(as, client, response),
  )
  if (!judged.ok) return judged
  const { claims, tokens } = judged.value
  // OpenID Connect Core, section 12.2: a token of somebody else would change who is signed in.
  if (claims !== undefined && (claims.sub !== subject || claims['iss'] !== issuer))
    return refused('OAUTH_ID_TOKEN_INVALID', 'It is of another account.')
  return ok(tokensOf(tokens, parts.settings.rules.clock.now()))
}
