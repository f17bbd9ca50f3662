import { type Clock, systemClock } from '@base/core/clock'
import { ConflictError } from '@base/core/errors'
import { checkMethods, checkOptions } from '@base/core/options'
import { context, type TracerProvider, trace } from '@opentelemetry/api'
import { asyncContextManager } from '../tracing/async-context-manager.js'
import { memoryTracer } from './memory-tracer.js'
import type { RecordedSpan } from './recorded-span.js'

/** Options of {@link memorySpans}. */
export interface MemorySpansOptions {
  /** The source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/** The spans of a test. */
export interface MemorySpans {
  /** Those that have ended, in the order in which they did. */
  readonly spans: readonly RecordedSpan[]
  /** How many have begun and not ended. */
  readonly open: number
  /** The first of this name that has ended. */
  find(name: string): RecordedSpan | undefined
  /** Forgets those that have ended. */
  clear(): void
  /** Takes the tracer and the context manager out again: what is recorded stays, and no more is. Idempotent. */
  close(): void
  /** The same as `close()`. */
  [Symbol.dispose](): void
}

/**
 * Records every span of the process, sampled, in memory: a tracer and a context manager of OpenTelemetry, registered until
 * `close()`. It needs no SDK. Ids are counted, so that they are the same in each run.
 *
 * @example
 * const memory = memorySpans()
 * await withSpan('price the cart', async () => 100)
 * memory.find('price the cart')?.status.code // 0
 * memory.close()
 *
 * @throws {@link ConflictError} where an SDK, or another `memorySpans()`, is registered.
 * @throws {@link InvalidOptionError} naming the option.
 */
export function memorySpans(options: MemorySpansOptions = {}): MemorySpans {
  const where = { package: '@base/observability', pattern: 'memorySpans' }
  const { clock = systemClock } = checkOptions(options, where)
  checkMethods<Clock>(clock, ['now'], { ...where, option: 'clock' })
  const spans: RecordedSpan[] = []
  let isClosed = false
  const { provider, open } = memoryTracer(clock, (span) => {
    if (!isClosed) spans.push(span)
  })
  const leave = register(provider)
  const close = () => {
    if (!isClosed) leave()
    isClosed = true
  }
  return {
    spans,
    get open() {
      return open()
    },
    find: (name) => spans.find((span) => span.name === name),
    clear: () => void spans.splice(0),
    close,
    [Symbol.dispose]: close,
  }
}

/** Registers both, or none; gives what takes them out. */
function register(provider: TracerProvider): () => void {
  const manager = asyncContextManager()
  if (!trace.setGlobalTracerProvider(provider))
    throw new ConflictError({ message: 'memorySpans: OpenTelemetry has a tracer already; close it first.' })
  const isOurs = manager !== undefined && context.setGlobalContextManager(manager)
  return () => {
    trace.disable()
    if (isOurs) context.disable()
  }
}
