import type { ValidationIssue } from './validation-error.js'

/** Issues for the outside: what a validation library put beside path, message and code may be the input itself. */
export function toPublicIssues(issues: readonly ValidationIssue[]): readonly ValidationIssue[] {
  return issues.map(({ path, message, code }) => ({ path, message, ...(code !== undefined && { code }) }))
}
