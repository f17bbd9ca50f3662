import type { InvalidOptionError } from '@base/core/errors'
import { invalidOption, type OptionPlace } from '@base/core/options'
import { withoutText } from '../../without-text.js'
import type { KeyRing } from '../ring/key-ring.js'
import type { Algorithm } from './algorithm.js'
import { distinctKeys } from './distinct-keys.js'
import { type ReadKeySet, readKeySet } from './json-key-set.js'
import type { JsonWebKey, JsonWebKeyMembers, JsonWebKeySet } from './json-web-key.js'
import type { KeySet, KeySource, VerificationKey } from './key-source.js'
import { onlyAlgorithm, StaticKeySet } from './static-key-set.js'

/**
 * What a verifier takes as keys: a key of your own or several, a key ring, a remote JWK set, or the JSON of a JWK set that
 * you have.
 */
export type VerifierKeys =
  | VerificationKey
  | readonly VerificationKey[]
  | KeySource
  | JsonWebKeySet
  | {
      /** Those of a JWK set, also of another type of them, such as WebCrypto's. */
      readonly keys: readonly (JsonWebKey | JsonWebKeyMembers)[]
    }

/** The source that the option stands for. */
export function toKeySource(keys: unknown, place: OptionPlace): KeySource {
  if (isSource(keys)) return keys
  const own = ownKeys(keys)
  if (own !== undefined) return fixed(new StaticKeySet(distinctKeys(own, place)))
  if (isKeySet(keys)) return fixed(readOnce(keys).set)
  throw invalidOption(
    withoutText(keys),
    place,
    'a key, a list of keys, a key ring, a remote JWK set or a JWK set',
  )
}

/** The keys that somebody brought, if that is what they are. */
export function ownKeys(keys: unknown): readonly VerificationKey[] | undefined {
  const list = Array.isArray(keys) ? keys : [keys]
  return list.length > 0 && list.every(isKey) ? list : undefined
}

/**
 * Refuses keys that do not change where none of them can ever be used, and a key ring that makes keys for none of the list.
 *
 * @throws InvalidOptionError saying why one of them cannot, or what they are for.
 */
export function checkUsable(keys: unknown, allowed: readonly Algorithm[], place: OptionPlace): void {
  const ring = isSource(keys) ? (keys as Partial<KeyRing>).algorithm : undefined
  if (ring !== undefined && !allowed.includes(ring)) throw noneIsFor(ring, allowed, place)
  const read = isKeySet(keys) ? readOnce(keys) : { keys: ownKeys(keys), ignored: [] }
  if (read.keys === undefined) return
  if (read.keys.length === 0)
    throw invalidOption(read.ignored[0] ?? 'it is empty', place, 'a set with a key that can be used')
  const isFor = (key: VerificationKey) => allowed.includes(onlyAlgorithm(key, allowed) as Algorithm)
  if (read.keys.some(isFor)) return
  const found = read.keys.map(({ algorithms }) => algorithms.join(' or '))
  throw noneIsFor([...new Set(found)].join(', '), allowed, place)
}

function noneIsFor(found: string, allowed: readonly Algorithm[], place: OptionPlace): InvalidOptionError {
  return invalidOption(found, place, `such that one is for exactly one of ${allowed.join(', ')}`)
}

/** Sets that were read, by the object, with the keys that it had: `verifyJws` may get the same one with every token. */
const READ = new WeakMap<object, { readonly of: readonly unknown[]; readonly read: ReadKeySet }>()

/** Anew where the list has changed: a key that was taken out of it must not verify for whoever reads it from then on. */
function readOnce(jwks: JsonWebKeySet): ReadKeySet {
  const known = READ.get(jwks)
  if (known !== undefined && isSameList(known.of, jwks.keys)) return known.read
  const of = [...jwks.keys]
  const read = readKeySet(of)
  READ.set(jwks, { of, read })
  return read
}

function isSameList(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((key, index) => key === other[index])
}

function fixed(set: KeySet): KeySource {
  return { current: () => set, refresh: () => set }
}

/** Whether something gives keys, now and when it looks again. */
export function isSource(value: unknown): value is KeySource {
  const source = value as Partial<KeySource> | null | undefined
  return typeof source?.current === 'function' && typeof source.refresh === 'function'
}

function isKey(value: unknown): value is VerificationKey {
  const key = value as Partial<VerificationKey> | null | undefined
  return typeof key?.cryptoKey === 'function' && Array.isArray(key.algorithms)
}

function isKeySet(value: unknown): value is JsonWebKeySet {
  return Array.isArray((value as Partial<JsonWebKeySet> | null | undefined)?.keys)
}
