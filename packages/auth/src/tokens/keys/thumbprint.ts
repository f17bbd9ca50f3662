import { calculateJwkThumbprint } from 'jose/jwk/thumbprint'
import type { JsonWebKey, JsonWebKeyMembers } from './json-web-key.js'

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

/** Whether a value has the form of a thumbprint. */
export function isThumbprint(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9_-]{43}$/.test(value)
}
