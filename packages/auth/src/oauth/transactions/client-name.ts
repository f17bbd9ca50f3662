import type { OidcSettings } from '../oidc-options.js'

/** Which client of which provider: what one has begun, no other may end. */
export function clientName({ issuer, clientId }: Pick<OidcSettings, 'issuer' | 'clientId'>): string {
  return JSON.stringify([issuer, clientId])
}
