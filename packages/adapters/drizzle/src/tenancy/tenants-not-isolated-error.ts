import { AppError } from '@base/core/errors'

/**
 * Rows of one tenant can be seen by another: `details.problems` says why, in a sentence each. Code `TENANTS_NOT_ISOLATED`,
 * kind `internal`.
 */
export class TenantsNotIsolatedError extends AppError {
  constructor(problems: readonly string[]) {
    super({
      code: 'TENANTS_NOT_ISOLATED',
      kind: 'internal',
      message: `Tenants are not isolated: ${problems.join(' ')}`,
      details: { problems },
    })
  }
}
