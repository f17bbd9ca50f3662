import { exportJWK } from 'jose/key/export'
import { generateKeyPair } from 'jose/key/generate/keypair'
import type { AsymmetricAlgorithm } from '../keys/algorithm.js'
import { ImportedKey } from '../keys/imported-key.js'
import type { JsonWebKey } from '../keys/json-web-key.js'
import type { Signer, VerificationKey } from '../keys/key-source.js'
import { thumbprint } from '../keys/thumbprint.js'
import { usableKey } from '../keys/usable-key.js'
import { importWebKey } from '../keys/web-keys.js'
import type { StoredKey } from './key-store.js'

/** A stored key in two halves: whoever is given keys to verify with could sign with a whole one. */
export interface RingKey {
  readonly verification: VerificationKey
  readonly signer: Signer
  /** As others may see it. */
  readonly published: JsonWebKey
}

/** @throws TypeError for what a store should never hold. */
export function ringKey({ kid, algorithm, privateKey }: StoredKey): RingKey {
  const usable = usableKey({ ...privateKey, alg: algorithm, kid, use: 'sig', key_ops: undefined })
  if (typeof usable === 'string') throw new TypeError(`A key of the store cannot be used: ${usable}.`)
  const { material } = usable
  const signing = new ImportedKey(kid, [algorithm], () => importWebKey(privateKey, algorithm))
  return {
    verification: new ImportedKey(kid, [algorithm], () => importWebKey(material, algorithm)),
    signer: { kid, algorithm, signingKey: () => signing.cryptoKey(algorithm) },
    published: { ...material, kid, use: 'sig', alg: algorithm },
  }
}

/** A new key that is to sign from that time on. */
export async function generateKey(algorithm: AsymmetricAlgorithm, activatesAt: number): Promise<StoredKey> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
  const jwk = (await exportJWK(privateKey)) as JsonWebKey
  return { kid: await thumbprint(jwk), algorithm, activatesAt, privateKey: jwk }
}
