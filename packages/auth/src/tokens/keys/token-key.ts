import type { CryptoKey } from 'jose'
import type { Algorithm } from './algorithm.js'
import { ImportedKey } from './imported-key.js'
import type { VerificationKey } from './key-source.js'

/**
 * A key that you bring yourself, from {@link hmacKey} or {@link pemKey}: for the `keys` of a verifier or a service. What it is
 * made of cannot be read from it, nor printed.
 */
export interface TokenKey extends VerificationKey {
  /** Its name in the header of tokens. */
  readonly kid: string
  /** The one algorithm that it is for. */
  readonly algorithm: Algorithm
  /** Whether it can sign; a public key only verifies. */
  readonly canSign: boolean
  /** The key that signs, for WebCrypto. Rejects for a public key. */
  signingKey(): CryptoKey | Promise<CryptoKey>
}

interface Material {
  readonly kid: string
  readonly algorithm: Algorithm
  /** RFC 7638, of what it is made of, whatever its name. */
  readonly thumbprint: string
  readonly load: () => Promise<CryptoKey>
  /** Where it can sign. */
  readonly loadSigning?: () => Promise<CryptoKey>
}

/** The key of {@link hmacKey} and {@link pemKey}. */
export class OwnKey extends ImportedKey implements TokenKey {
  declare readonly kid: string
  readonly algorithm: Algorithm
  readonly canSign: boolean
  readonly #thumbprint: string
  readonly #signing: ImportedKey | undefined

  constructor({ kid, algorithm, thumbprint, load, loadSigning }: Material) {
    super(kid, [algorithm], load)
    this.algorithm = algorithm
    this.#thumbprint = thumbprint
    this.canSign = loadSigning !== undefined
    this.#signing = loadSigning && new ImportedKey(kid, [algorithm], loadSigning)
  }

  isMadeOfSame(other: OwnKey): boolean {
    return this.#thumbprint === other.#thumbprint
  }

  signingKey(): CryptoKey | Promise<CryptoKey> {
    return (
      this.#signing?.cryptoKey(this.algorithm) ?? Promise.reject(new TypeError('A public key does not sign.'))
    )
  }
}
