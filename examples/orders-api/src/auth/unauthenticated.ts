import { HttpError } from '../http/problem.ts'

/** What a 401 says. */
export interface UnauthenticatedOptions {
  readonly code: 'UNAUTHENTICATED' | 'INVALID_TOKEN' | 'SIGN_IN_FAILED'
  readonly message: string
}

/** A 401 with the challenge that belongs to it. RFC 6750, section 3. */
export function unauthenticated({ code, message }: UnauthenticatedOptions): HttpError {
  // Which check refused a token is nobody's business: expired, revoked or forged, the caller gets a new one.
  const challenge =
    code === 'INVALID_TOKEN'
      ? `Bearer realm="orders-api", error="invalid_token"`
      : `Bearer realm="orders-api"`
  return new HttpError({
    status: 401,
    code,
    kind: 'unauthenticated',
    message,
    headers: { 'www-authenticate': challenge },
  })
}

/** Says that a token was refused. */
export function invalidToken(): HttpError {
  return unauthenticated({ code: 'INVALID_TOKEN', message: 'The token is not valid.' })
}
