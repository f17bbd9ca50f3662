import { ValidationError } from '@base/core/errors'
import { type Err, err } from '@base/core/result'

/** The answer of a `parse` that refuses; it never repeats what came. */
export function refused(code: string, message: string, path = ''): Err<ValidationError> {
  return err(new ValidationError({ issues: [{ path, code, message }] }))
}
