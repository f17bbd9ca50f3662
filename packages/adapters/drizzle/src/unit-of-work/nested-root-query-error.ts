import { AppError } from '@base/core/errors'

/**
 * A query within an open unit that does not go through the unit, where it would wait for a connection that the unit
 * itself holds, for ever. Use what the function was given. Code `NESTED_ROOT_QUERY`, kind `conflict`.
 */
export class NestedRootQueryError extends AppError {
  constructor() {
    super({
      code: 'NESTED_ROOT_QUERY',
      kind: 'conflict',
      message:
        'This query goes past the unit that is open here, and would wait for its connection; use the repositories of the unit.',
    })
  }
}
