import type { Clock } from '@base/core/clock'
import { diagnosticsChannel } from '@base/core/diagnostics'
import { ok, type Result } from '@base/core/result'
import type { AuthError } from '../../errors/auth-error.js'
import type { AuthErrorCode } from '../../errors/auth-error-code.js'
import type { TokenClaims } from '../claims.js'
import { SignatureCheck } from '../jws/signature-check.js'
import { parseStrictObject } from '../jws/strict-json.js'
import type { Algorithm } from '../keys/algorithm.js'
import type { KeySource } from '../keys/key-source.js'
import { keysUnavailable, refused } from '../refused.js'
import type { RevocationStore } from '../revocation/revocation-store.js'
import { untilAborted } from '../until-aborted.js'
import { type ClaimRules, lateOrEarly, refusalOf } from './claim-rules.js'
import { VerifiedCache, type VerifiedToken } from './verified-cache.js'
import type { Verifier, VerifyOptions } from './verifier.js'

/** What a verifier is made of, checked. */
export interface JudgeParts {
  readonly source: KeySource
  readonly algorithms: readonly Algorithm[]
  readonly rules: ClaimRules
  readonly revocations: RevocationStore | undefined
  readonly cacheSize: number
  readonly clock: Clock
}

const channel = diagnosticsChannel<{ code: AuthErrorCode; reason: string; issuer: string }>(
  'base:auth:verifier:refused',
)

/** Signature, then claims, then time, then revocation. The first two are remembered; the others are asked every time. */
export class TokenJudge implements Verifier<TokenClaims> {
  readonly #parts: JudgeParts
  readonly #signatures: SignatureCheck
  readonly #cache: VerifiedCache

  constructor(parts: JudgeParts) {
    this.#parts = parts
    this.#signatures = new SignatureCheck(parts.source, parts.algorithms)
    this.#cache = new VerifiedCache(parts.cacheSize)
  }

  async verify(token: string, { signal }: VerifyOptions = {}): Promise<Result<TokenClaims, AuthError>> {
    signal?.throwIfAborted()
    const judging = this.#judge(token)
    const result = await (signal === undefined ? judging : untilAborted(judging, signal))
    if (!result.ok && channel.hasSubscribers) {
      const { code, reason } = result.error
      channel.publish({ code, reason, issuer: this.#parts.rules.issuer })
    }
    return result
  }

  async #judge(token: unknown): Promise<Result<TokenClaims, AuthError>> {
    const remembered = typeof token === 'string' ? this.#cache.keyOf(token) : undefined
    const known = remembered === undefined ? undefined : this.#cache.get(remembered)
    if (known !== undefined && remembered !== undefined) {
      const held = await this.#isHeld(known)
      if (!held.ok) return held
      if (held.value) return this.#checkNow(known.claims, remembered)
      this.#cache.delete(remembered)
    }
    const read = await this.#read(token)
    if (!read.ok) return read
    const judged = await this.#checkNow(read.value.claims)
    if (judged.ok && remembered !== undefined) this.#cache.set(remembered, read.value)
    return judged
  }

  /** Whether the key that verified it may still do so. */
  async #isHeld({ key }: VerifiedToken): Promise<Result<boolean, AuthError>> {
    try {
      const now = this.#parts.source.current()
      return ok((now instanceof Promise ? await now : now).holds(key))
    } catch (cause) {
      return keysUnavailable(cause)
    }
  }

  /** What does not change: signature and claims. */
  async #read(token: unknown): Promise<Result<VerifiedToken, AuthError>> {
    const signed = await this.#signatures.check(token)
    if (!signed.ok) return signed
    const { header, payload, key } = signed.value
    const claims = parseStrictObject(payload)
    if (claims === undefined) {
      return refused('TOKEN_MALFORMED', 'The payload is no JSON object, or has a name twice.')
    }
    const refusal = refusalOf(header.typ, claims, this.#parts.rules)
    return refusal === undefined ? ok({ claims: claims as unknown as TokenClaims, key }) : refused(...refusal)
  }

  /** What may change from one moment to the next. */
  async #checkNow(claims: TokenClaims, remembered?: string): Promise<Result<TokenClaims, AuthError>> {
    const { rules, clock, revocations } = this.#parts
    const refusal = lateOrEarly(claims, rules, clock.now())
    if (refusal !== undefined) {
      if (remembered !== undefined) this.#cache.delete(remembered)
      return refused(...refusal)
    }
    return revocations === undefined ? ok(claims) : checkRevocation(claims, revocations)
  }
}

async function checkRevocation(
  claims: TokenClaims,
  revocations: RevocationStore,
): Promise<Result<TokenClaims, AuthError>> {
  const { iss: issuer, jti: id, sub: subject } = claims
  try {
    const { revoked, epoch } = await revocations.find({ issuer, id, subject })
    if (revoked !== false) return refused('TOKEN_REVOKED', 'It was revoked.')
    // A store that answers with nonsense lets nobody in.
    if (!(epochOf(claims) >= epoch))
      return refused('TOKEN_REVOKED', 'All tokens of its subject were revoked.')
    return ok(claims)
  } catch (cause) {
    return refused('REVOCATIONS_UNAVAILABLE', 'The revocations could not be read.', cause)
  }
}

function epochOf({ epoch }: TokenClaims): number {
  return typeof epoch === 'number' ? epoch : 0
}
