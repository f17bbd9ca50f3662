import type { CryptoKey } from 'jose'
import type { Algorithm } from './algorithm.js'
import type { VerificationKey } from './key-source.js'

/** A key that is imported when it is first used, and not again: that costs more than a signature. */
export class ImportedKey implements VerificationKey {
  readonly kid: string | undefined
  readonly algorithms: readonly Algorithm[]
  /** Whose tokens it signs, where its JWK says so, unchecked. */
  readonly issuer: unknown
  readonly #load: (algorithm: Algorithm) => Promise<CryptoKey>
  readonly #loaded = new Map<Algorithm, CryptoKey | Promise<CryptoKey>>()

  constructor(
    kid: string | undefined,
    algorithms: readonly Algorithm[],
    load: (algorithm: Algorithm) => Promise<CryptoKey>,
    issuer?: unknown,
  ) {
    this.kid = kid
    this.algorithms = algorithms
    this.#load = load
    this.issuer = issuer
  }

  cryptoKey(algorithm: Algorithm): CryptoKey | Promise<CryptoKey> {
    return this.#loaded.get(algorithm) ?? this.#import(algorithm)
  }

  #import(algorithm: Algorithm): Promise<CryptoKey> {
    const loading = this.#load(algorithm).then((key) => {
      // Without a promise from now on: the next token is verified a turn earlier.
      this.#loaded.set(algorithm, key)
      return key
    })
    this.#loaded.set(algorithm, loading)
    return loading
  }
}
