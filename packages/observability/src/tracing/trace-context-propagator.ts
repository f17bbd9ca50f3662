import { checkBoolean, checkOptions } from '@base/core/options'
import {
  type Context,
  createContextKey,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api'
import { guarded } from './guarded.js'
import { isSuppressed, joinedHeader } from './propagation.js'
import { MemberList, parseTraceState } from './trace-state.js'
import { formatTraceparent, parseTraceparent, RANDOM } from './traceparent.js'

/** Options of {@link traceContextPropagator}. */
export interface TraceContextOptions {
  /**
   * Whether the trace ids that start here are random in their last seven bytes, as those of the OpenTelemetry SDK are
   * unless it was given an `idGenerator`; the flag says so to everyone after. @defaultValue false
   */
  readonly randomTraceIds?: boolean | undefined
}

/** Spans of an SDK keep the flag `sampled` alone, so what came with the trace is kept beside them. */
const REMOTE = /* @__PURE__ */ createContextKey('@base/observability remote trace')

/**
 * The propagator of W3C Trace Context, level 2, for `propagation.setGlobalPropagator`.
 *
 * A `traceparent` that is not valid, or comes twice, starts the trace anew, and its `tracestate` goes with it. A
 * `tracestate` with one member that is not valid, or more than 32, is dropped whole. The flag `random` of a trace is
 * passed on unchanged; flags that level 2 does not know are sent as zero. Nothing in a header makes it throw.
 *
 * @example
 * propagation.setGlobalPropagator(traceContextPropagator())
 *
 * @throws {@link InvalidOptionError} naming the option.
 * @see https://www.w3.org/TR/trace-context-2/
 */
export function traceContextPropagator(options: TraceContextOptions = {}): TextMapPropagator {
  const where = { package: '@base/observability', pattern: 'traceContextPropagator' }
  const { randomTraceIds = false } = checkOptions(options, where)
  checkBoolean(randomTraceIds, { ...where, option: 'randomTraceIds' })
  return propagatorOf(() => randomTraceIds)
}

/** The same, asking at each header whether the trace ids that start here are random. */
export function propagatorOf(areRandom: () => boolean): TextMapPropagator {
  return {
    inject: (context, carrier, setter) => inject(context, carrier, setter, areRandom()),
    extract,
    fields: () => ['traceparent', 'tracestate'],
  }
}

function inject<C>(context: Context, carrier: C, setter: TextMapSetter<C>, randomTraceIds: boolean): void {
  const span = trace.getSpanContext(context)
  if (span === undefined || !trace.isSpanContextValid(span) || isSuppressed(context)) return
  const random = isRandom(context, span, randomTraceIds) ? RANDOM : 0
  const traceFlags = (span.traceFlags & ~RANDOM) | random
  setter.set(carrier, 'traceparent', formatTraceparent({ ...span, traceFlags }))
  const state = guarded('reading a trace state', () => serializeState(span)) ?? ''
  if (state !== '') setter.set(carrier, 'tracestate', state)
}

/** What came with the trace decides; of one that started here, the option. */
function isRandom(context: Context, { traceId, traceFlags }: SpanContext, randomTraceIds: boolean): boolean {
  if ((traceFlags & RANDOM) !== 0) return true
  const remote = context.getValue(REMOTE) as SpanContext | undefined
  if (remote?.traceId === traceId) return (remote.traceFlags & RANDOM) !== 0
  return randomTraceIds && trace.getSpan(context)?.spanContext().isRemote !== true
}

/** The state of somebody else's making may be anything. */
function serializeState({ traceState }: SpanContext): string | undefined {
  if (traceState === undefined || traceState instanceof MemberList) return traceState?.serialize()
  return parseTraceState(traceState.serialize())?.serialize()
}

function extract<C>(context: Context, carrier: C, getter: TextMapGetter<C>): Context {
  const parent = guarded('reading a traceparent', () => only(getter.get(carrier, 'traceparent')))
  const remote = parent === undefined ? undefined : parseTraceparent(parent)
  if (remote === undefined) return context
  const state = guarded('reading a tracestate', () => joinedHeader(getter.get(carrier, 'tracestate')))
  const traceState = state === undefined ? undefined : parseTraceState(state)
  const found = traceState === undefined ? remote : { ...remote, traceState }
  return trace.setSpanContext(context.setValue(REMOTE, found), found)
}

function only(value: unknown): string | undefined {
  const [first, ...others] = Array.isArray(value) ? value : [value]
  return typeof first === 'string' && others.length === 0 ? first : undefined
}
