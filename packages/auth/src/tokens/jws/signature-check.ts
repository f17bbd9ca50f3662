import { ok, type Result } from '@base/core/result'
import { flattenedVerify } from 'jose/jws/flattened/verify'
import type { AuthError } from '../../errors/auth-error.js'
import type { AuthErrorCode } from '../../errors/auth-error-code.js'
import type { Algorithm } from '../keys/algorithm.js'
import type { KeyQuery, KeySource, NoKey, VerificationKey } from '../keys/key-source.js'
import { refused } from '../refused.js'
import { type CompactParts, LONGEST, splitCompact } from './compact.js'
import type { JwsHeader, ReadHeader } from './header.js'
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
    const parts = splitCompact(token)
    if (parts === undefined) {
      return refused('TOKEN_MALFORMED', `It is no compact JWS of at most ${LONGEST} characters.`)
    }
    const read = this.#headers.read(parts.protected)
    if (typeof read === 'string') return refused('TOKEN_MALFORMED', `In the header: ${read}.`)
    const { algorithm, header } = read
    if (algorithm === undefined || !this.#algorithms.includes(algorithm)) {
      return refused('TOKEN_ALG_NOT_ALLOWED', `Its alg is not in the list: ${this.#algorithms.join(', ')}.`)
    }
    const found = await this.#findKey({ algorithm, kid: header.kid })
    return found.ok ? this.#verify(parts, read, algorithm, found.value) : found
  }

  async #findKey(query: KeyQuery): Promise<Result<VerificationKey, AuthError>> {
    let key: VerificationKey | NoKey
    try {
      const now = this.#source.current()
      key = (now instanceof Promise ? await now : now).find(query, this.#algorithms)
      if (key === 'unknown') key = (await this.#source.refresh()).find(query, this.#algorithms)
    } catch (cause) {
      return refused('KEYS_UNAVAILABLE', 'The keys could not be read.', cause)
    }
    return typeof key === 'string' ? refused(...REASONS[key]) : ok(key)
  }

  async #verify(
    parts: CompactParts,
    read: ReadHeader,
    algorithm: Algorithm,
    key: VerificationKey,
  ): Promise<Result<SignedToken, AuthError>> {
    const { header } = read
    try {
      const imported = key.cryptoKey(algorithm)
      const cryptoKey = imported instanceof Promise ? await imported : imported
      const { payload } = await flattenedVerify(parts, cryptoKey, { algorithms: [header.alg] })
      this.#headers.keep(parts.protected, read)
      return ok({ header, payload, key })
    } catch {
      // jose's error says no more, and what it says is the same for every key that is no point of its curve.
      return refused('TOKEN_BAD_SIGNATURE', 'The signature does not fit.')
    }
  }
}

const REASONS: Readonly<Record<NoKey, [AuthErrorCode, string]>> = {
  unknown: ['TOKEN_UNKNOWN_KEY', 'There is no key for it.'],
  ambiguous: ['TOKEN_UNKNOWN_KEY', 'There are several keys for it, and keys are not tried in turn.'],
  wrong_algorithm: ['TOKEN_ALG_NOT_ALLOWED', 'The key that it names is not for its alg.'],
}
