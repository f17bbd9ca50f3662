import { TestClock } from '@base/core/testing'
import { context, SpanStatusCode, type TimeInput, trace } from '@opentelemetry/api'
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

test.each<[string, TimeInput | undefined, TimeInput | undefined, readonly [number, number]]>([
  ['milliseconds', 1_000, 2_000, [1_000, 2_000]],
  ['a Date', new Date(1_000), new Date(2_000), [1_000, 2_000]],
  ['seconds and nanoseconds', [1, 500_000], [2, 0], [1_000.5, 2_000]],
  ['nothing', undefined, undefined, [7_000, 7_000]],
  ['a beginning alone', 1_000, undefined, [1_000, 7_000]],
  ['the beginning of the epoch', 0, undefined, [0, 7_000]],
])('begins and ends when it is said to: %s', (_, startTime, endTime, expected) => {
  const memory = memorySpans({ clock: new TestClock({ now: 7_000 }) })
  const tracer = trace.getTracer('shop')
  tracer.startSpan('a', startTime === undefined ? {} : { startTime }).end(endTime)
  memory.close()
  expect(memory.spans.map((span) => [span.startTime, span.endTime])).toEqual([expected])
})

test('records the spans that a span names, at its start and later', () => {
  const memory = memorySpans()
  const linkTo = (digit: string) => ({
    context: { traceId: digit.repeat(32), spanId: digit.repeat(16), traceFlags: 1 },
  })
  const span = trace.getTracer('shop').startSpan('a', { links: [linkTo('1')] })
  span.addLink({ ...linkTo('2'), attributes: { of: 'batch' } }).addLinks([linkTo('3')])
  span.end()
  span.addLink(linkTo('4'))
  memory.close()
  const recorded = (digit: string) => ({ traceId: digit.repeat(32), spanId: digit.repeat(16) })
  expect(memory.find('a')?.links).toEqual([
    { ...recorded('1'), attributes: {} },
    { ...recorded('2'), attributes: { of: 'batch' } },
    { ...recorded('3'), attributes: {} },
  ])
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
