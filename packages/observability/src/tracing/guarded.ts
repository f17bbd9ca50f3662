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
