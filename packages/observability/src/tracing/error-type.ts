import { isAppError } from '@base/core/errors'

/** A code such as Node's `ECONNREFUSED` or a block's `NOT_FOUND`: few of them, and stable. */
const CODE = /^[A-Z][A-Z0-9_]{1,63}$/

/** The name of a class. */
const NAME = /^[\w$.]{1,128}$/

/**
 * The value of `error.type`: the code of an AppError, or of Node; otherwise the name of the error's class; `_OTHER` for
 * what is no error.
 */
export function errorType(error: unknown): string {
  if (isAppError(error)) return error.code
  if (typeof error !== 'object' || error === null) return '_OTHER'
  const { code, name } = error as { code?: unknown; name?: unknown }
  if (typeof code === 'string' && CODE.test(code)) return code
  return typeof name === 'string' && NAME.test(name) ? name : '_OTHER'
}
