import type { KeySet, Signer } from '../keys/key-source.js'
import { StaticKeySet } from '../keys/static-key-set.js'
import { type KeyStates, living, type RingRules, statesAt } from './key-states.js'
import type { StoredKeys } from './key-store.js'
import { type PublishedKeys, publish } from './published-keys.js'
import { type RingKey, ringKey } from './ring-key.js'

/** Stored keys, made ready, at some moment. */
export class RingSnapshot {
  readonly stored: StoredKeys
  /** The moment, in epoch milliseconds. */
  readonly at: number
  readonly states: KeyStates
  readonly set: KeySet
  readonly #keys: ReadonlyMap<string, RingKey>
  #published: Promise<PublishedKeys> | undefined

  /** Keys that were there before are taken over, so that they are not imported again and tokens stay verified. */
  constructor(stored: StoredKeys, now: number, rules: RingRules, before?: RingSnapshot) {
    this.stored = stored
    this.at = now
    this.states = statesAt(stored.keys, now, rules)
    const keys = living(this.states)
    this.#keys = new Map(keys.map((key) => [key.kid, before?.keyOf(key.kid) ?? ringKey(key)]))
    this.set = new StaticKeySet([...this.#keys.values()].map(({ verification }) => verification))
  }

  keyOf(kid: string): RingKey | undefined {
    return this.#keys.get(kid)
  }

  /** @throws TypeError where no key is active. */
  get signer(): Signer {
    const active = this.keyOf(this.states.active?.kid ?? '')
    if (active === undefined) throw new TypeError('No key is active.')
    return active.signer
  }

  published(publishAhead: number): Promise<PublishedKeys> {
    this.#published ??= publish(
      [...this.#keys.values()].map(({ published }) => published),
      publishAhead,
    )
    return this.#published
  }
}
