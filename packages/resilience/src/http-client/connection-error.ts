import { errorKind, isAppError } from '@base/core/errors'
import { isError } from '../policy/is-error.js'
import { isOfBody } from './body-state.js'

/** Codes that tell of the request; others hold the same words and tell of the answer, such as HPE_INVALID_CONSTANT. */
const OWN_FAULT =
  /^(?:(?:UND_)?ERR_(?:HTTP2?_)?INVALID_|(?:UND_ERR_ABORTED|ABORT_ERR|(?:UND_ERR_REQ|ERR_HTTP)_CONTENT_LENGTH_MISMATCH|(?:UND_)?ERR_(?:[A-Z]+_)?NOT_SUPPORTED|UnexpectedRedirect|TooManyRedirects)$)/

/** How Deno tells of a redirect that must not be followed, or not any further: with a message alone. */
const REDIRECTED = /^Fetch failed: (?:Encountered redirect|Maximum number of redirects)/

/** How Deno begins the cause, and Node where an answer is no HTTP, or a proxy does not connect: its caller's abort is no TypeError. */
const ON_THE_WAY = /^(?:Error: error sending request|HTTPParserError: |Error: Request was cancelled)/

/**
 * Whether a call failed on its way: refused, reset, cut off, or too slow. `fetch` has no error of its own for it: Node
 * gives a TypeError whose cause has a code, Deno one whose cause has none, browsers a TypeError alone, Bun an error with a
 * code, workerd one that says `retryable`.
 */
export function isTransient(error: unknown): boolean {
  if (isAppError(error)) return error.code === 'TIMEOUT'
  // Of a `fetch` with a limit of its own; whether it was the caller's, those who ask know.
  if (errorKind(error) === 'timeout') return true
  if (!isError(error) || isOfBody(error)) return false
  const code = codeOf(error) ?? codeOf(error.cause)
  if (code !== undefined) return !OWN_FAULT.test(code)
  if ((error as { retryable?: unknown }).retryable === true) return true
  // With another cause that has no code, such as too many redirects, it will be the same again.
  if (error.name !== 'TypeError') return false
  return error.cause === undefined ? !REDIRECTED.test(error.message) : ON_THE_WAY.test(String(error.cause))
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code
  return typeof code === 'string' ? code : undefined
}
