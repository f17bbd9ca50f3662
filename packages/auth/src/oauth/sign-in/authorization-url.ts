import type { OidcSettings } from '../oidc-options.js'
import type { Conversation } from '../provider/conversation.js'
import type { Transaction } from '../transactions/transaction.js'
import type { BeginSettings } from './begin-options.js'

/** Where the browser is sent. */
export async function authorizationUrl(
  { oauth, metadata }: Conversation,
  settings: OidcSettings,
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
