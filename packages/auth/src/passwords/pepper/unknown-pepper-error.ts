import { AppError } from '@base/core/errors'

/**
 * A stored password needs a pepper key that is not configured, so nobody can say whether a password is right. Code
 * `UNKNOWN_PEPPER`, kind `internal`: a mistake of the operator, not of who signs in. `details.keyId` names the key.
 */
export class UnknownPepperError extends AppError {
  constructor(keyId: string) {
    super({
      code: 'UNKNOWN_PEPPER',
      kind: 'internal',
      message: `A stored password needs the pepper key '${keyId}', which is not configured: give a new key to all instances before it is current.`,
      details: { keyId },
    })
  }
}
