import { untilAborted } from '@base/core/abort'
import { type Err, err, ok, type Result } from '@base/core/result'
import type { AuthError } from '../../errors/auth-error.js'
import { askStore } from '../../tokens/opaque/ask-store.js'
import { isOpaqueToken } from '../../tokens/opaque/opaque-token.js'
import { refused } from '../../tokens/refused.js'
import type { OidcIdentity, OidcRefusal } from '../oidc-client.js'
import type { OidcSettings } from '../oidc-options.js'
import { type Conversation, converse, type RelyingParts } from '../provider/conversation.js'
import { isIssuerOf } from '../provider/expected-issuer.js'
import { readProfile } from '../provider/profile.js'
import type { TokenAnswer } from '../provider/token-answer.js'
import type { OidcClaims } from '../providers/provider-settings.js'
import { clientName, rowKey, type Transaction, unseal } from '../transactions/transaction.js'
import { type Callback, readCallback } from './callback.js'
import { exchangeCode } from './exchange-code.js'

/** Ends a sign-in: the transaction is taken first, so that whatever comes of it, it comes once. */
export async function completeSignIn(
  parts: RelyingParts,
  url: unknown,
  transactionId: unknown,
  signal: AbortSignal | undefined,
): Promise<Result<OidcIdentity, OidcRefusal>> {
  const callback = readCallback(url)
  if (callback === undefined)
    return refused('OAUTH_CALLBACK_INVALID', 'The request does not end a sign-in: it has no state.')
  const taken = await takeTransaction(parts.settings, transactionId, callback.state, signal)
  if (!taken.ok) return taken
  const transaction = taken.value
  const wrong = misled(parts.settings, callback, transaction)
  if (wrong !== undefined) return wrong
  const identity = await identify(await converse(parts, signal), callback, transaction)
  const { returnTo } = transaction
  return identity.ok ? ok({ ...identity.value, returnTo }) : err(Object.assign(identity.error, { returnTo }))
}

/** The transaction of a state, for the browser that began it, and once. */
async function takeTransaction(
  { transactions, rules }: OidcSettings,
  transactionId: unknown,
  state: string,
  signal: AbortSignal | undefined,
): Promise<Result<Transaction, AuthError>> {
  if (!isOpaqueToken(transactionId))
    return refused('OAUTH_TRANSACTION_INVALID', 'The browser has brought no transaction id.')
  const names = { transactionId, state }
  const key = await rowKey(names)
  const take = askStore('sign-in', () => transactions.take(key, rules.clock.now()))
  const text = await untilAborted(take, signal)
  if (text === undefined) {
    const reason =
      'No sign-in waits for this state in this browser: it was ended, is too old, or began elsewhere.'
    return refused('OAUTH_TRANSACTION_INVALID', reason)
  }
  try {
    return ok(await unseal(names, text))
  } catch (cause) {
    return refused('OAUTH_TRANSACTION_INVALID', 'What the store gave is not what was put there.', cause)
  }
}

/**
 * Whether somebody has led the browser to the wrong place: a mix-up. Found before the code is sent anywhere, for whoever gets it
 * can use it.
 *
 * @see RFC 9207; RFC 9700, section 4.4
 */
function misled(
  settings: OidcSettings,
  { path, parameters }: Callback,
  { client, redirectUri }: Transaction,
): Err<AuthError> | undefined {
  if (client !== clientName(settings))
    return refused('OAUTH_WRONG_ISSUER', 'The sign-in began with another provider or client.')
  // The path alone: what is before it may have been changed by a proxy.
  if (path !== new URL(redirectUri).pathname)
    return refused('OAUTH_CALLBACK_INVALID', 'The answer has come to another path than the redirectUri.')
  const issuers = parameters.getAll('iss')
  if (issuers.every((issuer) => isIssuerOf(settings, issuer))) return undefined
  return refused('OAUTH_WRONG_ISSUER', 'The answer is from another provider: its iss says so.')
}

/** Who has signed in, as the provider says. */
async function identify(
  talk: Conversation,
  callback: Callback,
  transaction: Transaction,
): Promise<Result<Omit<OidcIdentity, 'returnTo'>, AuthError>> {
  const answer = await exchangeCode(talk, callback, transaction)
  if (!answer.ok) return answer
  const { tokens, claims: signed } = answer.value
  const claims = await claimsOf(talk, answer.value)
  if (!claims.ok) return claims
  const issuer = (signed?.['iss'] as string | undefined) ?? talk.settings.issuer
  return ok({ issuer, subject: claims.value.sub, claims: claims.value, tokens })
}

/** What the id token says, or without one the provider's API. */
async function claimsOf(
  talk: Conversation,
  { claims, tokens }: TokenAnswer,
): Promise<Result<OidcClaims, AuthError>> {
  const { profile } = talk.settings
  if (profile !== undefined) return readProfile(talk, profile, tokens.accessToken)
  return claims === undefined ? refused('OAUTH_RESPONSE_INVALID', 'There is no id token.') : ok(claims)
}
