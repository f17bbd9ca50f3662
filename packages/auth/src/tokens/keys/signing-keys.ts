import { invalidOption, type OptionPlace } from '@base/core/options'
import { withoutText } from '../../without-text.js'
import { checkAlgorithms } from './algorithm.js'
import type { SigningSource } from './key-source.js'
import type { TokenKey } from './token-key.js'
import { isSource, ownKeys, toKeySource } from './verifier-keys.js'

/** What a service takes as keys: a key ring, or keys of your own, of which the first signs and all verify. */
export type ServiceKeys = SigningSource | TokenKey | readonly TokenKey[]

/** The source that the option stands for. */
export function toSigningSource(keys: unknown, place: OptionPlace): SigningSource {
  if (isSigningSource(keys)) return keys
  const own = ownKeys(keys) as readonly TokenKey[] | undefined
  const [first] = own ?? []
  if (own === undefined || first?.canSign !== true) {
    throw invalidOption(withoutText(keys), place, 'a key ring, or keys of which the first can sign')
  }
  const algorithms = checkAlgorithms(
    own.flatMap((key) => key.algorithms),
    place,
  )
  return { ...toKeySource(own, place), algorithms, signer: () => first }
}

function isSigningSource(value: unknown): value is SigningSource {
  const { signer, algorithms } = (value ?? {}) as Partial<SigningSource>
  return typeof signer === 'function' && Array.isArray(algorithms) && isSource(value)
}
