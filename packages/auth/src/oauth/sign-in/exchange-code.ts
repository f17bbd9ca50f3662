import type { Result } from '@base/core/result'
import type { AuthError } from '../../errors/auth-error.js'
import { refused } from '../../tokens/refused.js'
import type { Conversation } from '../provider/conversation.js'
import { askForTokens, type TokenAnswer } from '../provider/token-answer.js'
import type { Transaction } from '../transactions/transaction.js'
import type { Callback } from './callback.js'

/** Exchanges the code of an answer for tokens. */
export async function exchangeCode(
  talk: Conversation,
  { parameters, state }: Callback,
  { redirectUri, verifier, nonce, maxAge }: Transaction,
): Promise<Result<TokenAnswer, AuthError>> {
  const { oauth, client, authentication, http, settings } = talk
  // For many tenants the answer may name that of the user, and was found to be one.
  const named = parameters.get('iss')
  const server = { ...talk.server, issuer: named ?? talk.server.issuer }
  const expected = {
    ...(settings.profile === undefined && { expectedNonce: nonce, requireIdToken: true }),
    ...(maxAge !== undefined && { maxAge }),
  }
  const answer = await askForTokens(
    talk,
    () => {
      const code = oauth.validateAuthResponse(server, client, parameters, state)
      return oauth.authorizationCodeGrantRequest(
        server,
        client,
        authentication,
        code,
        redirectUri,
        verifier,
        http,
      )
    },
    (as, response) => oauth.processAuthorizationCodeResponse(as, client, response, expected),
  )
  if (!answer.ok || answer.value.claims === undefined || named === null) return answer
  return named === answer.value.claims['iss']
    ? answer
    : refused('OAUTH_WRONG_ISSUER', 'The id token is from another tenant than the answer.')
}
