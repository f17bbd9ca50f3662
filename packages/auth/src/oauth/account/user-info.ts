import { ok, type Result } from '@base/core/result'
import type { AuthError } from '../../errors/auth-error.js'
import { parseStrictObject } from '../../tokens/jws/strict-json.js'
import { refused } from '../../tokens/refused.js'
import type { OidcAccount } from '../oidc-client.js'
import { converse } from '../provider/conversation.js'
import type { OidcClaims } from '../providers/provider-settings.js'
import { refusalOf } from '../refusals.js'
import type { RelyingParts } from '../relying-parts.js'
import { neededAddress } from './needed-address.js'

/** What the UserInfo endpoint says of an account. */
export async function readUserInfo(
  { settings }: RelyingParts,
  accessToken: string,
  { subject }: OidcAccount,
  signal: AbortSignal | undefined,
): Promise<Result<OidcClaims, AuthError>> {
  const { oauth, metadata, server, client, http } = await converse(settings, signal)
  neededAddress(metadata, 'userinfo_endpoint')
  try {
    const answer = await oauth.userInfoRequest(server, client, accessToken, http)
    if (answer.status === 401)
      return refused('OAUTH_ACCESS_TOKEN_REFUSED', 'The provider does not take the access token.')
    const body = parseStrictObject(new Uint8Array(await answer.clone().arrayBuffer()))
    // A signed answer would have to be verified, and is no object.
    if (answer.status === 200 && body === undefined)
      return refused('OAUTH_RESPONSE_INVALID', 'It is no JSON object, or has a name twice.')
    await oauth.processUserInfoResponse(server, client, subject, answer)
    return ok(body as OidcClaims)
  } catch (error) {
    return refusalOf(error, signal)
  }
}
