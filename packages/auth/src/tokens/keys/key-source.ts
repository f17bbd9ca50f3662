import type { CryptoKey } from 'jose'
import type { Algorithm } from './algorithm.js'

/** A key that verifies. */
export interface VerificationKey {
  /** Its name, 1 to 128 printable ASCII characters; `undefined` for a key without one. */
  readonly kid: string | undefined
  /** What it may be used with: one algorithm, or what its family allows where nobody has said which. */
  readonly algorithms: readonly Algorithm[]
  /** The key for WebCrypto, imported once for each algorithm. Rejects for what is no key. */
  cryptoKey(algorithm: Algorithm): CryptoKey | Promise<CryptoKey>
}

/** What the header of a token says about its key; none of it is trusted. */
export interface KeyQuery {
  /** How it says that it is signed. */
  readonly algorithm: Algorithm
  /** The name of the key. */
  readonly kid: string | undefined
}

/** Why {@link KeySet.find} finds no key; `unclear_algorithm` where the one that is named could have several that are allowed. */
export type NoKey = 'unknown' | 'ambiguous' | 'wrong_algorithm' | 'unclear_algorithm'

/** Keys that verify at some moment. */
export interface KeySet {
  /**
   * The one key for a token: by `kid` where the token names one, else the only key with that algorithm. Keys are never tried
   * in turn. A key that does not say its algorithm has one where `allowed` leaves one.
   */
  find(query: KeyQuery, allowed: readonly Algorithm[]): VerificationKey | NoKey
  /** Whether a key that was found is still among them. */
  holds(key: VerificationKey): boolean
}

/** Where a verifier takes its keys from: a key ring, a remote set, or keys that stay as they are. */
export interface KeySource {
  /** The keys to verify with now: at once where they are known. Rejects where they cannot be had. */
  current(): KeySet | Promise<KeySet>
  /** Looks again, for a key that is unknown; how often it really does is the source's own matter. Rejects as `current` does. */
  refresh(): KeySet | Promise<KeySet>
}

/** A key that signs, at some moment. */
export interface Signer {
  /** Its name in the header of the tokens. */
  readonly kid: string
  /** How it signs. */
  readonly algorithm: Algorithm
  /** The key for WebCrypto. */
  signingKey(): CryptoKey | Promise<CryptoKey>
}

/** Keys that also sign. */
export interface SigningSource extends KeySource {
  /** The algorithms that its keys, also those that only verify, may have. */
  readonly algorithms: readonly Algorithm[]
  /** How long a key still verifies after another signs, in milliseconds; without it, for ever. */
  readonly retireAfter?: number | undefined
  /** The key to sign with now. Rejects where there is none to be had. */
  signer(): Signer | Promise<Signer>
}
