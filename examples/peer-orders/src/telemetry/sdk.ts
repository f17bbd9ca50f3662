import { setTimeout } from 'node:timers/promises'
import { propagation, trace } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { Config } from '../config.ts'

/** How long a collector may take for the last spans. */
const PATIENCE = 5_000

/** Spans for a collector, where the settings name one; else ids alone, for lines and for who is called. */
export async function startSdk(config: Config): Promise<() => Promise<void>> {
  const provider =
    config.OTEL_EXPORTER_OTLP_ENDPOINT === undefined ? idProvider() : await sendingProvider(config)
  trace.setGlobalTracerProvider(provider)
  // Requests come from strangers: their baggage is not for others.
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  return () => Promise.race([provider.shutdown(), setTimeout(PATIENCE)]).catch(() => {})
}

/** Of a trace that came in the flag goes on as it was, for others may keep it. */
function idProvider(): TracerProvider {
  return new TracerProvider({ sampler: new ParentBasedSampler({ root: new AlwaysOffSampler() }) })
}

async function sendingProvider({ NODE_ENV }: Config): Promise<TracerProvider> {
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto')
  const attributes = {
    'service.name': 'peer-orders',
    ...(NODE_ENV !== undefined && { 'deployment.environment.name': NODE_ENV }),
  }
  return new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes(attributes)),
    // It reads in the environment where the collector is.
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  })
}
