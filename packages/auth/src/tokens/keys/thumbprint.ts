import { calculateJwkThumbprint } from 'jose/jwk/thumbprint'
import type { JsonWebKey, JsonWebKeyMembers } from './json-web-key.js'
import type { NodeCrypto } from './node-crypto.js'

/**
 * The RFC 7638 SHA-256 thumbprint of a key: a name that depends on the key alone, the same for its public and private form.
 *
 * @example
 * await thumbprint({ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' })
 * // 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k'
 *
 * @throws TypeError for what is no key, and an error of jose for a key that lacks a member or is of an unknown kind.
 */
export async function thumbprint(jwk: JsonWebKey | JsonWebKeyMembers): Promise<string> {
  return calculateJwkThumbprint(jwk as Record<string, unknown>)
}

/** The members that make a key, in lexical order. RFC 7638, section 3.2. */
const MEMBERS: Readonly<Record<string, readonly (keyof JsonWebKey & string)[]>> = {
  RSA: ['e', 'kty', 'n'],
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
  oct: ['k', 'kty'],
}

/** The RFC 7638 thumbprint at once: `thumbprint` needs a promise, and a key must have its name when it is made. */
export function ownThumbprint(jwk: JsonWebKey, node: NodeCrypto): string {
  const members = (MEMBERS[jwk.kty ?? ''] ?? []).map((name) => [name, jwk[name]])
  return node
    .createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(members)))
    .digest('base64url')
}
