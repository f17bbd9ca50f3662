import type { OidcProviderSettings } from './provider-settings.js'

/**
 * Sign-in with Google.
 *
 * Whoever should be of one organisation must have its domain in the claim `hd`; check it, for a parameter alone can be left out.
 *
 * @example
 * const client = createOidcClient({ ...google(), clientId: 'shop.apps.googleusercontent.com', clientSecret: 'secret' })
 */
export function google(): OidcProviderSettings & { readonly issuer: string } {
  return {
    issuer: 'https://accounts.google.com',
    scope: 'openid email profile',
    clientAuthentication: 'client_secret_post',
  }
}
