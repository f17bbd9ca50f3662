import { err, ok, type Result } from '@base/core/result'
import type { AuthError } from '../../errors/auth-error.js'
import { refused } from '../../tokens/refused.js'
import type { OidcIdentity, OidcRefusal, OidcTokens } from '../oidc-client.js'
import { type Conversation, converse } from '../provider/conversation.js'
import { readProfile } from '../provider/profile.js'
import { tokensOf } from '../provider/tokens-of.js'
import type { OidcClaims } from '../providers/provider-settings.js'
import type { RelyingParts } from '../relying-parts.js'
import type { Transaction } from '../transactions/transaction.js'
import { type Callback, readCallback } from './callback.js'
import { exchangeCode } from './exchange-code.js'
import { misled } from './misled.js'
import { takeTransaction } from './take-transaction.js'

/** Ends a sign-in: the transaction is taken first, so that whatever comes of it, it comes once. */
export async function completeSignIn(
  parts: RelyingParts,
  url: unknown,
  transactionId: unknown,
  signal: AbortSignal | undefined,
): Promise<Result<OidcIdentity, OidcRefusal>> {
  const { settings } = parts
  const callback = readCallback(url)
  if (callback === undefined)
    return refused('OAUTH_CALLBACK_INVALID', 'The request does not end a sign-in: it has no state.')
  const taken = await takeTransaction(settings, transactionId, callback.state, signal)
  if (!taken.ok) return taken
  const transaction = taken.value
  const wrong = misled(settings, callback, transaction)
  if (wrong !== undefined) return wrong
  const identity = await identify(parts, callback, transaction, signal)
  const { returnTo } = transaction
  return identity.ok ? ok({ ...identity.value, returnTo }) : err(Object.assign(identity.error, { returnTo }))
}

/** Who has signed in, as the provider says. */
async function identify(
  parts: RelyingParts,
  callback: Callback,
  transaction: Transaction,
  signal: AbortSignal | undefined,
): Promise<Result<Omit<OidcIdentity, 'returnTo'>, AuthError>> {
  const { settings } = parts
  const talk = await converse(settings, signal)
  const answer = await exchangeCode(parts, talk, callback, transaction, signal)
  if (!answer.ok) return answer
  const tokens = tokensOf(answer.value.tokens, settings.rules.clock.now())
  const claims = await claimsOf(parts, talk, answer.value.claims, tokens, signal)
  if (!claims.ok) return claims
  const issuer = (answer.value.claims?.['iss'] as string | undefined) ?? settings.issuer
  return ok({ issuer, subject: claims.value.sub, claims: claims.value, tokens })
}

/** What the id token says, or without one the provider's API. */
async function claimsOf(
  { settings }: RelyingParts,
  talk: Conversation,
  claims: OidcClaims | undefined,
  { accessToken }: OidcTokens,
  signal: AbortSignal | undefined,
): Promise<Result<OidcClaims, AuthError>> {
  const { profile, rules } = settings
  if (profile !== undefined) return readProfile(profile, rules, accessToken, talk.metadata, signal)
  return claims === undefined ? refused('OAUTH_RESPONSE_INVALID', 'There is no id token.') : ok(claims)
}
