/** Serialization failure and deadlock in SQL, and what our memory says in their place. */
const RETRYABLE: ReadonlySet<unknown> = new Set(['40001', '40P01', 'SERIALIZATION_FAILURE'])

/** Drivers and mappers wrap; nobody wraps deeper than this. */
const MAX_CAUSES = 10

/**
 * Whether an error, or what led to it, says that a unit was given up for the sake of others and may succeed when it is
 * run again.
 */
export function isRetryable(error: unknown): boolean {
  let current = error
  for (let depth = 0; depth < MAX_CAUSES && typeof current === 'object' && current !== null; depth++) {
    const { code, cause } = current as { readonly code?: unknown; readonly cause?: unknown }
    if (RETRYABLE.has(code)) return true
    current = cause
  }
  return false
}
