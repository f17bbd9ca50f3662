const UNKNOWN = '_OTHER'
const CODE = /^[A-Z][A-Z0-9_]{1,63}$/
const NAME = /^[A-Za-z][\w.]{0,63}$/

/**
 * What kind of error it is, in few words: its code, as errors of @base and of Node have one, otherwise its name.
 *
 * @see OpenTelemetry semantic conventions, "error.type"
 */
export function errorTypeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return UNKNOWN
  try {
    const { code, name } = error as { readonly code?: unknown; readonly name?: unknown }
    if (typeof code === 'string' && CODE.test(code)) return code
    return typeof name === 'string' && NAME.test(name) ? name : UNKNOWN
  } catch {
    return UNKNOWN
  }
}
