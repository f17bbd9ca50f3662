import type { Algorithm } from './algorithm.js'
import type { KeyQuery, KeySet, NoKey, VerificationKey } from './key-source.js'

/** Keys that do not change. */
export class StaticKeySet implements KeySet {
  readonly #all: ReadonlySet<VerificationKey>
  /** In a Map, for the name comes from the token: `__proto__` is a name like any other. */
  readonly #byKid = new Map<string, VerificationKey[]>()

  constructor(keys: Iterable<VerificationKey>) {
    this.#all = new Set(keys)
    for (const key of this.#all) {
      if (key.kid === undefined) continue
      const same = this.#byKid.get(key.kid)
      if (same === undefined) this.#byKid.set(key.kid, [key])
      else same.push(key)
    }
  }

  find({ algorithm, kid }: KeyQuery, allowed: readonly Algorithm[]): VerificationKey | NoKey {
    const named = kid === undefined ? this.#all : this.#byKid.get(kid)
    if (named === undefined) return 'unknown'
    const fitting: VerificationKey[] = []
    for (const key of named) {
      if (onlyAlgorithm(key, allowed) === algorithm) fitting.push(key)
    }
    const [key] = fitting
    if (key === undefined) return kid === undefined ? 'unknown' : whyNone(named, algorithm)
    return fitting.length > 1 ? 'ambiguous' : key
  }

  holds(key: VerificationKey): boolean {
    return this.#all.has(key)
  }
}

function whyNone(named: Iterable<VerificationKey>, algorithm: Algorithm): NoKey {
  for (const { algorithms } of named) {
    if (algorithms.length > 1 && algorithms.includes(algorithm)) return 'unclear_algorithm'
  }
  return 'wrong_algorithm'
}

/** The algorithm of a key, where its own list and the verifier's leave exactly one. */
export function onlyAlgorithm(
  { algorithms }: VerificationKey,
  allowed: readonly Algorithm[],
): Algorithm | undefined {
  if (algorithms.length === 1) return algorithms[0]
  const left = algorithms.filter((algorithm) => allowed.includes(algorithm))
  return left.length === 1 ? left[0] : undefined
}
