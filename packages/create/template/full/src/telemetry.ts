import type { Component } from '@base/core/lifecycle'
import { instrument } from '@base/observability/instrument'
import { createLogger } from '@base/observability/logger'
import { createMetrics, type Metrics, processMetrics } from '@base/observability/metrics'
import { startOpenTelemetry } from '@base/observability/otel'
import { trace } from '@opentelemetry/api'
import type { Logger } from 'pino'
import manifest from '../package.json' with { type: 'json' }
import type { Config } from './config.ts'

const { name, version } = manifest

/** Who hears what the service does. */
export interface Telemetry {
  readonly logger: Logger
  readonly metrics: Metrics
}

/** The log, on the standard output, and the metrics, which Prometheus reads and a collector is sent. */
export function createTelemetry({ logLevel, otelExporterOtlpEndpoint }: Config): Telemetry {
  return {
    logger: createLogger({ service: { name, version }, level: logLevel }),
    metrics: createMetrics({ otel: otelExporterOtlpEndpoint !== undefined }),
  }
}

/** Traces, and tells what the blocks do while the service runs. Without a collector traces are ids alone. */
export function telemetryPart({ logger, metrics }: Telemetry, config: Config): Component {
  const { otelExporterOtlpEndpoint: endpoint } = config
  const stops: (() => unknown)[] = []
  return {
    name: 'telemetry',
    start: async () => {
      const otlp = endpoint === undefined ? (false as const) : { endpoint }
      // Requests come from strangers: their baggage is not for others.
      const sdk = await startOpenTelemetry({ service: { name, version }, otlp, baggage: false })
      const tracer = trace.getTracer(name)
      stops.push(processMetrics(metrics), instrument({ logger, metrics, tracer }), () => sdk.close())
    },
    stop: async () => {
      for (const stop of stops) await stop()
    },
  }
}
