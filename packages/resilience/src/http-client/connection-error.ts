import { isAppError } from '@base/core/errors'

/** Codes that tell of the request and not of the connection. */
const OWN_FAULT = /INVALID|ABORTED|MISMATCH|NOT_SUPPORTED/

/** How Deno begins the cause. */
const ON_THE_WAY = /^Error: error sending request/

/**
 * Whether a call failed on its way: refused, reset, cut off, or too slow. `fetch` has no error of its own for it: Node
 * gives a TypeError whose cause has a code, Deno one whose cause has none, browsers a TypeError alone, Bun an error with a
 * code, workerd one that says `retryable`.
 */
export function isTransient(error: unknown): boolean {
  if (isAppError(error)) return error.code === 'TIMEOUT'
  if (!(error instanceof Error)) return false
  const code = codeOf(error) ?? codeOf(error.cause)
  if (code !== undefined) return !OWN_FAULT.test(code)
  if ((error as { retryable?: unknown }).retryable === true) return true
  // With another cause that has no code, such as too many redirects, it will be the same again.
  return error.name === 'TypeError' && (error.cause === undefined || ON_THE_WAY.test(String(error.cause)))
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code
  return typeof code === 'string' ? code : undefined
}
