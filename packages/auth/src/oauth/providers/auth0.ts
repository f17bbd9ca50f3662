import { checkText, invalidOption } from '@base/core/options'
import { placeOf } from '../../place.js'
import type { OidcProviderSettings } from './provider-settings.js'

/** Options of {@link auth0}. */
export interface Auth0Options {
  /** The tenant's domain, or your own: `example.eu.auth0.com`. */
  readonly domain: string
}

const DOMAIN = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/

/**
 * Sign-in with Auth0.
 *
 * @example
 * const client = createOidcClient({ ...auth0({ domain: 'example.eu.auth0.com' }), clientId: 'shop', clientSecret: 'secret' })
 *
 * @throws InvalidOptionError for what is no domain.
 */
export function auth0(options: Auth0Options): OidcProviderSettings & { readonly issuer: string } {
  const place = placeOf('auth0')('domain')
  const domain = checkText(options?.domain, place).toLowerCase()
  if (!DOMAIN.test(domain)) throw invalidOption(domain, place, "a domain, such as 'example.eu.auth0.com'")
  // Auth0's issuers end with a slash, and it counts.
  return {
    issuer: `https://${domain}/`,
    scope: 'openid email profile',
    clientAuthentication: 'client_secret_post',
  }
}
