import { exportJWK } from 'jose/key/export'
import { generateKeyPair } from 'jose/key/generate/keypair'
import type { AsymmetricAlgorithm } from '../keys/algorithm.js'
import type { JsonWebKey } from '../keys/json-web-key.js'
import { thumbprint } from '../keys/thumbprint.js'
import { OwnKey } from '../keys/token-key.js'
import { usableKey } from '../keys/usable-key.js'
import { importWebKey } from '../keys/web-keys.js'
import type { StoredKey } from './key-store.js'

export interface RingKey {
  readonly key: OwnKey
  /** As others may see it. */
  readonly published: JsonWebKey
}

/** @throws TypeError for what a store should never hold. */
export function ringKey({ kid, algorithm, privateKey }: StoredKey): RingKey {
  const usable = usableKey({ ...privateKey, alg: algorithm, kid, use: 'sig', key_ops: undefined })
  if (typeof usable === 'string') throw new TypeError(`A key of the store cannot be used: ${usable}.`)
  const { material } = usable
  const key = new OwnKey({
    kid,
    algorithm,
    thumbprint: kid,
    load: () => importWebKey(material, algorithm),
    loadSigning: () => importWebKey(privateKey, algorithm),
  })
  return { key, published: { ...material, kid, use: 'sig', alg: algorithm } }
}

/** A new key that is to sign from that time on. */
export async function generateKey(algorithm: AsymmetricAlgorithm, activatesAt: number): Promise<StoredKey> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
  const jwk = (await exportJWK(privateKey)) as JsonWebKey
  return { kid: await thumbprint(jwk), algorithm, activatesAt, privateKey: jwk }
}
