import type { Clock } from '@base/core/clock'
import { diagnosticsChannel } from '@base/core/diagnostics'
import { isAppError, UnavailableError } from '@base/core/errors'
import { checkText } from '@base/core/options'
import { placeOf } from '../../place.js'
import { type Algorithm, ASYMMETRIC, type AsymmetricAlgorithm } from '../keys/algorithm.js'
import type { KeySet, Signer } from '../keys/key-source.js'
import type { KeyRing, Rotation } from './key-ring.js'
import { isDueInTime, isRotationDue, type KeyStates, living, type RingRules, statesAt } from './key-states.js'
import type { KeyStore, StoredKey, StoredKeys } from './key-store.js'
import type { PublishedKeys } from './published-keys.js'
import { generateKey } from './ring-key.js'
import { RingSnapshot } from './ring-snapshot.js'

export interface RingParts {
  readonly store: KeyStore
  readonly algorithm: AsymmetricAlgorithm
  readonly rules: RingRules
  readonly clock: Clock
}

/** What a change comes to: what is to be stored, if anything. */
interface Change<T> {
  readonly result: T
  readonly keys?: readonly StoredKey[]
}

/** When the store was asked, and what was known then. */
interface Asked {
  readonly at: number
  readonly known: StoredKeys | undefined
}

/** Looks for changes of other nodes after this time, beside the work; after twice that, before it. */
const FRESH = 30_000
/** A rotation that failed is tried again after this time. */
const PAUSE = 30_000
/** The store is not asked more often than this for a key that is unknown, nor beside the work while it is away. */
const LEAST_PAUSE = 1_000
/** How often a change is tried that another node's comes before. */
const ATTEMPTS = 20

const rotated = diagnosticsChannel<Rotation>('base:auth:key-ring:rotated')
const failed = diagnosticsChannel<{ error: unknown }>('base:auth:key-ring:rotation_failed')
const compromised = diagnosticsChannel<{ kid: string }>('base:auth:key-ring:compromised')

/** The ring behind `createKeyRing`. */
export class StoredKeyRing implements KeyRing {
  readonly algorithm: AsymmetricAlgorithm
  readonly retireAfter: number
  /** Each key is for its own; those of an earlier setting still verify. */
  readonly algorithms: readonly Algorithm[] = ASYMMETRIC
  readonly #parts: RingParts
  #snapshot: RingSnapshot | undefined
  #readAt = Number.NEGATIVE_INFINITY
  #readTriedAt = Number.NEGATIVE_INFINITY
  #rotateTriedAt = Number.NEGATIVE_INFINITY
  #reading: Promise<RingSnapshot> | undefined
  /** The last look for a key that is unknown: where it failed, whoever asks within the pause is told the same. */
  #look: { readonly at: number; readonly set: Promise<KeySet> } | undefined
  #rotating: Promise<Rotation> | undefined

  constructor(parts: RingParts) {
    this.#parts = parts
    this.algorithm = parts.algorithm
    this.retireAfter = parts.rules.retireAfter
  }

  current(): KeySet | Promise<KeySet> {
    const latest = this.#latest()
    return latest instanceof Promise ? latest.then(({ set }) => set) : latest.set
  }

  refresh(): KeySet | Promise<KeySet> {
    // Whoever sends tokens decides how often this is asked for.
    if (this.#age() < LEAST_PAUSE) return this.current()
    const at = this.#parts.clock.monotonic()
    if (this.#look === undefined || at - this.#look.at >= LEAST_PAUSE)
      this.#look = { at, set: this.#read().then(({ set }) => set) }
    return this.#look.set
  }

  async signer(): Promise<Signer> {
    const snapshot = await this.#withKey()
    this.#rotateWhereDue(snapshot)
    return snapshot.signer
  }

  async jwks(): Promise<PublishedKeys> {
    const snapshot = await available(() => this.#withKey())
    this.#rotateWhereDue(snapshot)
    return snapshot.published(this.#parts.rules.publishAhead)
  }

  rotate(): Promise<Rotation> {
    return this.#rotateOnce(() => true)
  }

  async compromise(kid: string): Promise<{ readonly removed: boolean }> {
    checkText(kid, placeOf('KeyRing.compromise')('kid'))
    const removed = await this.#change(({ keys }) => this.#without(kid, keys))
    if (removed && compromised.hasSubscribers) compromised.publish({ kid })
    return { removed }
  }

  /** The keys as they are known now: at once while that is not long ago. */
  #latest(): RingSnapshot | Promise<RingSnapshot> {
    const age = this.#age()
    const snapshot = this.#snapshot
    if (snapshot === undefined || age >= 2 * FRESH) return this.#read()
    if (age >= FRESH) this.#readBeside()
    const now = this.#parts.clock.now()
    if (now >= snapshot.at && now < snapshot.states.until) return snapshot
    return this.#take(snapshot.stored, this.#readAt)
  }

  #age(): number {
    return this.#parts.clock.monotonic() - this.#readAt
  }

  #read(): Promise<RingSnapshot> {
    this.#reading ??= this.#load().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #load(): Promise<RingSnapshot> {
    const asked = this.#ask()
    return this.#learn(await this.#parts.store.load(), asked)
  }

  #ask(): Asked {
    return { at: this.#parts.clock.monotonic(), known: this.#snapshot?.stored }
  }

  /**
   * Answers overtake each other: one that was asked for before the present one came undoes nothing of it. An earlier version that was
   * asked for since is that of a store which was restored.
   */
  #learn(stored: StoredKeys, { at, known }: Asked): RingSnapshot {
    const present = this.#snapshot
    if (present !== undefined && present.stored !== known && stored.version < present.stored.version)
      return present
    return this.#take(stored, Math.max(at, this.#readAt))
  }

