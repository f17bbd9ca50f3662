import { untilAborted } from '@base/core/abort'
import type { Clock } from '@base/core/clock'
import { diagnosticsChannel } from '@base/core/diagnostics'
import { type Err, ok, type Result } from '@base/core/result'
import type { AuthError } from '../../errors/auth-error.js'
import type { AuthErrorCode } from '../../errors/auth-error-code.js'
import { placeOf } from '../../place.js'
import { signalOf } from '../../signal-of.js'
import type { TokenClaims } from '../claims.js'
import { LONGEST } from '../jws/compact.js'
import { SignatureCheck, type SignedToken } from '../jws/signature-check.js'
import { parseStrictObject } from '../jws/strict-json.js'
import type { Algorithm } from '../keys/algorithm.js'
import type { KeySource } from '../keys/key-source.js'
import { isName } from '../opaque/check-name.js'
import { keysUnavailable, refused } from '../refused.js'
import type { RevocationStore } from '../revocation/revocation-store.js'
import { type ClaimRules, lateOrEarly, type Refusal, refusalOf } from './claim-rules.js'
import { VerifiedCache, type VerifiedToken } from './verified-cache.js'
import type { Verifier, VerifyOptions } from './verifier.js'

export interface JudgeParts {
  readonly source: KeySource
  readonly algorithms: readonly Algorithm[]
  readonly rules: ClaimRules
  readonly revocations: RevocationStore | undefined
  readonly cacheSize: number
  readonly clock: Clock
  /** Of a token, in characters. */
  readonly maxLength?: number
}

/** What a token is revoked by. */
const NAMES = ['sub', 'jti', 'sid'] as const

const channel = diagnosticsChannel<{ code: AuthErrorCode; reason: string; issuer: string }>(
  'base:auth:verifier:refused',
)

/** Signature, then claims, then time, then revocation. The first two are remembered; the others are asked every time. */
export class TokenJudge implements Verifier<TokenClaims> {
  readonly #parts: JudgeParts
  readonly #signatures: SignatureCheck
  readonly #cache: VerifiedCache
  readonly #longest: number

  constructor(parts: JudgeParts) {
    this.#parts = parts
    this.#longest = parts.maxLength ?? LONGEST
    this.#signatures = new SignatureCheck(parts.source, parts.algorithms, this.#longest)
    this.#cache = new VerifiedCache(parts.cacheSize)
  }

  verify(token: string, options?: VerifyOptions): Promise<Result<TokenClaims, AuthError>> {
    return options === undefined ? this.#judge(token) : this.#judgeWith(token, options)
  }

  async #judgeWith(token: unknown, options: VerifyOptions): Promise<Result<TokenClaims, AuthError>> {
    const signal = signalOf(options, placeOf('verify'))
    return untilAborted(this.#judge(token), signal)
  }

  /** Not async, as little below is: a promise more costs every token more than most of the checks. */
  #judge(token: unknown): Promise<Result<TokenClaims, AuthError>> {
    // Nobody makes us hash what is too long to be looked at.
    const isPossible = typeof token === 'string' && token.length <= this.#longest
    const digest = isPossible ? this.#cache.keyOf(token) : undefined
    const known = digest === undefined ? undefined : this.#cache.get(digest)
    return digest === undefined || known === undefined
      ? this.#judgeNew(token, digest)
      : this.#judgeAgain(token, digest, known)
  }

  async #judgeNew(token: unknown, digest: string | undefined): Promise<Result<TokenClaims, AuthError>> {
    const signed = await this.#signatures.check(token)
    if (!signed.ok) return this.#tell(signed)
    const claims = this.#read(signed.value)
    if (!claims.ok) return this.#tell(claims)
    const checking = this.#checkNow(claims.value)
    const judged = checking instanceof Promise ? await checking : checking
    if (!judged.ok) return this.#tell(judged)
    if (digest !== undefined) this.#cache.set(digest, { claims: claims.value, key: signed.value.key })
    return judged
  }

  /** One whose signature and claims were good, if the key that verified it may still do so. */
  async #judgeAgain(
    token: unknown,
    digest: string,
    { claims, key }: VerifiedToken,
  ): Promise<Result<TokenClaims, AuthError>> {
    let isHeld: boolean
    try {
      const keys = this.#parts.source.current()
      isHeld = (keys instanceof Promise ? await keys : keys).holds(key)
    } catch (cause) {
      return this.#tell(keysUnavailable(cause))
    }
    if (!isHeld) this.#cache.delete(digest)
    if (!isHeld) return this.#judgeNew(token, digest)
    const checking = this.#checkNow(claims)
    const judged = checking instanceof Promise ? await checking : checking
    if (judged.ok) return judged
    if (judged.error.code === 'TOKEN_EXPIRED') this.#cache.delete(digest)
    return this.#tell(judged)
  }

  /** The claims, as far as they do not change. */
  #read({ header, payload }: SignedToken): Result<TokenClaims, AuthError> {
    const claims = parseStrictObject(payload)
    if (claims === undefined) {
      return refused('TOKEN_MALFORMED', 'The payload is no JSON object, or has a name twice.')
    }
    const { rules, revocations } = this.#parts
    const refusal = refusalOf(header.typ, claims, rules) ?? (revocations && unrevocable(claims))
    return refusal === undefined ? ok(claims as unknown as TokenClaims) : refused(...refusal)
  }

  /** What may change from one moment to the next. */
  #checkNow(claims: TokenClaims): Result<TokenClaims, AuthError> | Promise<Result<TokenClaims, AuthError>> {
    const { rules, clock, revocations } = this.#parts
    const refusal = lateOrEarly(claims, rules, clock.now())
    if (refusal !== undefined) return refused(...refusal)
    return revocations === undefined ? ok(claims) : checkRevocation(claims, revocations)
  }

  #tell(refusal: Err<AuthError>): Err<AuthError> {
    if (channel.hasSubscribers) {
      const { code, reason } = refusal.error
      channel.publish({ code, reason, issuer: this.#parts.rules.issuer })
    }
    return refusal
  }
}

/** What no store can keep, so that such a token could not be taken back, or would be `REVOCATIONS_UNAVAILABLE` for ever. */
function unrevocable(claims: Readonly<Record<string, unknown>>): Refusal | undefined {
  const claim = NAMES.find((name) => typeof claims[name] === 'string' && !isName(claims[name]))
  return claim && ['TOKEN_INVALID_CLAIMS', `Its ${claim} is none that can be revoked.`]
}

async function checkRevocation(
  claims: TokenClaims,
  revocations: RevocationStore,
): Promise<Result<TokenClaims, AuthError>> {
  const { iss: issuer, jti: id, sub: subject, sid } = claims
  try {
    const { revoked, epoch } = await revocations.find({
      issuer,
      id,
      // In tokens of other types it may be anything.
      session: typeof sid === 'string' ? sid : undefined,
      subject,
    })
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
