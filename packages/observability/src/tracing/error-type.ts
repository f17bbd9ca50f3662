const UNKNOWN = '_OTHER'
/** A code such as Node's `ECONNREFUSED` or a block's `NOT_FOUND`: few of them, and stable. */
const CODE = /^[A-Z][A-Z0-9_]{1,63}$/
/** The name of a class, in any alphabet. */
const NAME = /^[\p{ID_Continue}$.]{1,128}$/u

/**
 * The value of `error.type`: the code of the error, as those of @base and of Node have one; otherwise its name, or that of its
 * class; `_OTHER` for what is no error, or cannot be read.
 *
 * @see OpenTelemetry semantic conventions, "error.type"
 */
export function errorType(error: unknown): string {
  if (typeof error !== 'object' || error === null) return UNKNOWN
  try {
    const { code } = error as { readonly code?: unknown }
    if (typeof code === 'string' && CODE.test(code)) return code
    const name = errorName(error)
    return typeof name === 'string' && NAME.test(name) ? name : UNKNOWN
  } catch {
    return UNKNOWN
  }
}

/** What it is called, or its class: of one that says no name `name` is that of the class above. Throws as `error` does. */
export function errorName(error: object): unknown {
  const { name, constructor: type } = error as { readonly name?: unknown; readonly constructor?: unknown }
  const isNamed = Object.hasOwn(error, 'name') || Object.hasOwn(Object.getPrototypeOf(error) ?? error, 'name')
  return !isNamed && name !== undefined && typeof type === 'function' && type.name !== '' ? type.name : name
}
