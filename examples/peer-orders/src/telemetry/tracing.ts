import { trace } from '@opentelemetry/api'
import type { Config } from '../config.ts'

/** Makes the spans of the service; none until tracing has started. */
export const tracer = trace.getTracer('peer-orders')

/** Starts the traces of the process, unless the settings say no: then nothing of OpenTelemetry's SDK is loaded. @returns what sends the last spans */
export async function startTracing(config: Config): Promise<() => Promise<void>> {
  if (config.OTEL_SDK_DISABLED) return async () => {}
  const { startSdk } = await import('./sdk.ts')
  return startSdk(config)
}
