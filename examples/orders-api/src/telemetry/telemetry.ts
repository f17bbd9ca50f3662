import { createLogger, type Logger, stdoutSink } from '@base/observability/logger'
import { type OpenTelemetry, startOpenTelemetry } from '@base/observability/otel'
import type { Config } from '../config.ts'

/** How the service names itself, in lines, traces and metrics. */
const NAME = 'orders-api'

/** Who writes lines, and who sends traces. */
export interface Telemetry {
  readonly logger: Logger
  readonly tracing: Pick<OpenTelemetry, 'close'>
}

/**
 * Starts what there is one of in a process: the log on the standard output, and traces. Without a collector these are ids
 * alone, in lines and in what is sent to others.
 */
export async function startTelemetry(config: Config): Promise<Telemetry> {
  const { nodeEnv, logFormat, logLevel, otelExporterOtlpEndpoint: endpoint } = config
  const service = { name: NAME, environment: nodeEnv }
  const logger = createLogger({
    service,
    level: logLevel,
    format: logFormat,
    redact: { patterns: ['email'] },
    // What a request did is told once it has gone wrong.
    buffer: {},
    destination: stdoutSink({ gather: true }),
  })
  // Requests come from strangers: their baggage is not for others.
  const otlp = endpoint === undefined ? (false as const) : { endpoint }
  return { logger, tracing: await startOpenTelemetry({ service, otlp, baggage: false }) }
}
