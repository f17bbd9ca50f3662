import { diag } from '@opentelemetry/api'

/** What the function gives; none where it throws, which OpenTelemetry's diagnostics are told. */
export function guarded<T>(what: string, fn: () => T): T | undefined {
  try {
    return fn()
  } catch (error) {
    diag.error(`@base/observability: ${what} failed`, error)
    return undefined
  }
}

/** What a function of the user gave; none of a promise, whose rejection would end the process. */
export function unpromised<T>(given: T): T | undefined {
  if (!(given instanceof Promise)) return given
  given.catch((error: unknown) => diag.error('@base/observability: a promise of attributes failed', error))
  return undefined
}
