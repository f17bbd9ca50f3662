import { AppError } from '@base/core/errors'

/**
 * A migration that is applied has another text by now: what the database has is not what the list says. Nothing was
 * applied. `details.name` is its name. Code `MIGRATION_EDITED`, kind `conflict`.
 */
export class MigrationEditedError extends AppError {
  constructor(name: string) {
    super({
      code: 'MIGRATION_EDITED',
      kind: 'conflict',
      message: `Migration '${name}' was applied with another text; add a new one instead of editing it.`,
      details: { name },
    })
  }
}
