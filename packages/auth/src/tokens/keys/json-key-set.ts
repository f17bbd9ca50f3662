import type { JsonWebKey } from './json-web-key.js'
import type { KeySet, VerificationKey } from './key-source.js'
import { StaticKeySet } from './static-key-set.js'
import { isForElse } from './usable-key.js'
import { verificationKeyOf } from './web-keys.js'

/** A set that was read, and why keys of it were left out. */
export interface ReadKeySet {
  readonly set: KeySet
  /** Those that can be used. */
  readonly keys: readonly VerificationKey[]
  readonly ignored: readonly string[]
}

/**
 * Reads a JWK set. What cannot be used is ignored, as RFC 7517, section 5, has it; so is a key that has its name and kind in
 * common with such a one, unless that says that it is for something else: nobody can say which is meant. Where both can be used,
 * neither is found by that name.
 */
export function readKeySet(jwks: readonly unknown[]): ReadKeySet {
  const read = jwks.map((jwk) => ({ name: nameOf(jwk), key: verificationKeyOf(jwk) }))
  const unusable = new Set(read.map(({ name, key }) => (typeof key === 'string' ? name : undefined)))
  const keys: VerificationKey[] = []
  const ignored: string[] = []
  for (const { name, key } of read) {
    if (typeof key === 'string') ignored.push(key)
    else if (name !== undefined && unusable.has(name)) ignored.push('its kid is there twice')
    else keys.push(key)
  }
  return { set: new StaticKeySet(keys), keys, ignored }
}

/** The name and kind under which a key is looked for, where it is. */
function nameOf(jwk: unknown): string | undefined {
  if (typeof jwk !== 'object' || jwk === null) return undefined
  const key: JsonWebKey = { ...jwk }
  const { kid, kty, alg } = key
  return kid === undefined || isForElse(key) ? undefined : JSON.stringify([kid, kty, alg])
}
