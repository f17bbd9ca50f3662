import { deferred } from '@base-internal/tools/deferred'
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type MemorySpans, memorySpans } from '../testing/index.js'
import { baggagePropagator, headerCarrier, parseBaggage, tracecontext, traced } from './index.js'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const HEADER = `00-${TRACE}-${SPAN}-01`
const read = (headers: Record<string, string | string[]>) =>
  trace.getSpanContext(tracecontext.extract(headers, ROOT_CONTEXT))
const stateOf = (tracestate: string) => read({ traceparent: HEADER, tracestate })?.traceState?.serialize()

describe('defects of @opentelemetry/core that ours has not', () => {
  test('flags ff are passed on as -0ff, which is not valid: ours sends the flags that are known', () => {
    const received = tracecontext.extract({ traceparent: `00-${TRACE}-${SPAN}-ff` }, ROOT_CONTEXT)
    expect(tracecontext.inject({}, received)).toEqual({ traceparent: `00-${TRACE}-${SPAN}-03` })
  })

  test.each(['02', '03'])('the flag random of %s is lost in spans of a child: ours goes on', (flags) => {
    const received = tracecontext.extract({ traceparent: `00-${TRACE}-${SPAN}-${flags}` }, ROOT_CONTEXT)
    // As its spans are: with the flag sampled alone.
    const child = { traceId: TRACE, spanId: '00f067aa0ba902b7', traceFlags: Number(flags) & 1 }
    expect(tracecontext.inject({}, trace.setSpanContext(received, child))).toEqual({
      traceparent: `00-${TRACE}-00f067aa0ba902b7-${flags}`,
    })
  })

  test('the first of an array of traceparents is taken: ours starts anew', () => {
    expect(read({ traceparent: [HEADER, `00-${'1'.repeat(32)}-${SPAN}-01`] })).toBeUndefined()
    expect(read({ traceparent: [HEADER] })?.traceId).toBe(TRACE)
  })

  test('members of a bad tracestate are kept: ours drops it whole', () => {
    expect(stateOf('a=1,foo=bar=baz')).toBeUndefined()
    expect(stateOf('a=1,@foo=1')).toBeUndefined()
  })

  test('33 members are cut to 32: ours drops them', () => {
    expect(stateOf(Array.from({ length: 33 }, (_, index) => `k${index}=1`).join(','))).toBeUndefined()
  })

  test('one character of white space is taken off: ours takes any count', () => {
    expect(read({ traceparent: ` \t ${HEADER}\t \t` })?.traceId).toBe(TRACE)
  })

  test('k=%FF is dropped: ours gives U+FFFD', () => {
    expect(parseBaggage('k=%FF')).toEqual([{ key: 'k', value: '\ufffd' }])
  })

  test('keys of baggage are decoded: ours leaves them', () => {
    expect(parseBaggage('a%20b=1')).toEqual([{ key: 'a%20b', value: '1' }])
  })

  test('empty= is dropped: ours keeps it, and sends it on', () => {
    const received = baggagePropagator().extract(ROOT_CONTEXT, { baggage: 'empty=' }, headerCarrier)
    expect(propagation.getBaggage(received)?.getEntry('empty')?.value).toBe('')
    const headers = {}
    baggagePropagator().inject(received, headers, headerCarrier)
    expect(headers).toEqual({ baggage: 'empty=' })
  })
})

describe('defects of others that traced has not', () => {
  let memory: MemorySpans
  beforeEach(() => {
    memory = memorySpans()
  })
  afterEach(() => memory.close())

  test('opentelemetry-js-contrib#2838, instrumentation dead in ESM: nothing is patched, the active span is seen', () => {
    const seen = traced('outer', () => trace.getSpanContext(context.active())?.spanId)()
    expect(seen).toBe(memory.find('outer')?.spanId)
  })

  test('elysiajs/opentelemetry#68, spans of promises that nobody resolved in time: the span ends with the promise', async () => {
    const slow = deferred<number>()
    const result = traced('slow', () => slow.promise)()
    expect([memory.spans.length, memory.open]).toEqual([0, 1])
    slow.resolve(7)
    expect(await result).toBe(7)
    expect([memory.spans.length, memory.open]).toEqual([1, 0])
  })

  test('prisma#25984, context lost across a thenable: its then runs in the span', async () => {
    const query = {
      // biome-ignore lint/suspicious/noThenProperty: a query of Prisma is one.
      then: (fulfilled: (value: unknown) => unknown) =>
        fulfilled(trace.getActiveSpan()?.spanContext().spanId),
    }
    expect(await traced('query', () => query as unknown as PromiseLike<string>)()).toBe(
      memory.find('query')?.spanId,
    )
  })
})
