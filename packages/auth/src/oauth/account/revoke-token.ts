import { ok, type Result } from '@base/core/result'
import type { AuthError } from '../../errors/auth-error.js'
import { converse } from '../provider/conversation.js'
import { refusalOf } from '../refusals.js'
import type { RelyingParts } from '../relying-parts.js'
import { neededAddress } from './needed-address.js'

/** Gives a token back. @see RFC 7009 */
export async function revokeToken(
  { settings }: RelyingParts,
  token: string,
  signal: AbortSignal | undefined,
): Promise<Result<void, AuthError>> {
  const { oauth, metadata, server, client, authentication, http } = await converse(settings, signal)
  neededAddress(metadata, 'revocation_endpoint')
  try {
    const answer = await oauth.revocationRequest(server, client, authentication, token, http)
    return ok(await oauth.processRevocationResponse(answer))
  } catch (error) {
    return refusalOf(error, signal)
  }
}
