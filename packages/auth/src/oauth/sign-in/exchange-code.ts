import type { Result } from '@base/core/result'
import type { AuthError } from '../../errors/auth-error.js'
import { refused } from '../../tokens/refused.js'
import type { Conversation } from '../provider/conversation.js'
import { judgeTokens, type TokenAnswer } from '../provider/token-answer.js'
import { refusalOf } from '../refusals.js'
import type { RelyingParts } from '../relying-parts.js'
import type { Transaction } from '../transactions/transaction.js'
import type { Callback } from './callback.js'

/** Exchanges the code of an answer for tokens. */
export async function exchangeCode(
  parts: RelyingParts,
  talk: Conversation,
  { parameters, state }: Callback,
  { redirectUri, verifier, nonce, maxAge }: Transaction,
  signal: AbortSignal | undefined,
): Promise<Result<TokenAnswer, AuthError>> {
  const { oauth, client, authentication, http } = talk
  // For many tenants the answer may name that of the user, and was found to be one.
  const server = { ...talk.server, issuer: parameters.get('iss') ?? talk.server.issuer }
  const needsIdToken = parts.settings.profile === undefined
  let answer: Response
  try {
    const checked = oauth.validateAuthResponse(server, client, parameters, state)
    answer = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      checked,
      redirectUri,
      verifier,
      http,
    )
  } catch (error) {
    return refusalOf(error, signal)
  }
  const expected = {
    ...(needsIdToken && { expectedNonce: nonce, requireIdToken: true }),
    ...(maxAge !== undefined && { maxAge }),
  }
  const judged = await judgeTokens(talk, answer, { ...parts, signal }, (as, response) =>
    oauth.processAuthorizationCodeResponse(as, client, response, expected),
  )
  const named = parameters.get('iss')
  if (!judged.ok || judged.value.claims === undefined || named === null) return judged
  return named === judged.value.claims['iss']
    ? judged
    : refused('OAUTH_WRONG_ISSUER', 'The id token is from another tenant than the answer.')
}
