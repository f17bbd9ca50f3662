import { type Attributes, context, type Span, type Tracer, trace } from '@opentelemetry/api'
import { follow } from './follow.js'
import { guarded } from './guarded.js'
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
  if (!span.isRecording()) return context.with(active, fn, self, ...args)
  const run = new SpanRun(span, active, settings, given)
  let value: unknown
  try {
    value = context.with(active, fn, self, ...args)
  } catch (error) {
    run.fail(error)
    throw error
  }
  return follow(value, run)
}

function startSpan(
  tracer: Tracer,
  settings: SpanSettings,
  parent: ReturnType<typeof context.active>,
  args: unknown[] | undefined,
): Span | undefined {
  const { name, kind, attributesOf } = settings
  let { attributes } = settings
  if (attributesOf !== undefined)
    attributes = guarded(`attributes of span ${name}`, () => attributesOf(...(args ?? [])))
  return guarded('startSpan', () => tracer.startSpan(name, optionsOf(kind, attributes), parent))
}

function optionsOf(
  kind: SpanSettings['kind'],
  attributes: Attributes | undefined,
): { kind: SpanSettings['kind']; attributes?: Attributes } {
  return attributes === undefined ? { kind } : { kind, attributes }
}
