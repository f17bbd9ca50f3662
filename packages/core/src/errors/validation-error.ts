import { AppError, type ErrorOptions, withDefaults } from './app-error.js'
import type { ErrorJson } from './error-json.js'
import { toPublicIssues } from './public-issues.js'
import type { ValidationIssue } from './validation-issue.js'

/** Options of {@link ValidationError}. */
export interface ValidationErrorOptions extends ErrorOptions {
  /** What is wrong, a problem per entry. */
  readonly issues: readonly ValidationIssue[]
}

/**
 * The input is well-formed but not acceptable: every problem at once, each with its place.
 * Code `VALIDATION`, kind `invalid`.
 *
 * @example
 * throw new ValidationError({ issues: [{ path: 'lines.0.quantity', message: 'must be an integer from 1' }] })
 */
export class ValidationError extends AppError {
  /** What is wrong, a problem per entry. */
  readonly issues: readonly ValidationIssue[]

  constructor(options: ValidationErrorOptions) {
    // Whatever a library gives as issues: an error thrown here would hide the fault at hand.
    const issues = Array.isArray(options?.issues) ? options.issues.filter(Boolean) : []
    super(withDefaults(options, 'invalid', summary(issues), 'VALIDATION'))
    this.issues = issues
  }

  /** What `JSON.stringify` writes: that of {@link AppError}, and the issues. */
  override toJSON(): ErrorJson {
    return { ...super.toJSON(), issues: toPublicIssues(this.issues) }
  }
}

const SHOWN = 3

function summary(issues: readonly ValidationIssue[]): string {
  const more = issues.length > SHOWN ? ` (and ${issues.length - SHOWN} more)` : ''
  try {
    const shown = issues
      .slice(0, SHOWN)
      .map(({ path, message }) => (path === '' ? message : `${String(path)}: ${message}`))
    return `The input is not valid: ${shown.join('; ')}${more}.`
  } catch {
    // A path or a message without a text, such as a symbol, which no schema ought to give.
    return 'The input is not valid.'
  }
}
