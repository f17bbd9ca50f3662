import { toPublicText } from './public-text.js'
import type { ValidationIssue } from './validation-issue.js'

/** Issues for the outside: what a validation library put beside path, message and code may be the input itself. */
export function toPublicIssues(issues: readonly ValidationIssue[]): readonly ValidationIssue[] {
  // An error of somebody's may have other things by this name.
  return issues
    .filter((issue) => typeof issue?.message === 'string')
    .map(({ path, message, code }) => ({
      path,
      message: toPublicText(message),
      ...(code !== undefined && { code }),
    }))
}
