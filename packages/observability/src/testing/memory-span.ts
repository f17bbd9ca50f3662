import type { Clock } from '@base/core/clock'
import {
  type SpanOptions as ApiSpanOptions,
  type Attributes,
  type Exception,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanStatus,
  SpanStatusCode,
} from '@opentelemetry/api'
import type { RecordedEvent, RecordedSpan } from './memory-spans.js'

/** How a span begins. */
export interface MemorySpanStart {
  readonly name: string
  readonly options: ApiSpanOptions
  readonly spanContext: SpanContext
  readonly parentSpanId: string | undefined
  readonly scope: string
  readonly clock: Clock
}

/** A span that records, and tells once that it has ended. */
export class MemorySpan implements Span {
  readonly #start: MemorySpanStart
  readonly #ended: (span: RecordedSpan) => void
  readonly #startTime: number
  readonly #attributes: Attributes
  readonly #events: RecordedEvent[] = []
  #name: string
  #status: SpanStatus = { code: SpanStatusCode.UNSET }
  #isRecording = true

  constructor(start: MemorySpanStart, ended: (span: RecordedSpan) => void) {
    this.#start = start
    this.#ended = ended
    this.#name = start.name
    this.#attributes = { ...start.options.attributes }
    this.#startTime = start.clock.now()
  }

  spanContext(): SpanContext {
    return this.#start.spanContext
  }

  setAttribute(key: string, value: Attributes[string]): this {
    if (this.#isRecording) this.#attributes[key] = value
    return this
  }

  setAttributes(attributes: Attributes): this {
    if (this.#isRecording) Object.assign(this.#attributes, attributes)
    return this
  }

  addEvent(name: string, attributes?: unknown): this {
    // The second argument may be a time.
    const isAttributes =
      typeof attributes === 'object' && !Array.isArray(attributes) && !(attributes instanceof Date)
    if (this.#isRecording) this.#events.push({ name, attributes: isAttributes ? { ...attributes } : {} })
    return this
  }

  addLink(): this {
    return this
  }

  addLinks(): this {
    return this
  }

  setStatus(status: SpanStatus): this {
    if (this.#isRecording) this.#status = { ...status }
    return this
  }

  updateName(name: string): this {
    if (this.#isRecording) this.#name = name
    return this
  }

  end(): void {
    if (!this.#isRecording) return
    this.#isRecording = false
    const { options, spanContext, parentSpanId, scope, clock } = this.#start
    this.#ended({
      name: this.#name,
      kind: options.kind ?? SpanKind.INTERNAL,
      attributes: this.#attributes,
      status: this.#status,
      events: this.#events,
      traceId: spanContext.traceId,
      spanId: spanContext.spanId,
      parentSpanId,
      scope,
      startTime: this.#startTime,
      endTime: clock.now(),
    })
  }

  isRecording(): boolean {
    return this.#isRecording
  }

  recordException(exception: Exception): void {
    const { name, message, stack } =
      typeof exception === 'string' ? { message: exception } : (exception as Partial<Error>)
    this.addEvent('exception', {
      ...(name !== undefined && { 'exception.type': name }),
      ...(message !== undefined && { 'exception.message': message }),
      ...(stack !== undefined && { 'exception.stacktrace': stack }),
    })
  }
}
