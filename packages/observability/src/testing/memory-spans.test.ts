import { TestClock } from '@base/core/testing'
import { context, SpanStatusCode, trace } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { memorySpans } from './index.js'

test('records what any tracer makes, until it is closed', () => {
  const clock = new TestClock({ now: 1_000 })
  const memory = memorySpans({ clock })
  const tracer = trace.getTracer('shop')
  tracer.startActiveSpan('outer', { attributes: { a: 1 } }, (outer) => {
    expect(trace.getActiveSpan()).toBe(outer)
    const inner = tracer.startSpan('inner')
    inner.addEvent('seen', { by: 'me' }).updateName('renamed').setStatus({ code: SpanStatusCode.OK })
    inner.recordException(new TypeError('x'))
    inner.end()
    inner.setAttribute('late', 1)
    expect(memory.open).toBe(1)
    outer.end()
  })
  memory.close()
  memory.close()
  tracer.startSpan('after').end()
  expect(memory.spans.map(({ name }) => name)).toEqual(['renamed', 'outer'])
  expect(memory.find('renamed')).toMatchObject({
    attributes: {},
    events: [{ name: 'seen', attributes: { by: 'me' } }, { name: 'exception' }],
    status: { code: SpanStatusCode.OK },
    parentSpanId: memory.find('outer')?.spanId,
    scope: 'shop',
  })
  expect(memory.find('outer')).toMatchObject({ startTime: 1_000, endTime: 1_000, parentSpanId: undefined })
  memory.clear()
  expect(memory.spans).toEqual([])
})

test('binds what is called later to its context, with and without this', () => {
  const memory = memorySpans()
  trace.getTracer('shop').startActiveSpan('a', (span) => {
    const bound = context.bind(context.active(), function (this: unknown) {
      return [this, trace.getActiveSpan()]
    })
    memory.clear()
    expect(context.with(trace.deleteSpan(context.active()), () => bound.call('me'))).toEqual(['me', span])
    expect(context.bind(context.active(), 7)).toBe(7)
    span.end()
  })
  memory.close()
})

test('refuses to stand beside another tracer', () => {
  const memory = memorySpans()
  expect(() => memorySpans()).toThrow('OpenTelemetry has a tracer already')
  memory.close()
  memorySpans().close()
  expect(() => memorySpans({ clock: {} as never })).toThrow('clock must be')
})
