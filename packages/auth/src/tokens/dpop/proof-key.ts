import type { JsonWebKey } from '../keys/json-web-key.js'
import type { VerificationKey } from '../keys/key-source.js'
import { thumbprint } from '../keys/thumbprint.js'
import { verificationKeyOf } from '../keys/web-keys.js'

/** What only a private key, or a secret, has. RFC 7518, sections 6.2.2, 6.3.2 and 6.4. */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']

/** The key that a proof brings along, and its thumbprint. */
export interface ProofKey {
  readonly key: VerificationKey
  readonly jkt: string
}

/**
 * Reads the key in the header of a proof. Here, and nowhere else, a token brings its own key: what it proves is only that its
 * sender has the private part of it. A key that comes with its private part is refused, for others have seen it.
 */
export async function readProofKey(jwk: unknown, kid: string | undefined): Promise<ProofKey | string> {
  if (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk)) return 'it has no jwk'
  if (PRIVATE.some((member) => Object.hasOwn(jwk, member))) return 'its jwk has a private part'
  const { kid: _, ...members } = jwk as JsonWebKey
  // Named as the header names it, so that it is found for it.
  const key = verificationKeyOf(kid === undefined ? members : { ...members, kid })
  if (typeof key === 'string') return `its jwk cannot be used: ${key}`
  return { key, jkt: await thumbprint(members) }
}
