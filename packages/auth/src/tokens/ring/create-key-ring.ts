import { type Clock, systemClock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkMethods, checkOptions, invalidOption } from '@base/core/options'
import { placeOf } from '../../place.js'
import { timedRequest } from '../../timed-request.js'
import { type AsymmetricAlgorithm, checkAlgorithm, isSymmetric } from '../keys/algorithm.js'
import type { KeyRing } from './key-ring.js'
import type { KeyStore } from './key-store.js'
import { memoryKeyStore } from './memory-key-store.js'
import { StoredKeyRing } from './stored-key-ring.js'

const ROTATE_EVERY = '30d'

/** Options of {@link createKeyRing}; checked and read once, at construction. */
export interface KeyRingOptions {
  /** Where the keys are, for all nodes. @defaultValue memoryKeyStore() */
  readonly store?: KeyStore | undefined
  /** How new keys sign. Keys that are there keep theirs. @defaultValue 'ES256' */
  readonly algorithm?: AsymmetricAlgorithm | 'Ed25519' | undefined
  /** How long a key signs, more than `publishAhead`. @defaultValue '30d' */
  readonly rotateEvery?: Duration | undefined
  /**
   * How long a key is published before it signs, so that it is known everywhere by then; more than 0. At least 15 minutes are
   * good: others may keep the set for 10, whatever they are told.
   * @defaultValue '1h'
   */
  readonly publishAhead?: Duration | undefined
  /**
   * How long a key still verifies after another signs. A token service wants at least its `longestTtl`, which is
   * its `accessTtl` where none is given, its `clockSkew` and 5 minutes.
   * @defaultValue '1d'
   */
  readonly retireAfter?: Duration | undefined
  /** How long the store may take for each answer, more than 0. One that takes longer is away. @defaultValue '5s' */
  readonly timeout?: Duration | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/**
 * Signing keys that rotate without anyone noticing: each is published before it signs, and verifies for a while after it has
 * signed. All nodes on one store use the same keys; what a key is for follows from its times, so no node has to be up for a
 * rotation. A change on another node is seen within a minute. Where the store is away for longer, or does not answer, keys are no
 * longer given out: nobody could know of a compromise.
 *
 * @example
 * const ring = createKeyRing({ algorithm: 'EdDSA', rotateEvery: '30d' })
 * const { body, etag, cacheControl } = await ring.jwks()
 *
 * @throws InvalidOptionError naming the option.
 */
export function createKeyRing(options: KeyRingOptions = {}): KeyRing {
  const place = placeOf('createKeyRing')
  const given = checkOptions(options, place('options'))
  const { store = memoryKeyStore(), clock = systemClock, algorithm = 'ES256' } = given
  const milliseconds = (
    option: 'rotateEvery' | 'publishAhead' | 'retireAfter' | 'timeout',
    fallback: Duration,
  ) => toMilliseconds(given[option] ?? fallback, { ...place(option), positive: true })
  const rules = {
    rotateEvery: milliseconds('rotateEvery', ROTATE_EVERY),
    publishAhead: milliseconds('publishAhead', '1h'),
    retireAfter: milliseconds('retireAfter', '1d'),
  }
  if (rules.rotateEvery <= rules.publishAhead) {
    throw invalidOption(given.rotateEvery ?? ROTATE_EVERY, place('rotateEvery'), 'more than publishAhead')
  }
  const checked = checkAlgorithm(algorithm, place('algorithm'))
  if (isSymmetric(checked))
    throw invalidOption(algorithm, place('algorithm'), 'no HS algorithm, for its keys are published')
  checkMethods(store, ['load', 'replace'], place('store'))
  checkMethods(clock, ['now', 'monotonic', 'schedule'], place('clock'))
  return new StoredKeyRing({
    store: timedKeyStore(store, milliseconds('timeout', '5s'), clock),
    algorithm: checked,
    rules,
    clock,
  })
}

/** A store each of whose answers fails after that many milliseconds; one that comes later is not heard. */
function timedKeyStore(store: KeyStore, timeout: number, clock: Clock): KeyStore {
  const tooSlow = () => new Error(`No answer within ${timeout} ms.`)
  const within = <T>(ask: () => Promise<T>) =>
    timedRequest({ clock, timeout, name: 'answer of a key store', tooSlow }, ask)
  return {
    load: () => within(() => store.load()),
    replace: (expected, keys) => within(() => store.replace(expected, keys)),
  }
}
