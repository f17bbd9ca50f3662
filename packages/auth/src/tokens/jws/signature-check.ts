import { ok, type Result } from '@base/core/result'
import type { AuthError } from '../../errors/auth-error.js'
import type { AuthErrorCode } from '../../errors/auth-error-code.js'
import type { Algorithm } from '../keys/algorithm.js'
import { decodeCanonical } from '../keys/base64url.js'
import type { KeySource, NoKey, VerificationKey } from '../keys/key-source.js'
import { keysUnavailable, refused } from '../refused.js'
import { LONGEST, partsOf } from './compact.js'
import type { JwsHeader } from './header.js'
import { HeaderMemory } from './header-memory.js'
import { isSigned } from './signature.js'

/** A token whose signature is good. */
export interface SignedToken {
  readonly header: JwsHeader
  /** Decoded. */
  readonly payload: Uint8Array
  /** What verified it. */
  readonly key: VerificationKey
}

/** Checks form, algorithm and signature of tokens, in this order, with the keys of one source. */
export class SignatureCheck {
  readonly #source: KeySource
  readonly #algorithms: readonly Algorithm[]
  readonly #longest: number
  readonly #headers = new HeaderMemory()

  constructor(source: KeySource, algorithms: readonly Algorithm[], longest: number = LONGEST) {
    this.#source = source
    this.#algorithms = algorithms
    this.#longest = longest
  }

  async check(token: unknown): Promise<Result<SignedToken, AuthError>> {
    if (typeof token === 'string' && token.length > this.#longest) {
      return refused('TOKEN_MALFORMED', `It is longer than ${this.#longest} characters.`)
    }
    const parts = partsOf(token, this.#longest)
    if (parts === undefined) return refused('TOKEN_MALFORMED', 'It is no compact JWS in its one legal form.')
    const read = this.#headers.read(parts.header)
    if (typeof read === 'string') return refused('TOKEN_MALFORMED', `In the header: ${read}.`)
    const { algorithm, header } = read
    if (algorithm === undefined || !this.#algorithms.includes(algorithm)) {
      return refused('TOKEN_ALG_NOT_ALLOWED', `Its alg is not in the list: ${this.#algorithms.join(', ')}.`)
    }
    const query = { algorithm, kid: header.kid }
    let key: VerificationKey | NoKey
    try {
      const now = this.#source.current()
      key = (now instanceof Promise ? await now : now).find(query, this.#algorithms)
      if (key === 'unknown') key = (await this.#source.refresh()).find(query, this.#algorithms)
    } catch (cause) {
      return keysUnavailable(cause)
    }
    if (typeof key === 'string') return refused(...REASONS[key])
    try {
      const imported = key.cryptoKey(algorithm)
      const cryptoKey = imported instanceof Promise ? await imported : imported
      if (!(await isSigned(token as string, algorithm, cryptoKey))) return refused(...BAD_SIGNATURE)
    } catch {
      // A signature that cannot be checked, with a key that is no point of its curve, is none.
      return refused(...BAD_SIGNATURE)
    }
    this.#headers.keep(parts.header, read)
    return ok({ header, payload: decodeCanonical(parts.payload), key })
  }
}

const BAD_SIGNATURE = ['TOKEN_BAD_SIGNATURE', 'The signature does not fit.'] as const

const REASONS: Readonly<Record<NoKey, [AuthErrorCode, string]>> = {
  unknown: ['TOKEN_UNKNOWN_KEY', 'There is no key for it.'],
  ambiguous: ['TOKEN_UNKNOWN_KEY', 'There are several keys for it, and keys are not tried in turn.'],
  unclear_algorithm: [
    'TOKEN_ALG_NOT_ALLOWED',
    'The key that it names does not say its alg, and the list leaves it several.',
  ],
  wrong_algorithm: ['TOKEN_ALG_NOT_ALLOWED', 'The key that it names is not for its alg.'],
}
