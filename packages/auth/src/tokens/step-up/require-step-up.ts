import { type Clock, systemClock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkMethods, invalidOption } from '@base/core/options'
import { placeOf } from '../../place.js'
import type { AccessClaims } from '../claims.js'
import { isScopeName } from '../scope.js'
import { type StepUpDemand, StepUpRequiredError } from './step-up-required-error.js'

/** By how much the clock of who authenticated may be ahead, in milliseconds. */
const SKEW = 60_000

/** What is known of a sign-in: the claims of an access token, or of a session. */
export type SignInClaims = {
  readonly [Claim in 'auth_time' | 'amr' | 'acr']?: AccessClaims[Claim] | undefined
}

/** Options of {@link requireStepUp}; at least one of the first three. */
export interface StepUpOptions {
  /** How long ago the subject may have proved who it is. @defaultValue any time ago */
  readonly maxAge?: Duration | undefined
  /** The method, or the methods, that must all have been used: `'otp'`, `['pwd', 'hwk']` (RFC 8176). @defaultValue any */
  readonly amr?: string | readonly string[] | undefined
  /** The authentication context class, or those of which one must have been reached. @defaultValue any */
  readonly acr?: string | readonly string[] | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/**
 * Asks for a recent, or a better, sign-in before something that matters: changing a password, paying, giving rights.
 *
 * Gives the claims back where they are enough. What is not said is not there: a token without `auth_time` is too old for any
 * `maxAge`, one without `amr` has used no method. An `auth_time` of more than 60 s from now is none.
 *
 * @example
 * requireStepUp(claims, { maxAge: '5m', amr: 'otp' })
 *
 * @throws {@link StepUpRequiredError} where they are not enough; InvalidOptionError for a wrong option.
 * @see RFC 9470; OpenID Connect Core 1.0, section 2
 */
export function requireStepUp<Claims extends SignInClaims>(
  claims: Claims | undefined,
  options: StepUpOptions,
): Claims {
  const { clock = systemClock } = options ?? {}
  const demand = readDemand(options ?? {})
  const now = checkMethods(clock, ['now'], place('clock')).now()
  const problem = judge(claims ?? {}, demand, now)
  if (problem !== undefined) throw new StepUpRequiredError(demand, problem)
  return claims as Claims
}

const place = /* @__PURE__ */ placeOf('requireStepUp')

function readDemand({ maxAge, amr, acr }: StepUpOptions): StepUpDemand {
  if (maxAge === undefined && amr === undefined && acr === undefined)
    throw invalidOption(undefined, place('options'), 'an object with maxAge, amr or acr')
  return {
    ...(maxAge !== undefined && { maxAge: toMilliseconds(maxAge, place('maxAge')) }),
    ...(amr !== undefined && { amr: readNames(amr, 'amr') }),
    ...(acr !== undefined && { acr: readNames(acr, 'acr') }),
  }
}

/** Names that can stand in a header, as those of a scope. */
function readNames(names: string | readonly string[], option: string): readonly string[] {
  const list = typeof names === 'string' ? [names] : names
  if (Array.isArray(list) && list.length > 0 && list.every(isScopeName)) return list
  throw invalidOption(
    names,
    place(option),
    'a name, or an array of at least one, of printable ASCII without spaces',
  )
}

function judge(claims: SignInClaims, { maxAge, amr, acr }: StepUpDemand, now: number): string | undefined {
  const { auth_time, amr: used, acr: reached } = claims
  if (maxAge !== undefined && !isRecent(auth_time, maxAge, now)) return 'The sign-in is not recent enough.'
  if (amr !== undefined && !(Array.isArray(used) && amr.every((method) => used.includes(method))))
    return `The sign-in did not use ${amr.join(' and ')}.`
  if (acr !== undefined && !(typeof reached === 'string' && acr.includes(reached)))
    return `The sign-in did not reach ${acr.join(' or ')}.`
  return undefined
}

function isRecent(authTime: unknown, maxAge: number, now: number): boolean {
  if (typeof authTime !== 'number' || !Number.isFinite(authTime)) return false
  const age = now - authTime * 1_000
  return age >= -SKEW && age <= maxAge
}
