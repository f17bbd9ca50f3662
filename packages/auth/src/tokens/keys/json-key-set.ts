import type { KeySet, VerificationKey } from './key-source.js'
import { StaticKeySet } from './static-key-set.js'
import { verificationKeyOf } from './web-keys.js'

/** A set that was read, and why keys of it were left out. */
export interface ReadKeySet {
  readonly set: KeySet
  readonly size: number
  readonly ignored: readonly string[]
}

/** Reads a JWK set. What cannot be used is ignored, as RFC 7517, section 5, has it. */
export function readKeySet(jwks: readonly unknown[]): ReadKeySet {
  const keys: VerificationKey[] = []
  const ignored: string[] = []
  for (const jwk of jwks) {
    const key = verificationKeyOf(jwk)
    if (typeof key === 'string') ignored.push(key)
    else keys.push(key)
  }
  return { set: new StaticKeySet(keys), size: keys.length, ignored }
}
