import { HttpError } from '../http/problem.ts'

/** A 401 with the challenge that belongs to it. RFC 6750, section 3. */
export function unauthenticated(
  code: 'UNAUTHENTICATED' | 'INVALID_TOKEN' | 'SIGN_IN_FAILED',
  message: string,
): HttpError {
  // Which check refused a token is nobody's business: expired, revoked or forged, the caller gets a new one.
  const error = code === 'INVALID_TOKEN' ? ', error="invalid_token"' : ''
  const headers = { 'www-authenticate': `Bearer realm="orders-api"${error}` }
  return new HttpError({ status: 401, code, kind: 'unauthenticated', message, headers })
}

/** Says that a sign-in was refused, whatever is wrong: the same for a user that is unknown. */
export function signInFailed(): HttpError {
  return unauthenticated('SIGN_IN_FAILED', 'Username or password is wrong.')
}

/** Says that a token was refused. */
export function invalidToken(): HttpError {
  return unauthenticated('INVALID_TOKEN', 'The token is not valid.')
}
