import { checkText } from '@base/core/options'
import { placeOf } from '../../place.js'
import type { OidcProviderSettings } from './provider-settings.js'

/** Options of {@link generic}. */
export interface GenericOptions {
  /** Who the provider is: an https URL, as it calls itself, to the last slash. */
  readonly issuer: string
}

/**
 * Sign-in with any provider of OpenID Connect that has metadata.
 *
 * @example
 * const client = createOidcClient({ ...generic({ issuer: 'https://login.example.com' }), clientId: 'shop', clientSecret: 'secret' })
 *
 * @throws InvalidOptionError where there is no issuer.
 */
export function generic(options: GenericOptions): OidcProviderSettings & { readonly issuer: string } {
  return { issuer: checkText(options?.issuer, placeOf('generic')('issuer')), scope: 'openid email profile' }
}
