import { traced } from '@base/observability/tracing'
import { bench } from '@base-internal/tools/bench'
import { context, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { TracerProvider } from '@opentelemetry/sdk-trace'

const add = (index: number) => index + 1
const addLater = async (index: number) => index + 1
const tracedAdd = traced('add', add)
const tracedAddLater = traced('add', addLater)

/** The span as people write it by hand. */
const tracer = trace.getTracer('by hand')
function byHand(index: number): number {
  return tracer.startActiveSpan('add', (span) => {
    try {
      return add(index)
    } catch (error) {
      span.recordException(error as Error)
      span.setStatus({ code: SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  })
}
function byHandLater(index: number): Promise<number> {
  return tracer.startActiveSpan('add', async (span) => {
    try {
      return await addLater(index)
    } catch (error) {
      span.recordException(error as Error)
      span.setStatus({ code: SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  })
}

await bench({
  name: '@base/observability/tracing without an SDK',
  ours: 'traced',
  workloads: {
    'a call': { contestants: { traced: tracedAdd, 'the function itself': add, 'by hand': byHand } },
    'an async call': {
      contestants: { traced: tracedAddLater, 'the function itself': addLater, 'by hand': byHandLater },
    },
  },
})

context.setGlobalContextManager(new AsyncLocalStorageContextManager())
trace.setGlobalTracerProvider(new TracerProvider())

await bench({
  name: '@base/observability/tracing with a sampled span',
  ours: 'traced',
  workloads: {
    'a call': { contestants: { traced: tracedAdd, 'by hand': byHand } },
    'an async call': { contestants: { traced: tracedAddLater, 'by hand': byHandLater } },
  },
})
