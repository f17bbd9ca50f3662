import type { ErrorKind } from './kind.js'
import type { JsonValue } from './public-json.js'
import type { ValidationIssue } from './validation-issue.js'

/** An error as it may leave the process: no stack, no cause, no secret. */
export interface ErrorJson {
  /** Stable, for programs: `'NOT_FOUND'`. `'INTERNAL'`, `'CANCELLED'` or `'TIMEOUT'` for what is no {@link AppError}. */
  readonly code: string
  /** What kind of thing went wrong. */
  readonly kind: ErrorKind
  /** For people. Absent for what is no {@link AppError}, for nobody wrote it to be read outside. */
  readonly message?: string
  /** Facts for programs, as plain JSON. */
  readonly details?: Readonly<Record<string, JsonValue>>
  /** What is wrong with the input, a problem per entry; of a `ValidationError` only. */
  readonly issues?: readonly ValidationIssue[]
  /** Milliseconds after which a new attempt makes sense. */
  readonly retryAfter?: number
}
