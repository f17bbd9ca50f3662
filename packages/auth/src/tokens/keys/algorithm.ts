import { checkOneOf, invalidOption, type OptionPlace } from '@base/core/options'

/** With one shared secret. */
export type SymmetricAlgorithm = 'HS256' | 'HS384' | 'HS512'
/** With a private key that signs and a public one that verifies. */
export type AsymmetricAlgorithm = 'RS256' | 'PS256' | 'ES256' | 'EdDSA'
/** How a token is signed. `EdDSA` is Ed25519, and covers the name `Ed25519` of RFC 9864. */
export type Algorithm = SymmetricAlgorithm | AsymmetricAlgorithm

/** How a caller may name them. */
export type AlgorithmName = Algorithm | 'Ed25519'

const SYMMETRIC: readonly SymmetricAlgorithm[] = ['HS256', 'HS384', 'HS512']
/** The algorithms with two keys, those to prefer first. */
export const ASYMMETRIC: readonly AsymmetricAlgorithm[] = ['EdDSA', 'ES256', 'PS256', 'RS256']
const NAMES: readonly AlgorithmName[] = [...SYMMETRIC, ...ASYMMETRIC, 'Ed25519']

/** The bytes that a secret must have at least: as many as its hash gives. RFC 7518, section 3.2. */
export const LEAST_SECRET: Readonly<Record<SymmetricAlgorithm, number>> = { HS256: 32, HS384: 48, HS512: 64 }

/** One name for each algorithm: `Ed25519` is `EdDSA`; `undefined` for what is none of ours, whatever its case. */
export function toAlgorithm(name: unknown): Algorithm | undefined {
  if (name === 'Ed25519') return 'EdDSA'
  return (NAMES as readonly unknown[]).includes(name) ? (name as Algorithm) : undefined
}

export function isSymmetric(algorithm: Algorithm): algorithm is SymmetricAlgorithm {
  return (SYMMETRIC as readonly string[]).includes(algorithm)
}

/** An algorithm that somebody named, checked. */
export function checkAlgorithm(name: unknown, place: OptionPlace): Algorithm {
  return toAlgorithm(checkOneOf(name, NAMES, place)) as Algorithm
}

/**
 * An allow-list, checked: not empty, and not with both a shared secret and a public key, for then what is public could
 * be taken for the secret.
 */
export function checkAlgorithms(names: unknown, place: OptionPlace): readonly Algorithm[] {
  if (!Array.isArray(names) || names.length === 0) {
    throw invalidOption(names, place, `a list of at least one of ${NAMES.join(', ')}`)
  }
  const algorithms = names.map((name) => checkAlgorithm(name, place))
  if (new Set(algorithms.map(isSymmetric)).size > 1) {
    throw invalidOption(names, place, 'either HS algorithms or others, not both')
  }
  return [...new Set(algorithms)]
}
