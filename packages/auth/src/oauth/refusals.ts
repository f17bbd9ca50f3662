import { UnavailableError } from '@base/core/errors'
import type { Err } from '@base/core/result'
import type { AuthError } from '../errors/auth-error.js'
import type { AuthErrorCode } from '../errors/auth-error-code.js'
import { refused } from '../tokens/refused.js'
import { UnusableAnswer } from './provider/provider-fetch.js'

/** The errors that providers may name, by RFC 6749, OpenID Connect and GitHub; what else comes is text of somebody unknown. */
const BY_ERROR: ReadonlyMap<unknown, AuthErrorCode> = new Map<unknown, AuthErrorCode>([
  ['access_denied', 'OAUTH_DENIED'],
  ['account_selection_required', 'OAUTH_INTERACTION_REQUIRED'],
  ['bad_verification_code', 'OAUTH_GRANT_REFUSED'],
  ['consent_required', 'OAUTH_INTERACTION_REQUIRED'],
  ['incorrect_client_credentials', 'OAUTH_PROVIDER_ERROR'],
  ['interaction_required', 'OAUTH_INTERACTION_REQUIRED'],
  ['invalid_client', 'OAUTH_PROVIDER_ERROR'],
  ['invalid_grant', 'OAUTH_GRANT_REFUSED'],
  ['invalid_request', 'OAUTH_PROVIDER_ERROR'],
  ['invalid_scope', 'OAUTH_PROVIDER_ERROR'],
  ['login_required', 'OAUTH_INTERACTION_REQUIRED'],
  ['redirect_uri_mismatch', 'OAUTH_PROVIDER_ERROR'],
  ['server_error', 'OAUTH_PROVIDER_ERROR'],
  ['temporarily_unavailable', 'OAUTH_PROVIDER_ERROR'],
  ['unauthorized_client', 'OAUTH_PROVIDER_ERROR'],
  ['unsupported_grant_type', 'OAUTH_PROVIDER_ERROR'],
  ['unsupported_response_type', 'OAUTH_PROVIDER_ERROR'],
])

interface LibraryError {
  readonly code?: unknown
  readonly error?: unknown
  readonly message?: unknown
  readonly cause?: unknown
}

/**
 * What stopped a step of a sign-in, as a refusal. Where nobody could judge, or nobody waits any more, it is thrown on.
 *
 * The library's own errors are left behind: they have the answers in them, and with them tokens.
 */
export function refusalOf(error: unknown, signal: AbortSignal | undefined): Err<AuthError> {
  if (error instanceof UnavailableError || (signal?.aborted === true && error === signal.reason)) throw error
  if (error instanceof UnusableAnswer) return refused('OAUTH_RESPONSE_INVALID', error.message)
  const { code, error: named, message, cause } = (error ?? {}) as LibraryError
  switch (code) {
    case 'OAUTH_AUTHORIZATION_RESPONSE_ERROR':
    case 'OAUTH_RESPONSE_BODY_ERROR':
      return providerError(named)
    case 'OAUTH_WWW_AUTHENTICATE_CHALLENGE':
      return refused('OAUTH_PROVIDER_ERROR', 'The provider does not accept how the client authenticates.')
  }
  const about = typeof cause === 'object' && cause !== null ? cause : {}
  const isIdToken = 'claims' in about || 'header' in about
  return refused(isIdToken ? 'OAUTH_ID_TOKEN_INVALID' : 'OAUTH_RESPONSE_INVALID', `${message}.`)
}

/** What a provider says itself that went wrong. */
export function providerError(error: unknown): Err<AuthError> {
  const code = BY_ERROR.get(error)
  const name = code === undefined ? 'an error of its own' : error
  return refused(code ?? 'OAUTH_PROVIDER_ERROR', `The provider says: ${name}.`)
}

/** A refusal of an id token, by a check of tokens. Without keys nobody could judge. @throws UnavailableError */
export function idTokenRefusal(refusal: AuthError): Err<AuthError> {
  const { code, reason, retryAfter } = refusal
  if (code === 'KEYS_UNAVAILABLE')
    throw new UnavailableError({
      message: 'The keys of the provider cannot be read now.',
      cause: refusal,
      retryAfter,
    })
  return refused('OAUTH_ID_TOKEN_INVALID', reason, refusal)
}
