import { invalidOption, type OptionPlace } from '@base/core/options'
import { withoutText } from '../../without-text.js'
import { type ReadKeySet, readKeySet } from './json-key-set.js'
import type { JsonWebKeySet } from './json-web-key.js'
import type { KeySet, KeySource, VerificationKey } from './key-source.js'
import { StaticKeySet } from './static-key-set.js'

/**
 * What a verifier takes as keys: a key of your own or several, a key ring, a remote JWK set, or the JSON of a JWK set that
 * you have.
 */
export type VerifierKeys = VerificationKey | readonly VerificationKey[] | KeySource | JsonWebKeySet

/** The source that the option stands for. */
export function toKeySource(keys: unknown, place: OptionPlace): KeySource {
  if (isSource(keys)) return keys
  const own = ownKeys(keys)
  if (own !== undefined) return fixed(new StaticKeySet(own))
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

/** Why no key of a JWK set can be used, where that is so. */
export function unusable(keys: unknown): string | undefined {
  if (!isKeySet(keys)) return undefined
  const { size, ignored } = readOnce(keys)
  return size > 0 ? undefined : (ignored[0] ?? 'it is empty')
}

/** Sets that were read, by the object: `verifyJws` may get the same one with every token. */
const READ = new WeakMap<object, ReadKeySet>()

function readOnce(jwks: JsonWebKeySet): ReadKeySet {
  const known = READ.get(jwks)
  if (known !== undefined) return known
  const read = readKeySet(jwks.keys)
  READ.set(jwks, read)
  return read
}

function fixed(set: KeySet): KeySource {
  return { current: () => set, refresh: () => set }
}

function isSource(value: unknown): value is KeySource {
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
