import { AppError } from '@base/core/errors'
import type { AuthErrorCode } from './auth-error-code.js'

/** What a caller may know: that it was refused, whichever check refused it. */
const PUBLIC_MESSAGE = 'The token is not valid.'
/** The same of a sign-in with a provider, in which the user has seen no token. */
const SIGN_IN_MESSAGE = 'The sign-in was not completed.'

/** Options of {@link AuthError}. */
export interface AuthErrorOptions {
  /** Which check refused. */
  readonly code: AuthErrorCode
  /** The same in a sentence, with figures, for operators. No token, no key, no text that a caller sent. */
  readonly reason: string
  /** Milliseconds after which a new attempt makes sense. */
  readonly retryAfter?: number | undefined
  /** What led to it. Never shown outside. */
  readonly cause?: unknown
}

/**
 * A credential was refused. Kind `unauthenticated`, so HTTP status 401.
 *
 * Its message is the same for every refusal, so that whoever tries tokens learns nothing from it; `code` and `reason` say
 * more and are meant for your logs. It never holds a token, a key, or a text out of a token.
 *
 * @example
 * const result = await verifier.verify(token)
 * if (!result.ok) {
 *   logger.info({ code: result.error.code, reason: result.error.reason }, 'token refused')
 *   return new Response(result.error.publicMessage, { status: 401 })
 * }
 */
export class AuthError extends AppError {
  /** Which check refused, for programs. */
  declare readonly code: AuthErrorCode
  /** What may be sent to the caller: the same text for every refusal. */
  readonly publicMessage: string
  /** Which check refused, in a sentence for operators. In no JSON form of the error. */
  readonly reason: string

  constructor(options: AuthErrorOptions) {
    const { code, reason, ...rest }: AuthErrorOptions = Object(options)
    const isSignIn = typeof code === 'string' && code.startsWith('OAUTH_')
    const message = isSignIn ? SIGN_IN_MESSAGE : PUBLIC_MESSAGE
    super({ code, kind: 'unauthenticated', message, ...rest })
    this.publicMessage = message
    this.reason = reason
  }
}
