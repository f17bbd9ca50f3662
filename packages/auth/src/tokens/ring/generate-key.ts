import { exportJWK } from 'jose/key/export'
import { generateKeyPair } from 'jose/key/generate/keypair'
import type { AsymmetricAlgorithm } from '../keys/algorithm.js'
import type { JsonWebKey } from '../keys/json-web-key.js'
import { thumbprint } from '../keys/thumbprint.js'
import type { StoredKey } from './key-store.js'

/** A new key that is to sign from that time on. */
export async function generateKey(algorithm: AsymmetricAlgorithm, activatesAt: number): Promise<StoredKey> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
  const jwk = (await exportJWK(privateKey)) as JsonWebKey
  return { kid: await thumbprint(jwk), algorithm, activatesAt, privateKey: jwk }
}
