import type { OidcMetadata } from '../provider/oidc-metadata.js'
import { UnusableAnswer } from '../provider/provider-fetch.js'
import type { AskProvider, OidcClaims, OidcProviderSettings } from './provider-settings.js'

const API = 'https://api.github.com'

/**
 * Sign-in with GitHub, which is plain OAuth 2: it signs no id token, so its API is asked who the user is.
 *
 * The claims have the names of OpenID Connect. `sub` is the number of the account, for a login can be renamed and then be taken by
 * another; `email` is the primary address, and it is there only if GitHub has verified it.
 *
 * @example
 * const client = createOidcClient({ ...github(), clientId: 'Iv1.0123456789', clientSecret: 'secret' })
 */
export function github(): OidcProviderSettings & { readonly metadata: OidcMetadata } {
  return {
    metadata: {
      issuer: 'https://github.com/login/oauth',
      authorization_endpoint: 'https://github.com/login/oauth/authorize',
      token_endpoint: 'https://github.com/login/oauth/access_token',
    },
    scope: 'read:user user:email',
    clientAuthentication: 'client_secret_post',
    profile: readProfile,
  }
}

async function readProfile(ask: AskProvider): Promise<OidcClaims> {
  const user = (await ask(`${API}/user`)) as Readonly<Record<string, unknown>>
  const { id, login, name, avatar_url: picture, html_url: profile } = user
  if (!Number.isSafeInteger(id)) throw new TypeError('The account has no number.')
  const email = await readEmail(ask)
  return {
    sub: String(id),
    preferred_username: login,
    ...(typeof name === 'string' && { name }),
    ...(typeof picture === 'string' && { picture }),
    ...(typeof profile === 'string' && { profile }),
    ...(email !== undefined && { email, email_verified: true }),
  }
}

/** A GitHub App that may not read addresses is refused them, and its users sign in without one. */
async function readEmail(ask: AskProvider): Promise<string | undefined> {
  const list = await ask(`${API}/user/emails`).catch((error: unknown) => {
    if (error instanceof UnusableAnswer) return undefined
    throw error
  })
  if (!Array.isArray(list)) return undefined
  const found = list.find((one) => one?.primary === true && one.verified === true)
  return typeof found?.email === 'string' ? found.email : undefined
}
