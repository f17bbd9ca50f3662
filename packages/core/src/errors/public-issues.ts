import { toPublicJson } from './public-json.js'
import type { ValidationIssue } from './validation-error.js'

/** Issues for the outside: what a validation library put beside path, message and code may be the input itself. */
export function toPublicIssues(issues: readonly ValidationIssue[]): readonly ValidationIssue[] {
  // An error of somebody's may have other things by this name.
  const own = issues.filter((issue) => typeof issue === 'object' && issue !== null)
  return own.map(
    ({ path, message, code }) =>
      toPublicJson({ path, message, ...(code !== undefined && { code }) }) as unknown as ValidationIssue,
  )
}
