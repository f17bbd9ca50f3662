import type { Result } from '@base/core/result'
import type { AuthError } from '../../errors/auth-error.js'
import type { AccessClaims, TokenClaims } from '../claims.js'

/** Options of a verification. */
export interface VerifyOptions {
  /** Ends the waiting for keys and stores: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** Judges tokens. Made by `createVerifier`. */
export interface Verifier<Claims extends TokenClaims = AccessClaims> {
  /**
   * The claims of a token, if every check passes; else which one refused. It never rejects for a bad token, whatever it is, nor
   * for keys that cannot be had: only with the reason of an aborted signal.
   */
  verify(token: string, options?: VerifyOptions): Promise<Result<Claims, AuthError>>
}
