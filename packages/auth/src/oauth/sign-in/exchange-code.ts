import type { Result } from '@base/core/result'
import type { AuthError } from '../../errors/auth-error.js'
import { refused } from '../../tokens/refused.js'
import type { OidcSettings } from '../oidc-options.js'
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
  if (!answer.ok || answer.value.claims === undefined) return answer
  const { iss, auth_time: signedInAt } = answer.value.claims
  if (maxAge !== undefined && !isRecent(signedInAt as number, maxAge, settings))
    return refused('OAUTH_ID_TOKEN_INVALID', 'The user has not signed in there as recently as was asked for.')
  return named === null || named === iss
    ? answer
    : refused('OAUTH_WRONG_ISSUER', 'The id token is from another tenant than the answer.')
}

/** The library has seen that it is a number; it forgives some seconds more than the skew, and any time that is yet to come. */
function isRecent(signedInAt: number, maxAge: number, { clockSkew, rules }: OidcSettings): boolean {
  const age = rules.clock.now() - signedInAt * 1_000
  return age <= maxAge * 1_000 + clockSkew && age >= -clockSkew
}
