import type { Component } from '@base/core/lifecycle'
import { instrument } from '@base/observability/instrument'
import { createLogger, type Logger } from '@base/observability/logger'
import { createMetrics, type Metrics, processMetrics } from '@base/observability/metrics'
import { startOpenTelemetry } from '@base/observability/otel'
import { trace } from '@opentelemetry/api'
import manifest from '../package.json' with { type: 'json' }
import type { Config } from './config.ts'

const { name, version } = manifest

/** Who hears what the service does. */
export interface Telemetry {
  readonly logger: Logger
  readonly metrics: Metrics
  /** Sends what there is, and ends. */
  close(): Promise<void>
}

/**
 * The log, on the standard output, metrics, which Prometheus reads, and traces. Both are sent to a collector; without one traces
 * are ids alone. It comes before all else, for an instrument belongs to the collector that is there when it is made.
 */
export async function startTelemetry({ logLevel, otelExporterOtlpEndpoint }: Config): Promise<Telemetry> {
  const endpoint = otelExporterOtlpEndpoint
  const otlp = endpoint === undefined ? (false as const) : { endpoint }
  // Requests come from strangers: their baggage is not for others.
  const sdk = await startOpenTelemetry({ service: { name, version }, otlp, baggage: false })
  return {
    logger: createLogger({ service: { name, version }, level: logLevel }),
    metrics: createMetrics({ otel: endpoint !== undefined }),
    close: () => sdk.close(),
  }
}

/** Tells what the blocks do while the service runs. */
export function telemetryPart({ logger, metrics, close }: Telemetry): Component {
  const stops: (() => unknown)[] = []
  return {
    name: 'telemetry',
    start: () => {
      const tracer = trace.getTracer(name)
      stops.push(processMetrics(metrics), instrument({ logger, metrics, tracer }), close)
    },
    stop: async () => {
      for (const stop of stops) await stop()
    },
  }
}
