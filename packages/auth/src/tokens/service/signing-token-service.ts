import type { Clock } from '@base/core/clock'
import { UnavailableError } from '@base/core/errors'
import { createUuidv7 } from '@base/core/id'
import { checkNumber, invalidOption } from '@base/core/options'
import type { Result } from '@base/core/result'
import { CompactSign } from 'jose/jws/compact/sign'
import type { AuthError } from '../../errors/auth-error.js'
import { placeOf } from '../../place.js'
import type { AccessClaims } from '../claims.js'
import { LONGEST, partsOf } from '../jws/compact.js'
import { readHeader } from '../jws/header.js'
import { parseStrictObject } from '../jws/strict-json.js'
import type { SigningSource } from '../keys/key-source.js'
import { checkName } from '../opaque/check-name.js'
import type { RevocationStore } from '../revocation/revocation-store.js'
import { type ClaimRules, MOST_SKEW } from '../verifier/claim-rules.js'
import type { TokenJudge } from '../verifier/token-judge.js'
import type { VerifyOptions } from '../verifier/verifier.js'
import { checkOwnClaims, copyOf, inputClaims, payloadOf } from './access-payload.js'
import type { AccessInput, IssuedToken, TokenService } from './token-service.js'

export interface ServiceParts {
  readonly source: SigningSource
  readonly judge: TokenJudge
  readonly revocations: RevocationStore
  readonly rules: ClaimRules
  readonly accessTtl: number
  readonly longestTtl: number
  readonly audience: string | readonly string[]
  readonly ownClaims: (input: AccessInput) => unknown
  readonly clock: Clock
}

/** The service behind `createTokenService`. */
export class SigningTokenService implements TokenService {
  readonly issuer: string
  readonly accessTtl: number
  readonly #parts: ServiceParts
  readonly #nextId: () => string

  constructor(parts: ServiceParts) {
    this.#parts = parts
    this.issuer = parts.rules.issuer
    this.accessTtl = parts.accessTtl
    this.#nextId = createUuidv7({ clock: parts.clock })
  }

  async issueAccess(input: AccessInput): Promise<IssuedToken> {
    const place = placeOf('issueAccess')('input')
    if (typeof input !== 'object' || input === null) throw invalidOption(input, place, 'an object')
    const given = copyOf(input)
    const asked = inputClaims(given)
    // First: what is taken away meanwhile, with revokeAll after it, must not be in a token that the revocation leaves good.
    const epoch = await this.#ask(async () => {
      const found = await this.#parts.revocations.find({ issuer: this.issuer, subject: given.sub })
      return found.epoch
    })
    const own = checkOwnClaims(await this.#parts.ownClaims(given), 'issueAccess')
    const all = { ...own, ...asked, ...(epoch > 0 && { epoch }), ...this.#times() }
    const bytes = new TextEncoder().encode(payloadOf(all, 'issueAccess'))
    const token = await this.#sign(bytes)
    if (token.length > LONGEST)
      throw invalidOption(token.length, place, `such that its token has at most ${LONGEST} characters`)
    return { token, claims: parseStrictObject(bytes) as unknown as AccessClaims }
  }

  verify(token: string, options?: VerifyOptions): Promise<Result<AccessClaims, AuthError>> {
    return this.verifyAccess(token, options)
  }

  async verifyAccess(token: string, options?: VerifyOptions): Promise<Result<AccessClaims, AuthError>> {
    return (await this.#parts.judge.verify(token, options)) as Result<AccessClaims, AuthError>
  }

  async revoke(token: Pick<AccessClaims, 'jti' | 'exp'> | string): Promise<void> {
    const id = checkId(typeof token === 'string' ? token : token?.jti)
    if (typeof token !== 'string') checkIssuer(token, this.issuer)
    const ttl = this.#ttl(
      typeof token === 'string' ? undefined : checkNumber(token.exp, placeOf('revoke')('exp')) * 1_000,
    )
    if (ttl <= 0) return
    await this.#ask(() => this.#parts.revocations.revoke({ issuer: this.issuer, id, ttl }))
  }

  async revokeSession(sid: string): Promise<void> {
    const session = checkName(sid, placeOf('revokeSession')('sid'))
    await this.#ask(() => this.#parts.revocations.revoke({ issuer: this.issuer, session, ttl: this.#ttl() }))
  }

  async revokeAll(sub: string): Promise<void> {
    const subject = checkName(sub, placeOf('revokeAll')('sub'))
    const at = this.#parts.clock.now()
    const ttl = this.#ttl()
    await this.#ask(() => this.#parts.revocations.revokeAll({ issuer: this.issuer, subject, at, ttl }))
  }

  /**
   * For how long what is revoked is remembered. A token is good for a verifier's skew after its end, by a clock that may be behind
   * ours by that skew once more; without an end as if the longest had been issued just now.
   */
  #ttl(end: number = this.#parts.clock.now() + this.#parts.longestTtl): number {
    return Math.ceil(end + 2 * MOST_SKEW - this.#parts.clock.now())
  }

  /** Last in the payload, so that nothing stands in their place. */
  #times(): Record<string, unknown> {
    const { clock, accessTtl, audience } = this.#parts
    const now = clock.now()
    const [iat, exp] = [Math.floor(now / 1_000), Math.floor((now + accessTtl) / 1_000)]
    return { iss: this.issuer, aud: audience, iat, exp, jti: this.#nextId() }
  }

  async #sign(payload: Uint8Array): Promise<string> {
    try {
      const signer = await this.#parts.source.signer()
      const header = { alg: signer.algorithm, typ: 'at+jwt', kid: signer.kid }
      return await new CompactSign(payload).setProtectedHeader(header).sign(await signer.signingKey())
    } catch (cause) {
      throw new UnavailableError({
        code: 'KEYS_UNAVAILABLE',
        message: 'There is no key to sign with.',
        cause,
      })
    }
  }

  async #ask<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask()
    } catch (cause) {
      throw new UnavailableError({
        code: 'REVOCATIONS_UNAVAILABLE',
        message: 'The revocations cannot be reached.',
        cause,
      })
    }
  }
}

/** Not the token itself: to remember that would take nothing back. */
function checkId(jti: unknown): string {
  const place = placeOf('revoke')('jti')
  const encoded = partsOf(jti)?.header
  if (encoded !== undefined && typeof readHeader(encoded) !== 'string') {
    throw invalidOption('a token', place, 'the jti of a token, or its claims')
  }
  return checkName(jti, place)
}

/** Where claims say whose they are, they are ours: what is noted here goes by our own name. */
function checkIssuer(claims: object, issuer: string): void {
  const { iss } = claims as { readonly iss?: unknown }
  if (iss !== undefined && iss !== issuer) throw invalidOption(iss, placeOf('revoke')('iss'), issuer)
}
