/** Whether a value is an `AbortSignal`: by shape, for one of another realm or of a polyfill is one as well. */
export function isSignal(signal: unknown): signal is AbortSignal {
  const { aborted, addEventListener } = (signal ?? {}) as Partial<AbortSignal>
  return typeof aborted === 'boolean' && typeof addEventListener === 'function'
}
