import type { Tracer } from '@opentelemetry/api'

/** Where a tracer says that its spans are ids alone; the same in all copies of this package. */
const IDS_ALONE: unique symbol = Symbol.for('@base/observability/ids-alone') as typeof IDS_ALONE

/** Has a tracer say that its spans are ids alone. */
export function sayIdsAlone<T extends Tracer>(tracer: T): T {
  return Object.assign(tracer, { [IDS_ALONE]: true })
}

/** Whether nothing that is told to spans of the tracer is ever recorded: one within which nothing runs need not be made. */
export function areIdsAlone(tracer: Tracer): boolean {
  return (tracer as { [IDS_ALONE]?: unknown })[IDS_ALONE] === true
}
