import { UnsupportedError } from '@base/core/errors'
import type { OidcMetadata } from '../provider/oidc-metadata.js'

/** An address that a provider may be without. @throws UnsupportedError where it is. */
export function neededAddress(
  metadata: OidcMetadata,
  name: 'userinfo_endpoint' | 'revocation_endpoint' | 'end_session_endpoint',
): string {
  const address = metadata[name]
  if (address !== undefined) return address
  throw new UnsupportedError({ message: `The provider ${metadata.issuer} has no ${name}.` })
}
