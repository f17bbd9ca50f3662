import type { Clock } from '@base/core/clock'
import {
  type SpanOptions as ApiSpanOptions,
  type Attributes,
  type Exception,
  type Link,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
} from '@opentelemetry/api'
import type { RecordedEvent, RecordedLink, RecordedSpan } from './recorded-span.js'

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
  readonly #links: RecordedLink[] = []
  #name: string
  #status: SpanStatus = { code: SpanStatusCode.UNSET }
  #isRecording = true

  constructor(start: MemorySpanStart, ended: (span: RecordedSpan) => void) {
    this.#start = start
    this.#ended = ended
    this.#name = start.name
    this.#attributes = { ...start.options.attributes }
    this.#startTime = this.#timeOf(start.options.startTime)
    this.addLinks(start.options.links ?? [])
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

  addLink({ context: { traceId, spanId }, attributes }: Link): this {
    if (this.#isRecording) this.#links.push({ traceId, spanId, attributes: { ...attributes } })
    return this
  }

  addLinks(links: readonly Link[]): this {
    for (const link of links) this.addLink(link)
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

  end(endTime?: TimeInput): void {
    if (!this.#isRecording) return
    this.#isRecording = false
    const { options, spanContext, parentSpanId, scope } = this.#start
    this.#ended({
      name: this.#name,
      kind: options.kind ?? SpanKind.INTERNAL,
      attributes: this.#attributes,
      status: this.#status,
      events: this.#events,
      links: this.#links,
      traceId: spanContext.traceId,
      spanId: spanContext.spanId,
      parentSpanId,
      scope,
      startTime: this.#startTime,
      endTime: this.#timeOf(endTime),
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

  /** A number is of the epoch: of `performance.now()` a clock of a test knows nothing. */
  #timeOf(time: TimeInput = this.#start.clock.now()): number {
    if (!Array.isArray(time)) return Number(time)
    const [seconds, nanoseconds] = time
    return seconds * 1_000 + nanoseconds / 1_000_000
  }
}
