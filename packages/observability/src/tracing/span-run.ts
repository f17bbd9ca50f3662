import { type Context, context, diag, type Exception, type Span, SpanStatusCode } from '@opentelemetry/api'
import { isCallerAbort } from './caller-abort.js'
import { errorName, errorType } from './error-type.js'
import { guarded, unpromised } from './guarded.js'
import type { SpanSettings } from './span-options.js'

const MAX_MESSAGE = 1_024

/** A call under its span, until it has ended, once. */
export class SpanRun {
  readonly #span: Span
  readonly #active: Context
  readonly #settings: SpanSettings
  readonly #args: readonly unknown[] | undefined
  #ended = false

  constructor(span: Span, active: Context, settings: SpanSettings, args: readonly unknown[] | undefined) {
    this.#span = span
    this.#active = active
    this.#settings = settings
    this.#args = args
  }

  /** Runs a further step of the call with the span active. */
  within<T>(fn: () => T): T {
    return this.#ended ? fn() : context.with(this.#active, fn)
  }

  /** Ended with this value. */
  succeed(value: unknown): void {
    const { name, recordResult } = this.#settings
    if (recordResult !== undefined && !this.#ended) {
      guarded(`recordResult of span ${name}`, () =>
        this.#span.setAttributes(unpromised(recordResult(value)) ?? {}),
      )
    }
    this.end()
  }

  /** Ended with this error; that the caller gave up is none. */
  fail(error: unknown): void {
    if (this.#ended) return
    if (!isCallerAbort(error, this.#args, this.#settings.signal)) this.#record(error)
    this.end()
  }

  /** Ended, with nothing to say of it. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    try {
      this.#span.end()
    } catch (error) {
      diag.error('@base/observability: span.end failed', error)
    }
  }

  #record(error: unknown): void {
    guarded('recording an error', () => {
      const type = errorType(error)
      const message = messageOf(error)
      this.#span.setAttribute('error.type', type)
      this.#span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== '' && { message }) })
      this.#span.recordException(exceptionOf(error, type, message))
    })
  }
}

function messageOf(error: unknown): string {
  try {
    const text = typeof error === 'object' && error !== null ? (error as Error).message : String(error)
    return typeof text === 'string' ? text.slice(0, MAX_MESSAGE) : ''
  } catch {
    // What cannot be read is an error all the same.
    return ''
  }
}

/** Read here, once, so that no hostile property is read by an SDK. */
function exceptionOf(error: unknown, type: string, message: string): Exception {
  if (typeof error !== 'object' || error === null) return { name: type, message }
  const name = errorName(error)
  const { stack } = error as Error
  return {
    name: typeof name === 'string' && name !== '' ? name : type,
    message,
    ...(typeof stack === 'string' && { stack }),
  }
}
