const UNKNOWN = '_OTHER'
/** A code such as Node's `ECONNREFUSED` or a block's `NOT_FOUND`: few of them, and stable. */
const CODE = /^[A-Z][A-Z0-9_]{1,63}$/
/** The name of a class. */
const NAME = /^[\w$.]{1,128}$/

/**
 * The value of `error.type`: the code of the error, as those of @base and of Node have one; otherwise the name of its class;
 * `_OTHER` for what is no error, or cannot be read.
 *
 * @see OpenTelemetry semantic conventions, "error.type"
 */
export function errorType(error: unknown): string {
  if (typeof error !== 'object' || error === null) return UNKNOWN
  try {
    const { code, name } = error as { readonly code?: unknown; readonly name?: unknown }
    if (typeof code === 'string' && CODE.test(code)) return code
    return typeof name === 'string' && NAME.test(name) ? name : UNKNOWN
  } catch {
    return UNKNOWN
  }
}
