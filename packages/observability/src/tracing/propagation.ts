import { type Context, createContextKey } from '@opentelemetry/api'

/** The one that OpenTelemetry's SDK sets for its own requests. */
const SUPPRESSED = /* @__PURE__ */ createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

/** Whether nothing is to be passed on. */
export function isSuppressed(context: Context): boolean {
  return context.getValue(SUPPRESSED) === true
}

/** The value of a header that may come several times; none of what is no text. */
export function joinedHeader(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.filter((one) => typeof one === 'string').join(',')
  return typeof value === 'string' ? value : undefined
}
