import { isAppError } from '@base/core/errors'

/** Codes that tell of the request and not of the connection. */
const OWN_FAULT = /INVALID|ABORTED|MISMATCH|NOT_SUPPORTED/

/**
 * Whether a call failed on its way: refused, reset, cut off, or too slow. `fetch` has no error of its own for it: Node
 * gives a TypeError whose cause has a code, browsers and Deno a TypeError alone, others an error with a code.
 */
export function isTransient(error: unknown): boolean {
  if (isAppError(error)) return error.code === 'TIMEOUT'
  if (!(error instanceof Error)) return false
  const code = codeOf(error) ?? codeOf(error.cause)
  if (code !== undefined) return !OWN_FAULT.test(code)
  // With a cause that has no code, such as too many redirects, it will be the same again.
  return error.name === 'TypeError' && error.cause === undefined
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code
  return typeof code === 'string' ? code : undefined
}
