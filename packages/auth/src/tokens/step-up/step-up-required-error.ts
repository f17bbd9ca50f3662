import { AuthError } from '../../errors/auth-error.js'

/** What would have been enough. */
export interface StepUpDemand {
  /** How long ago the subject may have proved who it is, in milliseconds. */
  readonly maxAge?: number
  /** The methods that must all have been used. */
  readonly amr?: readonly string[]
  /** The classes of which one must have been reached. */
  readonly acr?: readonly string[]
}

/**
 * The subject is known, but has to prove who it is once more, or better. Code `STEP_UP_REQUIRED`, kind `unauthenticated`, so
 * HTTP status 401, with {@link StepUpRequiredError.challenge} as `WWW-Authenticate`.
 */
export class StepUpRequiredError extends AuthError {
  /** What would have been enough. */
  readonly demand: StepUpDemand

  constructor(demand: StepUpDemand, reason: string) {
    super({ code: 'STEP_UP_REQUIRED', reason })
    this.demand = demand
  }

  /** The value of `WWW-Authenticate` that tells a client what to ask of the authorization server. @see RFC 9470, section 3 */
  get challenge(): string {
    const { maxAge, acr } = this.demand
    const age = maxAge === undefined ? '' : `, max_age="${Math.floor(maxAge / 1_000)}"`
    const classes = acr === undefined ? '' : `, acr_values="${acr.join(' ')}"`
    return `Bearer error="insufficient_user_authentication"${classes}${age}`
  }
}
