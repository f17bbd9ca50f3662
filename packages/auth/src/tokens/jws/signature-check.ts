import { ok, type Result } from '@base/core/result'
import { compactVerify } from 'jose/jws/compact/verify'
import type { AuthError } from '../../errors/auth-error.js'
import type { AuthErrorCode } from '../../errors/auth-error-code.js'
import type { Algorithm } from '../keys/algorithm.js'
import type { KeySet, KeySource, NoKey, VerificationKey } from '../keys/key-source.js'
import { keysUnavailable, refused } from '../refused.js'
import { headerOf, LONGEST } from './compact.js'
import type { JwsHeader } from './header.js'
import { HeaderMemory } from './header-memory.js'

/** A token whose signature is good. */
export interface SignedToken {
  readonly header: JwsHeader
  readonly payload: Uint8Array
  /** What verified it. */
  readonly key: VerificationKey
}

/** Checks form, algorithm and signature of tokens, in this order, with the keys of one source. */
export class SignatureCheck {
  readonly #source: KeySource
  readonly #algorithms: readonly Algorithm[]
  readonly #headers = new HeaderMemory()

  constructor(source: KeySource, algorithms: readonly Algorithm[]) {
    this.#source = source
    this.#algorithms = algorithms
  }

  async check(token: unknown): Promise<Result<SignedToken, AuthError>> {
    const encoded = headerOf(token)
    if (encoded === undefined) {
      return refused('TOKEN_MALFORMED', `It is no compact JWS of at most ${LONGEST} characters.`)
    }
    const read = this.#headers.read(encoded)
    if (typeof read === 'string') return refused('TOKEN_MALFORMED', `In the header: ${read}.`)
    const { algorithm, header } = read
    if (algorithm === undefined || !this.#algorithms.includes(algorithm)) {
      return refused('TOKEN_ALG_NOT_ALLOWED', `Its alg is not in the list: ${this.#algorithms.join(', ')}.`)
    }
    let set: KeySet
    try {
      const now = this.#source.current()
      set = now instanceof Promise ? await now : now
      if (set.find({ algorithm, kid: header.kid }, this.#algorithms) === 'unknown') {
        set = await this.#source.refresh()
      }
    } catch (cause) {
      return keysUnavailable(cause)
    }
    const key = set.find({ algorithm, kid: header.kid }, this.#algorithms)
    if (typeof key === 'string') return refused(...REASONS[key])
    const payload = await verifiedPayload(token as string, header.alg, algorithm, key)
    if (payload === undefined) return refused('TOKEN_BAD_SIGNATURE', 'The signature does not fit.')
    this.#headers.keep(encoded, read)
    return ok({ header, payload, key })
  }
}

const REASONS: Readonly<Record<NoKey, [AuthErrorCode, string]>> = {
  unknown: ['TOKEN_UNKNOWN_KEY', 'There is no key for it.'],
  ambiguous: ['TOKEN_UNKNOWN_KEY', 'There are several keys for it, and keys are not tried in turn.'],
  wrong_algorithm: ['TOKEN_ALG_NOT_ALLOWED', 'The key that it names is not for its alg.'],
}

/** jose's error says no more than that, and is the same for a key that is no point of its curve. */
async function verifiedPayload(
  token: string,
  alg: string,
  algorithm: Algorithm,
  key: VerificationKey,
): Promise<Uint8Array | undefined> {
  try {
    const imported = key.cryptoKey(algorithm)
    const cryptoKey = imported instanceof Promise ? await imported : imported
    return (await compactVerify(token, cryptoKey, { algorithms: [alg] })).payload
  } catch {
    return undefined
  }
}
