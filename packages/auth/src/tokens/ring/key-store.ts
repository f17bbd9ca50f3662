import type { AsymmetricAlgorithm } from '../keys/algorithm.js'
import type { JsonWebKey } from '../keys/json-web-key.js'

/** A key of a ring, with its private part: a secret. */
export interface StoredKey {
  /** Its RFC 7638 thumbprint. */
  readonly kid: string
  /** The one algorithm that it is for. */
  readonly algorithm: AsymmetricAlgorithm
  /** From when on it signs, in epoch milliseconds. The next one ends that. */
  readonly activatesAt: number
  /** The private key. */
  readonly privateKey: JsonWebKey
}

/** All keys of a ring. */
export interface StoredKeys {
  /** Grows with every change; 0 where there never was a key. */
  readonly version: number
  /** In no order. */
  readonly keys: readonly StoredKey[]
}

/**
 * Keeps the keys of a ring for all nodes: one document with a version, changed as a whole by compare-and-set, so that of
 * several nodes that rotate at once one wins and the others see its key. Proven by `keyStoreConformance`.
 *
 * What it holds are private keys: who reads it can sign.
 */
export interface KeyStore {
  /** What is there now; `{ version: 0, keys: [] }` for nothing. */
  load(): Promise<StoredKeys>
  /**
   * Replaces all keys if the version is still `expected`, and makes it `expected + 1`, in one atomic step. Resolves with
   * whether it did.
   */
  replace(expected: number, keys: readonly StoredKey[]): Promise<boolean>
}
