import { checkText } from '@base/core/options'
import { placeOf } from '../../place.js'
import { signalOf } from '../../signal-of.js'
import type { LogoutOptions } from '../oidc-client.js'
import type { OidcSettings } from '../oidc-options.js'
import { neededAddress } from '../provider/oidc-metadata.js'
import { readRedirect } from '../sign-in/begin-options.js'
import { revealed } from './revealed.js'

const place = /* @__PURE__ */ placeOf('logoutUrl')

/** Where a browser signs out at the provider. @see OpenID Connect RP-Initiated Logout 1.0 */
export async function buildLogoutUrl(settings: OidcSettings, options: LogoutOptions): Promise<string> {
  const signal = signalOf(options, place)
  const { idToken, postLogoutRedirectUri: after, state } = options
  const parameters = {
    client_id: settings.clientId,
    id_token_hint: idToken === undefined ? undefined : revealed(idToken, place('idToken')),
    post_logout_redirect_uri:
      after === undefined ? undefined : readRedirect(after, place('postLogoutRedirectUri')),
    state: state === undefined ? undefined : checkText(state, place('state')),
  }
  const url = new URL(neededAddress(await settings.source.get(signal), 'end_session_endpoint'))
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) url.searchParams.set(name, value)
  return url.href
}
