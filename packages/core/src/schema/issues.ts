import { ValidationError } from '../errors/validation-error.js'
import type { ValidationIssue } from '../errors/validation-issue.js'
import { err, ok } from '../result/ok-err.js'
import type { Result } from '../result/result.js'
import type { StandardSchemaIssue, StandardSchemaResult } from './standard-schema.js'

/** What a schema said, as our result. */
export function toResult<T>(said: StandardSchemaResult<T>): Result<T, ValidationError> {
  return said.issues ? err(new ValidationError({ issues: said.issues.map(toIssue) })) : ok(said.value)
}

function toIssue(issue: StandardSchemaIssue): ValidationIssue {
  const { message } = issue
  // Not in the specification, but zod and arktype have it, and programs like it better than a text.
  const { code } = issue as { code?: unknown }
  return { path: pathOf(issue).join('.'), message, ...(typeof code === 'string' && { code }) }
}

/** Where an issue is, a text for each step. */
export function pathOf({ path = [] }: StandardSchemaIssue): string[] {
  // Not path.map: arktype's path is a subclass of Array whose constructor takes items, so a copy of none has one.
  return Array.from(path, (step) => String(typeof step === 'object' ? step.key : step))
}
