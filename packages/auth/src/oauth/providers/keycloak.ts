import { placeOf } from '../../place.js'
import { checkName } from '../../tokens/opaque/check-name.js'
import { checkAddress } from '../../web-address.js'
import type { OidcProviderSettings } from './provider-settings.js'

/** Options of {@link keycloak}. */
export interface KeycloakOptions {
  /** Where Keycloak is, with its path where it has one (`/auth` before version 17). */
  readonly url: string
  /** The realm's name. */
  readonly realm: string
}

/**
 * Sign-in with a realm of Keycloak.
 *
 * @example
 * const client = createOidcClient({
 *   ...keycloak({ url: 'https://sso.example.com', realm: 'staff' }),
 *   clientId: 'shop',
 *   clientSecret: 'secret',
 * })
 *
 * @throws InvalidOptionError naming the option.
 */
export function keycloak(options: KeycloakOptions): OidcProviderSettings & { readonly issuer: string } {
  const place = placeOf('keycloak')
  const url = checkAddress(options?.url, place('url'))
  const realm = encodeURIComponent(checkName(options.realm, place('realm')))
  return { issuer: `${url.replace(/\/+$/, '')}/realms/${realm}`, scope: 'openid email profile' }
}
