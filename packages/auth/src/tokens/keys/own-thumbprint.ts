import type { JsonWebKey } from './json-web-key.js'
import type { NodeCrypto } from './node-crypto.js'

/** The members that make a key, in lexical order. RFC 7638, section 3.2. */
const MEMBERS: Readonly<Record<string, readonly (keyof JsonWebKey & string)[]>> = {
  RSA: ['e', 'kty', 'n'],
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
  oct: ['k', 'kty'],
}

/**
 * The RFC 7638 thumbprint at once: `thumbprint` needs a promise, and a key must have its name when it is made. In a file of
 * its own, for the declarations of `thumbprint` must not name types of Node.
 */
export function ownThumbprint(jwk: JsonWebKey, node: NodeCrypto): string {
  const members = (MEMBERS[jwk.kty ?? ''] ?? []).map((name) => [name, jwk[name]])
  return node
    .createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(members)))
    .digest('base64url')
}
