import type { AuthErrorCode } from '../../errors/auth-error-code.js'
import type { TokenClaims } from '../claims.js'
import { accessProblem } from './access-claims.js'
import { isText, isTexts, isTime } from './claim-types.js'

/** What the claims of a token must be. Times in milliseconds. */
export interface ClaimRules {
  readonly issuer: string
  readonly audience: readonly string[]
  /** As {@link toMediaType} gives it; `null` where tokens have none. */
  readonly typ: string | null
  readonly clockSkew: number
  readonly maxTokenAge: number | undefined
}

/** No verifier's `clockSkew` is more, in milliseconds. */
export const MOST_SKEW = 300_000

/** Which check refuses, and why. */
export type Refusal = readonly [code: AuthErrorCode, reason: string]

/** Claims as they came. */
type UncheckedClaims = { readonly [Claim in keyof TokenClaims]?: unknown }

const PREFIX = 'application/'
/** The type of access tokens, with all the claims of RFC 9068. */
export const ACCESS_TOKEN = 'application/at+jwt'

/** A `typ` in the form in which two of them are compared. RFC 7515, section 4.1.9. */
export function toMediaType(typ: string): string {
  const lower = typ.toLowerCase()
  return lower.includes('/') ? lower : PREFIX + lower
}

/** What is wrong with a token that says what it always says; `undefined` for nothing. */
export function refusalOf(
  typ: string | undefined,
  claims: UncheckedClaims,
  rules: ClaimRules,
): Refusal | undefined {
  if (!isTyp(typ, rules.typ)) return ['TOKEN_WRONG_TYPE', wrongType(rules.typ)]
  const { iss, aud, sub, jti } = claims
  if (!isText(iss)) return missing('iss')
  if (iss !== rules.issuer) return ['TOKEN_WRONG_ISSUER', `Its iss is not ${rules.issuer}.`]
  if (!isText(aud) && !(isTexts(aud) && aud.length > 0)) return missing('aud')
  if (!isMeant(aud, rules.audience)) {
    return ['TOKEN_WRONG_AUDIENCE', `Its aud has none of: ${rules.audience.join(', ')}.`]
  }
  if (sub !== undefined && !isText(sub)) return missing('sub')
  if (jti !== undefined && !isText(jti)) return missing('jti')
  const wrong = timeProblem(claims, rules) ?? (rules.typ === ACCESS_TOKEN ? accessProblem(claims) : undefined)
  return wrong === undefined ? undefined : missing(wrong)
}

function wrongType(expected: string | null): string {
  return expected === null ? 'It has a typ, and none is expected.' : `Its typ is not ${expected}.`
}

/** Most write it without the prefix and in small letters. */
function isTyp(typ: string | undefined, mediaType: string | null): boolean {
  if (mediaType === null) return typ === undefined
  return typ !== undefined && (PREFIX + typ === mediaType || toMediaType(typ) === mediaType)
}

function isMeant(aud: string | readonly string[], audience: readonly string[]): boolean {
  return typeof aud === 'string' ? audience.includes(aud) : aud.some((one) => audience.includes(one))
}

function timeProblem({ exp, nbf, iat }: UncheckedClaims, rules: ClaimRules): string | undefined {
  if (!isTime(exp)) return 'exp'
  if (nbf !== undefined && !isTime(nbf)) return 'nbf'
  const isIatNeeded = iat !== undefined || rules.maxTokenAge !== undefined
  return isIatNeeded && !isTime(iat) ? 'iat' : undefined
}

/** Whether a token is past its time, or before it, at `now`; both ends have the skew on their side. */
export function lateOrEarly(
  { exp, nbf, iat }: TokenClaims,
  { clockSkew, maxTokenAge }: ClaimRules,
  now: number,
): Refusal | undefined {
  if (exp * 1_000 <= now - clockSkew)
    return ['TOKEN_EXPIRED', `It expired ${seconds(now - exp * 1_000)} s ago.`]
  if (nbf !== undefined && nbf * 1_000 > now + clockSkew) {
    return ['TOKEN_NOT_YET_VALID', `It is valid in ${seconds(nbf * 1_000 - now)} s.`]
  }
  if (maxTokenAge === undefined || iat === undefined) return undefined
  if (now - iat * 1_000 - clockSkew > maxTokenAge) {
    return ['TOKEN_EXPIRED', `It was issued ${seconds(now - iat * 1_000)} s ago, which is too long.`]
  }
  return iat * 1_000 > now + clockSkew
    ? ['TOKEN_NOT_YET_VALID', `It was issued in ${seconds(iat * 1_000 - now)} s from now.`]
    : undefined
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds / 1_000)
}

function missing(claim: string): Refusal {
  return ['TOKEN_INVALID_CLAIMS', `Its ${claim} is missing, or not of its type.`]
}
