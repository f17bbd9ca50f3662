/**
 * Every reason for which a credential is refused, for programs: `switch (error.code)` narrows.
 *
 * `TOKEN_*` is about an access token or another JWT, `REFRESH_*` about a refresh token, `DPOP_*`
 * about a proof of possession, `API_KEY_*` about the key of a program, `ACTION_TOKEN_INVALID` about a link in a mail;
 * `STEP_UP_REQUIRED` asks to sign in again. `KEYS_UNAVAILABLE` and
 * `REVOCATIONS_UNAVAILABLE` say that nobody could judge, because the keys or the revocations could not be read: the
 * credential is refused all the same.
 */
export type AuthErrorCode =
  | 'TOKEN_MALFORMED'
  | 'TOKEN_ALG_NOT_ALLOWED'
  | 'TOKEN_UNKNOWN_KEY'
  | 'TOKEN_BAD_SIGNATURE'
  | 'TOKEN_WRONG_TYPE'
  | 'TOKEN_WRONG_ISSUER'
  | 'TOKEN_WRONG_AUDIENCE'
  | 'TOKEN_EXPIRED'
  | 'TOKEN_NOT_YET_VALID'
  | 'TOKEN_INVALID_CLAIMS'
  | 'TOKEN_REVOKED'
  | 'KEYS_UNAVAILABLE'
  | 'REVOCATIONS_UNAVAILABLE'
  | 'REFRESH_INVALID'
  | 'REFRESH_EXPIRED'
  | 'REFRESH_REUSED'
  | 'REFRESH_REVOKED'
  | 'DPOP_INVALID'
  | 'DPOP_REPLAYED'
  | 'DPOP_NONCE_REQUIRED'
  | 'STEP_UP_REQUIRED'
  | 'ACTION_TOKEN_INVALID'
  | 'API_KEY_MALFORMED'
  | 'API_KEY_INVALID'
  | 'API_KEY_EXPIRED'
  | 'API_KEY_REVOKED'
