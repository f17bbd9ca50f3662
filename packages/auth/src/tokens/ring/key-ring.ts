import type { AsymmetricAlgorithm } from '../keys/algorithm.js'
import type { SigningSource } from '../keys/key-source.js'
import type { PublishedKeys } from './published-keys.js'

/** A key that was added. */
export interface Rotation {
  /** Its name. */
  readonly kid: string
  /** From when on it signs, in epoch milliseconds. */
  readonly activatesAt: number
}

/** Keys that come and go by themselves. Made by `createKeyRing`. */
export interface KeyRing extends SigningSource {
  /** How new keys sign. */
  readonly algorithm: AsymmetricAlgorithm
  /** How long a key still verifies after another signs, in milliseconds. */
  readonly retireAfter: number
  /**
   * Adds the next key, which signs after `publishAhead`; the first of all signs at once. Where one is waiting already, or
   * another node adds one at the same time, that is the one. Happens by itself every `rotateEvery`, when a node signs or is
   * asked for the set.
   *
   * @throws UnavailableError `KEYS_UNAVAILABLE` where the store is away; the key may have been added all the same.
   */
  rotate(): Promise<Rotation>
  /**
   * The public keys, for others to verify with.
   *
   * @throws UnavailableError `KEYS_UNAVAILABLE` where the store is away.
   */
  jwks(): Promise<PublishedKeys>
  /**
   * Takes a key out at once, because somebody else may have it: its tokens are refused from now on here, within a minute on the
   * other nodes, and elsewhere when they fetch the set again. If it signed, the waiting key signs at once, or a new one.
   *
   * @throws UnavailableError `KEYS_UNAVAILABLE` where the store is away: try again until it resolves.
   */
  compromise(kid: string): Promise<{
    /** Whether the key was there. */
    readonly removed: boolean
  }>
}
