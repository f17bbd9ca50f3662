/** Whose callback threw. */
export interface CallbackPlace {
  /** The package that called it: `'@base/resilience'`. */
  readonly package: string
  /** The class or function that called it: `'CircuitBreaker'`. */
  readonly pattern: string
  /** What was called: `"a listener of 'stateChange'"`, `'isFailure'`. */
  readonly callback: string
}

/**
 * Tells the operator that a callback of the user threw, where that must not change the outcome of a call: as a process
 * warning with the code `CALLBACK_THREW`; by `reportError` where there is no `process`. Never throws.
 *
 * @example
 * try {
 *   onSaved(order)
 * } catch (error) {
 *   reportCallbackError(error, { package: 'my-service', pattern: 'Orders', callback: 'onSaved' })
 * }
 */
export function reportCallbackError(error: unknown, place: CallbackPlace): void {
  const { process, reportError } = globalThis as typeof globalThis & { reportError?: (e: unknown) => void }
  try {
    if (typeof process?.emitWarning === 'function') process.emitWarning(...warning(error, place))
    else reportError?.(error)
  } catch {
    // A process that turns warnings into errors: the call matters more.
  }
}

function warning(
  error: unknown,
  { package: owner, pattern, callback }: CallbackPlace,
): [message: string, options: { type: string; code: string; detail?: string }] {
  const detail = error instanceof Error ? error.stack : undefined
  return [
    `${owner} ${pattern}: ${callback} threw: ${textOf(error)}`,
    { type: 'CallbackWarning', code: 'CALLBACK_THREW', ...(detail !== undefined && { detail }) },
  ]
}

function textOf(error: unknown): string {
  try {
    return String(error)
  } catch {
    return 'something that has no text'
  }
}
