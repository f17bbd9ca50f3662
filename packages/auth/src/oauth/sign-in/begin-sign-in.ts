import { untilAborted } from '@base/core/abort'
import { placeOf } from '../../place.js'
import { signalOf } from '../../signal-of.js'
import { askStore } from '../../tokens/opaque/ask-store.js'
import { createHandle, createOpaqueToken, isOpaqueToken } from '../../tokens/opaque/opaque-token.js'
import type { BeginOptions, BegunSignIn } from '../oidc-client.js'
import { converse } from '../provider/conversation.js'
import type { RelyingParts } from '../relying-parts.js'
import { clientName } from '../transactions/client-name.js'
import { seal, type Transaction } from '../transactions/transaction.js'
import { authorizationUrl } from './authorization-url.js'
import { readBegin } from './begin-options.js'

/** Begins a sign-in: what is needed on the way back is kept, and the browser gets its part of the key. */
export async function beginSignIn({ settings }: RelyingParts, options: BeginOptions): Promise<BegunSignIn> {
  const begin = readBegin(options, settings.profile === undefined)
  const signal = signalOf(options, placeOf('begin'))
  const talk = await converse(settings, signal)
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
  const url = await authorizationUrl(talk, settings, begin, transaction, state)
  return { url, transactionId, cookie: cookie.set(transactionId, transactionTtl) }
}

/** The browser's own, so that tabs do not end each other's sign-ins; what comes from it and is none is left out. */
async function transactionIdFor(own: unknown): Promise<string> {
  return isOpaqueToken(own) ? own : (await createOpaqueToken(createHandle())).text
}
