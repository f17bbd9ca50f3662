import { ok, type Result } from '@base/core/result'
import type { AuthError } from '../../errors/auth-error.js'
import type { Conversation } from '../provider/conversation.js'
import { neededAddress } from '../provider/oidc-metadata.js'
import { refusalOf } from '../refusals.js'

/** Gives a token back. @see RFC 7009 */
export async function revokeToken(talk: Conversation, token: string): Promise<Result<void, AuthError>> {
  const { oauth, metadata, server, client, authentication, http, signal } = talk
  neededAddress(metadata, 'revocation_endpoint')
  try {
    const answer = await oauth.revocationRequest(server, client, authentication, token, http)
    return ok(await oauth.processRevocationResponse(answer))
  } catch (error) {
    return refusalOf(error, signal)
  }
}
