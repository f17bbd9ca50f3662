import { ok, type Result } from '@base/core/result'
import type { AuthError } from '../../errors/auth-error.js'
import { refused } from '../../tokens/refused.js'
import type { OidcAccount } from '../oidc-client.js'
import type { Conversation } from '../provider/conversation.js'
import { neededAddress } from '../provider/oidc-metadata.js'
import { strictBody } from '../provider/provider-fetch.js'
import type { OidcClaims } from '../providers/provider-settings.js'
import { refusalOf } from '../refusals.js'

/** What the UserInfo endpoint says of an account. */
export async function readUserInfo(
  { oauth, metadata, server, client, http, signal }: Conversation,
  accessToken: string,
  { subject }: OidcAccount,
): Promise<Result<OidcClaims, AuthError>> {
  neededAddress(metadata, 'userinfo_endpoint')
  try {
    const answer = await oauth.userInfoRequest(server, client, accessToken, http)
    if (answer.status === 401)
      return refused('OAUTH_ACCESS_TOKEN_REFUSED', 'The provider does not take the access token.')
    const body = await strictBody(answer)
    // A signed answer would have to be verified, and is no object.
    if (answer.status === 200 && body === undefined)
      return refused('OAUTH_RESPONSE_INVALID', 'It is no JSON object, or has a name twice.')
    await oauth.processUserInfoResponse(server, client, subject, answer)
    return ok(body as OidcClaims)
  } catch (error) {
    return refusalOf(error, signal)
  }
}
