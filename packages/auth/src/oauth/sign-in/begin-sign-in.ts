import { untilAborted } from '@base/core/abort'
import { placeOf } from '../../place.js'
import { signalOf } from '../../signal-of.js'
import { askStore } from '../../tokens/opaque/ask-store.js'
import { createHandle, createOpaqueToken, isOpaqueToken } from '../../tokens/opaque/opaque-token.js'
import type { BeginOptions, BegunSignIn } from '../oidc-client.js'
import { type Conversation, converse, type RelyingParts } from '../provider/conversation.js'
import { clientName, seal, type Transaction } from '../transactions/transaction.js'
import { type BeginSettings, readBegin } from './begin-options.js'

/** Begins a sign-in: what is needed on the way back is kept, and the browser gets its part of the key. */
export async function beginSignIn(parts: RelyingParts, options: BeginOptions): Promise<BegunSignIn> {
  const { settings } = parts
  const begin = readBegin(options, settings.profile === undefined)
  const signal = signalOf(options, placeOf('begin'))
  const talk = await converse(parts, signal)
  const state = talk.oauth.generateRandomState()
  const transactionId = await transactionIdFor(options.transactionId)
  const transaction: Transaction = {
    client: clientName(settings),
    redirectUri: begin.redirectUri,
    returnTo: begin.returnTo,
    verifier: talk.oauth.generateRandomCodeVerifier(),
    nonce: talk.oauth.generateRandomNonce(),
    maxAge: begin.maxAge,
  }
  const { key, text } = await seal({ transactionId, state }, transaction)
  const { transactions, transactionTtl, cookie, rules } = settings
  const put = askStore('sign-in', () => transactions.put(key, text, transactionTtl, rules.clock.now()))
  await untilAborted(put, signal)
  const url = await authorizationUrl(talk, begin, transaction, state)
  return { url, transactionId, cookie: cookie.set(transactionId, transactionTtl) }
}

/** The browser's own, so that tabs do not end each other's sign-ins; what comes from it and is none is left out. */
async function transactionIdFor(own: unknown): Promise<string> {
  return isOpaqueToken(own) ? own : (await createOpaqueToken(createHandle())).text
}

async function authorizationUrl(
  { oauth, metadata, settings }: Conversation,
  { prompt, loginHint, maxAge }: BeginSettings,
  { redirectUri, verifier, nonce }: Transaction,
  state: string,
): Promise<string> {
  const url = new URL(metadata.authorization_endpoint)
  const parameters = {
    ...settings.authorizationParameters,
    response_type: 'code',
    client_id: settings.clientId,
    redirect_uri: redirectUri,
    scope: settings.scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    // Plain OAuth 2 has no id token that it would come back in.
    ...(settings.profile === undefined && { nonce }),
    ...(prompt !== undefined && { prompt }),
    ...(loginHint !== undefined && { login_hint: loginHint }),
    ...(maxAge !== undefined && { max_age: String(maxAge) }),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url.href
}
