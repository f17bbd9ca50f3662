import type { Resource } from '@opentelemetry/resources'
import type { MeterProvider } from '@opentelemetry/sdk-metrics'
import type { Sampler, TracerProvider } from '@opentelemetry/sdk-trace'
import type { MetricsSettings, OpenTelemetrySettings } from './check-options.js'
import { idTracerProvider } from './id-tracer.js'
import { OtlpSender } from './otlp-sender.js'
import type { OtlpSettings } from './otlp-settings.js'
import type { Peers } from './peers.js'
import { register } from './register.js'
import type { Sampling } from './sampling.js'

/** In milliseconds: the SDK takes a timer, which would fire at once where it is longer. */
const LONGEST_INTERVAL = 2_147_483_647

export interface Sdk {
  /** Batches that were thrown away. */
  dropped(): number
  /** Sends what there is. May reject, and takes as long as the collector does. */
  flush(): Promise<void>
  /** Takes everything out of the API again. */
  unregister(): void
  /** Sends what there is and stops collecting. May reject, and takes as long as the collector does. */
  shutdown(): Promise<void>
  /** Gives up what is under way; resolves, at once, when that was counted. Never rejects. */
  abandon(): Promise<void>
}

/** Builds the SDK and registers it, whole or not at all. */
export function createSdk(settings: OpenTelemetrySettings, peers: Peers): Sdk {
  const resource = resourceOf(settings, peers)
  const spans = settings.traces && spansOf(settings, settings.traces, resource, peers)
  const meters = settings.metrics && metersOf(settings.metrics, resource, peers)
  const signals = [spans, meters].filter((signal) => signal !== undefined)
  const senders = signals.map(({ sender }) => sender)
  const providers = signals.map(({ provider }) => provider)
  const send = (how: 'forceFlush' | 'shutdown') =>
    all([...providers.map((one) => () => one[how]()), ...senders.map((one) => () => one.drain())])
  const abandon = async () => {
    for (const sender of senders) sender.close()
    await Promise.all(senders.map((sender) => sender.drain()))
  }
  try {
    const unregister = register({
      tracers: spans?.provider ?? idTracerProvider(),
      meters: meters?.provider,
      baggage: settings.baggage,
    })
    return {
      dropped: () => senders.reduce((sum, sender) => sum + sender.dropped, 0),
      flush: () => send('forceFlush'),
      unregister,
      shutdown: () => send('shutdown'),
      abandon,
    }
  } catch (error) {
    void abandon()
    void meters?.provider.shutdown().catch(() => {})
    throw error
  }
}

/** One after another, for a sender has all batches only once its provider was flushed; a failure stops no other. */
async function all(steps: readonly (() => Promise<void>)[]): Promise<void> {
  for (const step of steps) await step().catch(() => {})
}

function resourceOf({ attributes }: OpenTelemetrySettings, { resources }: Peers): Resource {
  const { defaultResource, detectResources, envDetector, resourceFromAttributes, serviceInstanceIdDetector } =
    resources
  return defaultResource()
    .merge(detectResources({ detectors: [serviceInstanceIdDetector, envDetector] }))
    .merge(resourceFromAttributes(attributes))
}

function spansOf(
  { sampling }: OpenTelemetrySettings,
  settings: OtlpSettings,
  resource: Resource,
  { otlp, trace: sdk }: Peers,
): { provider: TracerProvider; sender: OtlpSender } {
  type Spans = Parameters<typeof otlp.ProtobufTraceSerializer.serializeRequest>[0]
  const sender = new OtlpSender(settings)
  const exporter = exporterOf(sender, (spans: Spans) => otlp.ProtobufTraceSerializer.serializeRequest(spans))
  const spanProcessors = [new sdk.BatchSpanProcessor({ exporter })]
  return {
    provider: new sdk.TracerProvider({ resource, sampler: samplerOf(sampling, sdk), spanProcessors }),
    sender,
  }
}

function metersOf(
  settings: MetricsSettings,
  resource: Resource,
  { otlp, metrics: sdk }: Peers,
): { provider: MeterProvider; sender: OtlpSender } {
  type Data = Parameters<typeof otlp.ProtobufMetricsSerializer.serializeRequest>[0]
  const sender = new OtlpSender(settings)
  const exporter = exporterOf(sender, (data: Data) => otlp.ProtobufMetricsSerializer.serializeRequest(data))
  const exportIntervalMillis = Math.min(settings.interval, LONGEST_INTERVAL)
  const readers = [new sdk.PeriodicExportingMetricReader({ exporter, exportIntervalMillis })]
  return { provider: new sdk.MeterProvider({ resource, readers }), sender }
}

type Done = (result: { code: 0 | 1; error?: Error }) => void

/** An exporter that is done as soon as it has handed over, so that no timer of the SDK waits for a collector. */
function exporterOf<T>(
  sender: OtlpSender,
  serialize: (data: T) => Uint8Array | undefined,
): { export(data: T, done: Done): void; forceFlush(): Promise<void>; shutdown(): Promise<void> } {
  return {
    export(data, done) {
      try {
        const body = serialize(data)
        if (body !== undefined) sender.send(body)
        done({ code: 0 })
      } catch (error) {
        done({ code: 1, error: error as Error })
      }
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  }
}

function samplerOf({ ratio, isParentBased }: Sampling, sdk: Peers['trace']): Sampler {
  const root = new sdk.TraceIdRatioBasedSampler(ratio)
  return isParentBased ? new sdk.ParentBasedSampler({ root }) : root
}
