import { ConflictError } from '../errors/errors.js'

/** The error of a lease that is not held any more; also the reason of its signal. Code `LEASE_LOST`. */
export function leaseLostError(key: string): ConflictError {
  return new ConflictError({
    code: 'LEASE_LOST',
    message: `The lease of lock '${key}' is lost: another may hold it.`,
    details: { key },
  })
}