  #readBeside(): void {
    const now = this.#parts.clock.monotonic()
    if (now - this.#readTriedAt < LEAST_PAUSE) return
    this.#readTriedAt = now
    // If it fails until the keys are too old, whoever needs them will hear of it.
    this.#read().catch(() => {})
  }

  #take(stored: StoredKeys, readAt: number): RingSnapshot {
    const { clock, rules } = this.#parts
    this.#snapshot = new RingSnapshot(stored, clock.now(), rules, this.#snapshot)
    this.#readAt = readAt
    return this.#snapshot
  }

  /** With a key that signs: the first is made when it is first needed. */
  async #withKey(): Promise<RingSnapshot> {
    const known = await this.#latest()
    if (known.states.active !== undefined) return known
    // Another node may have made it by now.
    const read = await this.#read()
    if (read.states.active !== undefined) return read
    await this.rotate()
    return this.#latest()
  }

  /** Beside the work of who asks. */
  #rotateWhereDue({ states: known }: RingSnapshot): void {
    const { clock, rules } = this.#parts
    if (!isRotationDue(known, clock.now(), rules)) return
    const now = clock.monotonic()
    if (now - this.#rotateTriedAt < PAUSE) return
    this.#rotateTriedAt = now
    this.#rotateOnce((states) => isRotationDue(states, clock.now(), rules)).catch((error: unknown) => {
      if (failed.hasSubscribers) failed.publish({ error })
    })
  }

  #rotateOnce(isWanted: (states: KeyStates) => boolean): Promise<Rotation> {
    this.#rotating ??= this.#rotate(isWanted).finally(() => {
      this.#rotating = undefined
    })
    return this.#rotating
  }

  async #rotate(isWanted: (states: KeyStates) => boolean): Promise<Rotation> {
    const { clock, rules } = this.#parts
    const began = clock.now()
    let seen: ReadonlySet<string> | undefined
    let made: StoredKey | undefined
    const key = await this.#change(async ({ keys }) => {
      const now = clock.now()
      const states = statesAt(keys, now, rules)
      // The first key never waits: one that is younger than this call was made beside it.
      const isNew = ({ kid, activatesAt }: StoredKey) => seen?.has(kid) === false || activatesAt > began
      const isInTime = (key: StoredKey) => isDueInTime(key, now, rules)
      const added = [...states.pending, ...keys.filter(isNew)].find(isInTime)
      if (added !== undefined) return { result: added }
      if (states.active !== undefined && !isWanted(states)) return { result: states.active }
      seen = new Set(keys.map(({ kid }) => kid))
      const activatesAt = states.active === undefined ? now : now + rules.publishAhead
      made = { ...(made ?? (await generateKey(this.algorithm, activatesAt))), activatesAt }
      return { result: made, keys: [...living(states), made] }
    })
    const rotation = { kid: key.kid, activatesAt: key.activatesAt }
    if (key.kid === made?.kid && rotated.hasSubscribers) rotated.publish(rotation)
    return rotation
  }

  async #without(kid: string, keys: readonly StoredKey[]): Promise<Change<boolean>> {
    if (!keys.some((key) => key.kid === kid)) return { result: false }
    const now = this.#parts.clock.now()
    const states = statesAt(keys, now, this.#parts.rules)
    const rest = living(states).filter((key) => key.kid !== kid)
    if (states.active?.kid !== kid) return { result: true, keys: rest }
    const [waiting] = states.pending
    const next =
      waiting === undefined ? await generateKey(this.algorithm, now) : { ...waiting, activatesAt: now }
    return { result: true, keys: [...rest.filter((key) => key !== waiting), next] }
  }

  async #change<T>(decide: (stored: StoredKeys) => Promise<Change<T>>): Promise<T> {
    const { result, stored, asked } = await available(() => this.#replace(decide))
    this.#learn(stored, asked)
    return result
  }

  /** Changes the keys as if no other node did: loads, decides, replaces, and begins anew where another node was faster. */
  async #replace<T>(decide: (stored: StoredKeys) => Promise<Change<T>>) {
    const { store } = this.#parts
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const asked = this.#ask()
      const stored = await store.load()
      const { result, keys } = await decide(stored)
      if (keys === undefined) return { result, stored, asked }
      if (await store.replace(stored.version, keys))
        return { result, stored: { version: stored.version + 1, keys }, asked }
    }
    throw new UnavailableError({ message: 'Other nodes change the keys all the time.' })
  }
}

async function available<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (cause) {
    if (isAppError(cause, 'KEYS_UNAVAILABLE')) throw cause
    throw new UnavailableError({ code: 'KEYS_UNAVAILABLE', message: 'The keys cannot be reached.', cause })
  }
}
