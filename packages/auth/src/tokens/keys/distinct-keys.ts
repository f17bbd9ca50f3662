import { invalidOption, type OptionPlace } from '@base/core/options'
import type { VerificationKey } from './key-source.js'
import { OwnKey } from './token-key.js'

/**
 * Keys that somebody brought, each once, and the first of those that are the same: the current and the previous one of a
 * configuration often are.
 *
 * @throws InvalidOptionError where two have name and algorithm in common and are not the same: no token could say which it means.
 */
export function distinctKeys(
  keys: readonly VerificationKey[],
  place: OptionPlace,
): readonly VerificationKey[] {
  const named = new Map<string, VerificationKey>()
  return keys.filter((key) => {
    if (key.kid === undefined) return true
    const name = JSON.stringify([key.kid, key.algorithms])
    const first = named.get(name)
    if (first === undefined) named.set(name, key)
    if (first === undefined) return true
    if (isSame(first, key)) return false
    throw invalidOption(key.kid, place, 'such that no two different keys have kid and algorithm in common')
  })
}

function isSame(one: VerificationKey, other: VerificationKey): boolean {
  return one === other || (one instanceof OwnKey && other instanceof OwnKey && one.isMadeOfSame(other))
}
