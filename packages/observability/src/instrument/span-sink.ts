import type { Clock } from '@base/core/clock'
import { SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'
import { areIdsAlone } from '../tracing/ids-alone.js'
import { type ChannelRule, eventName } from './channel-rule.js'
import { ERROR_TYPE } from './field-rule.js'
import { fieldReader, type Labels, type MessageReader, type Sink } from './message-reader.js'

/**
 * Adds an event to the active span, or makes a span; nothing, where messages of the channel would be too many for spans, or
 * their spans would be recorded by nobody.
 */
export function spanSink(
  { channel, span }: ChannelRule,
  reader: MessageReader,
  tracer: Tracer,
  clock: Clock,
): Sink | undefined {
  if (span === 'none') return undefined
  if (span !== 'event') return areIdsAlone(tracer) ? undefined : operationSpan(span, reader, tracer, clock)
  const name = eventName(channel)
  return (message, labels) => {
    const active = trace.getActiveSpan()
    if (active?.isRecording()) active.addEvent(name, reader.details(message, copyOf(labels)))
  }
}

/** It is told when it is over: its beginning is in the past. */
function operationSpan(
  { named, duration }: Exclude<ChannelRule['span'], string>,
  reader: MessageReader,
  tracer: Tracer,
  clock: Clock,
): Sink {
  const durationOf = fieldReader(duration)
  const nameOf = fieldReader(named)
  return (message, labels) => {
    const took = durationOf(message)
    if (typeof took !== 'number' || !(took >= 0 && took < Number.POSITIVE_INFINITY)) return
    const end = clock.now()
    const name = String(nameOf(message))
    const attributes = reader.details(message, copyOf(labels))
    const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, startTime: end - took, attributes })
    if (labels[ERROR_TYPE] !== undefined) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end(end)
  }
}

/** A spread copy is many times slower to add to: V8 makes a new shape each time. */
function copyOf(labels: Labels): Labels {
  return Object.assign({}, labels)
}
