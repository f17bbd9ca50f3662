import { HttpError } from '../http/problem.ts'

/** Says that a code out of a letter is not good: unknown, used, or over. */
export function codeRefused(): HttpError {
  const message = 'The code is not valid: ask for another.'
  return new HttpError({ status: 401, code: 'CODE_INVALID', kind: 'unauthenticated', message })
}
