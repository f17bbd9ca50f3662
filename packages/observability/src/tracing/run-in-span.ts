import {
  type SpanOptions as ApiSpanOptions,
  type Attributes,
  type Context,
  context,
  diag,
  type Span,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { follow } from './follow.js'
import { guarded, unpromised } from './guarded.js'
import type { SpanSettings } from './span-options.js'
import { SpanRun } from './span-run.js'

/** Calls the function in a new span, with these arguments, or with the span where there are none. */
export function runInSpan(
  tracer: Tracer,
  settings: SpanSettings,
  fn: (this: unknown, ...args: unknown[]) => unknown,
  self: unknown,
  given: unknown[] | undefined,
): unknown {
  const parent = context.active()
  const span = startSpan(tracer, settings, parent, given)
  // A provider that is broken must not break what is traced.
  if (span === undefined) return fn.apply(self, given ?? [])
  const active = trace.setSpan(parent, span)
  const args = given ?? [span]
  // A closure is cheaper than arguments that are spread three times, and than the bind that a `this` costs.
  const call = () => fn.apply(self, args)
  if (!isRecording(span)) return context.with(active, call)
  const run = new SpanRun(span, active, settings, given)
  let value: unknown
  try {
    value = context.with(active, call)
  } catch (error) {
    run.fail(error)
    throw error
  }
  return follow(value, run)
}

/** As by `guarded`, without the price of a closure. */
function startSpan(
  tracer: Tracer,
  settings: SpanSettings,
  parent: Context,
  args: unknown[] | undefined,
): Span | undefined {
  try {
    return tracer.startSpan(settings.name, optionsOf(settings, args), parent)
  } catch (error) {
    diag.error('@base/observability: startSpan failed', error)
    return undefined
  }
}

function isRecording(span: Span): boolean {
  return guarded('span.isRecording', () => span.isRecording()) === true
}

function optionsOf(settings: SpanSettings, args: unknown[] | undefined): ApiSpanOptions {
  const { name, start, attributesOf } = settings
  if (attributesOf === undefined) return start
  const attributes = guarded(`attributes of span ${name}`, (): Attributes | undefined =>
    unpromised(attributesOf(...(args ?? []))),
  )
  return attributes === undefined ? start : { kind: start.kind, attributes }
}
