import type { SpanKind, SpanStatus } from '@opentelemetry/api'

/** What happened within a span. */
export interface RecordedEvent {
  /** Its name, `'exception'` for an error. */
  readonly name: string
  /** What it says. */
  readonly attributes: Readonly<Record<string, unknown>>
}

/** Another span that a span names, such as that of a message it handles. */
export interface RecordedLink {
  /** The trace that it is of, 32 hexadecimal digits. */
  readonly traceId: string
  /** Its id, 16 hexadecimal digits. */
  readonly spanId: string
  /** What is said of it. */
  readonly attributes: Readonly<Record<string, unknown>>
}

/** A span that has ended. */
export interface RecordedSpan {
  /** Its name. */
  readonly name: string
  /** What it is in a conversation between services. */
  readonly kind: SpanKind
  /** What it says. */
  readonly attributes: Readonly<Record<string, unknown>>
  /** How it ended; `{ code: 0 }` where nobody said. */
  readonly status: SpanStatus
  /** What happened within it, in order. */
  readonly events: readonly RecordedEvent[]
  /** The spans that it names, in order. */
  readonly links: readonly RecordedLink[]
  /** The trace that it is of, 32 hexadecimal digits. */
  readonly traceId: string
  /** Its own id, 16 hexadecimal digits. */
  readonly spanId: string
  /** The id of the span it is a child of, here or elsewhere. */
  readonly parentSpanId: string | undefined
  /** The name of the library that made it. */
  readonly scope: string
  /** When it began, in milliseconds of the epoch: as it was said, or by the clock. */
  readonly startTime: number
  /** When it ended, likewise. */
  readonly endTime: number
}
