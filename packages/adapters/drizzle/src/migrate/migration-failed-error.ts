import { AppError, errorKind } from '@base/core/errors'

/**
 * The database refused a statement of a migration, or its COMMIT: nothing of it was applied. `details.name` is its name; `cause`
 * is what it was refused with, of which it has the kind. Code `MIGRATION_FAILED`.
 */
export class MigrationFailedError extends AppError {
  constructor(name: string, cause: unknown) {
    const { message } = cause as Error
    super({
      code: 'MIGRATION_FAILED',
      kind: errorKind(cause),
      message: `Migration '${name}' was not applied: ${message}`,
      details: { name },
      cause,
    })
  }
}
