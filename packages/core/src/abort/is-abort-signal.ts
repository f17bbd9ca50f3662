/**
 * Whether a value is an `AbortSignal`: by shape, for one of another realm or of a polyfill is one as well.
 *
 * @example
 * isAbortSignal(AbortSignal.timeout(5_000)) // → true
 */
export function isAbortSignal(value: unknown): value is AbortSignal {
  const { aborted, addEventListener } = (value ?? {}) as Partial<AbortSignal>
  return typeof aborted === 'boolean' && typeof addEventListener === 'function'
}
