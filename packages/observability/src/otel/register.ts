import { ConflictError } from '@base/core/errors'
import {
  context,
  type MeterProvider,
  metrics,
  propagation,
  type TracerProvider,
  trace,
} from '@opentelemetry/api'
import { asyncContextManager } from '../tracing/async-context-manager.js'
import { baggagePropagator } from '../tracing/baggage-propagator.js'
import { areTraceIdsRandom, sayTraceIdsAreRandom } from '../tracing/random-trace-ids.js'
import { propagatorOf } from '../tracing/trace-context-propagator.js'
import { compositePropagator } from './composite-propagator.js'

/** What goes into OpenTelemetry's API, beside the context and the propagators. */
interface Providers {
  readonly tracers: TracerProvider | undefined
  readonly meters: MeterProvider | undefined
  /** Whether baggage is passed on. */
  readonly baggage: boolean
}

/** Registers all of it, and gives what takes it out; throws where somebody else's tracer or meter is there. */
export function register({ tracers, meters, baggage }: Providers): () => void {
  const taken: (() => void)[] = []
  const take = (isTaken: boolean, free: () => void) => {
    if (isTaken) taken.push(free)
    return isTaken
  }
  const leave = () => {
    for (const free of taken.splice(0)) free()
  }
  const isOurs =
    (tracers === undefined || take(trace.setGlobalTracerProvider(tracers), () => trace.disable())) &&
    (meters === undefined || take(metrics.setGlobalMeterProvider(meters), () => metrics.disable()))
  if (!isOurs) {
    leave()
    throw new ConflictError({
      message: 'startOpenTelemetry: OpenTelemetry was started already; close that first.',
    })
  }
  const manager = asyncContextManager()
  if (manager !== undefined) take(context.setGlobalContextManager(manager), () => context.disable())
  if (tracers !== undefined) taken.push(sayTraceIdsAreRandom())
  const propagators = [propagatorOf(areTraceIdsRandom), ...(baggage ? [baggagePropagator()] : [])]
  take(propagation.setGlobalPropagator(compositePropagator(propagators)), () => propagation.disable())
  return leave
}
