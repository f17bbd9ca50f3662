import { ConflictError } from '@base/core/errors'

/**
 * A folder is another's: the message says whose, and what to do. `details` is its `folder`, and the `pid` and `host` of who
 * has it, where that is known. Code `FOLDER_TAKEN`, kind `conflict`.
 */
export class FolderTakenError extends ConflictError {
  constructor(
    message: string,
    details: {
      readonly folder: string
      readonly pid?: number | undefined
      readonly host?: string | undefined
    },
  ) {
    super({ code: 'FOLDER_TAKEN', message, details })
  }
}
