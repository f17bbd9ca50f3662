import { TestClock } from '@base/core/testing'
import { context, metrics as globalMetrics, type SpanContext, TraceFlags, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { MeterProvider, type MetricData, MetricReader } from '@opentelemetry/sdk-metrics'
import { AlwaysOffSampler, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createMetrics, type Metrics, metricsEndpoint } from './index.js'

async function openMetrics(metrics: Metrics): Promise<string> {
  const headers = { accept: 'application/openmetrics-text' }
  return (await metricsEndpoint(metrics)(new Request('http://s/', { headers }))).text()
}

describe('exemplars', () => {
  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager())
  })
  afterAll(() => {
    context.disable()
  })

  const clock = new TestClock({ now: 1_795_000_000_123 })
  const tracer = new TracerProvider().getTracer('test')

  test('are the trace and span of the last measurement, with its value and time in seconds', async () => {
    const metrics = createMetrics({ clock })
    const orders = metrics.counter('orders')
    const duration = metrics.histogram('duration', { unit: 's', buckets: [1, 2] })
    const ids = tracer.startActiveSpan('request', (span) => {
      orders.add(2)
      duration.record(0.5)
      duration.record(1.5)
      duration.record(1.25)
      span.end()
      return span.spanContext()
    })
    orders.add(40)
    duration.record(1.75)
    const labels = `{trace_id="${ids.traceId}",span_id="${ids.spanId}"}`
    expect(await openMetrics(metrics)).toBe(`# TYPE orders counter
orders_total 42 # ${labels} 2 1795000000.123
# TYPE duration_seconds histogram
# UNIT duration_seconds seconds
duration_seconds_bucket{le="1.0"} 1 # ${labels} 0.5 1795000000.123
duration_seconds_bucket{le="2.0"} 4 # ${labels} 1.25 1795000000.123
duration_seconds_bucket{le="+Inf"} 4
duration_seconds_sum 5
duration_seconds_count 4
# EOF
`)
  })

  test('are taken once there is a tracer, from the next instrument or the next scrape on', async () => {
    context.disable()
    const metrics = createMetrics({ clock })
    const orders = metrics.counter('orders')
    context.setGlobalContextManager(new AsyncLocalStorageContextManager())
    tracer.startActiveSpan('request', () => orders.add(1))
    expect(await openMetrics(metrics)).toContain('orders_total 1\n')
    tracer.startActiveSpan('request', () => orders.add(1))
    expect(await openMetrics(metrics)).toContain('orders_total 2 # {trace_id=')
  })

  test('are not in the text of 0.0.4, nor of a gauge', async () => {
    const metrics = createMetrics({ clock })
    tracer.startActiveSpan('request', () => {
      metrics.counter('orders').add(1)
      metrics.gauge('level').record(1)
    })
    const response = await metricsEndpoint(metrics)(new Request('http://s/'))
    expect((await response.text()).split('\n').filter((line) => !line.startsWith('#'))).toEqual([
      'orders_total 1',
      'level 1',
      '',
    ])
    expect(await openMetrics(metrics)).toContain('\nlevel 1\n')
  })

  test('are none of a span that is not sampled', async () => {
    const metrics = createMetrics({ clock })
    const unsampled = new TracerProvider({ sampler: new AlwaysOffSampler() }).getTracer('test')
    unsampled.startActiveSpan('request', () => metrics.counter('orders').add(1))
    expect(await openMetrics(metrics)).toContain('orders_total 1\n')
  })

  test.each<[string, Partial<SpanContext>]>([
    ['a trace id of zeros', { traceId: '0'.repeat(32) }],
    ['a trace id with quotes', { traceId: `"} 1\n${'a'.repeat(27)}` }],
    ['a short span id', { spanId: 'ab' }],
  ])('are none of a span with %s, which would break the scrape', async (_, wrong) => {
    const metrics = createMetrics({ clock })
    const spanContext = {
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
      traceFlags: TraceFlags.SAMPLED,
      ...wrong,
    }
    const active = trace.setSpan(context.active(), trace.wrapSpanContext(spanContext))
    context.with(active, () => metrics.counter('orders').add(1))
    expect(await openMetrics(metrics)).toContain('orders_total 1\n')
  })

  test('are none of a span of somebody else that throws, which breaks no measurement', async () => {
    const metrics = createMetrics({ clock })
    const broken = {
      spanContext: () => {
        throw new Error('broken')
      },
    }
    const active = trace.setSpan(context.active(), broken as never)
    context.with(active, () => {
      metrics.counter('orders').add(1)
      metrics.histogram('duration').record(1)
    })
    const shown = await openMetrics(metrics)
    expect(shown).toContain('orders_total 1\n')
    expect(shown).toContain('duration_count 1\n')
  })
})

class Reader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

describe('with otel', () => {
  afterEach(() => {
    globalMetrics.disable()
    vi.restoreAllMocks()
  })

  /** What the global meter has been told, by name. */
  async function twins(record: (metrics: Metrics) => void, otel = true): Promise<Map<string, MetricData>> {
    const reader = new Reader()
    globalMetrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
    const metrics = createMetrics({ otel, prefix: 'shop.' })
    record(metrics)
    const { resourceMetrics } = await reader.collect()
    const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
    return new Map(all.map((data) => [data.descriptor.name, data]))
  }

  test('everything is recorded to the global meter too, with names and units as they are', async () => {
    const found = await twins((metrics) => {
      const options = { unit: '{order}', description: 'Orders' }
      metrics.counter('orders', options).add(2, { channel: 'web' })
      metrics.gauge('level', { unit: 'Cel' }).record(7)
      metrics.histogram('duration', { unit: 's', buckets: [1, 2] }).record(1.5, { route: '/a' })
      metrics.observe('queue', () => [{ value: 3, attributes: { name: 'mail' } }, { value: Number.NaN }])
      metrics.observe('bytes', async () => 9, { kind: 'counter', unit: 'By' })
    })
    expect(found.get('shop.orders')).toMatchObject({
      descriptor: { unit: '{order}', description: 'Orders' },
      isMonotonic: true,
      dataPoints: [{ value: 2, attributes: { channel: 'web' } }],
    })
    expect(found.get('shop.level')?.dataPoints).toMatchObject([{ value: 7 }])
    expect(found.get('shop.duration')?.dataPoints).toMatchObject([
      {
        value: { buckets: { boundaries: [1, 2], counts: [0, 1, 0] }, sum: 1.5 },
        attributes: { route: '/a' },
      },
    ])
    expect(found.get('shop.queue')?.dataPoints).toMatchObject([{ value: 3, attributes: { name: 'mail' } }])
    expect(found.get('shop.bytes')).toMatchObject({ isMonotonic: true, dataPoints: [{ value: 9 }] })
  })

  test('an attribute without a value is left out there too, and makes no series of its own', async () => {
    const found = await twins((metrics) => {
      const orders = metrics.counter('orders')
      orders.add(1, { channel: undefined })
      orders.add(2)
      metrics.histogram('duration').record(1, { route: '/a', status: undefined })
      metrics.observe('queue', () => [{ value: 3, attributes: { name: undefined } }])
    })
    expect(found.get('shop.orders')?.dataPoints.map(({ value }) => value)).toEqual([3])
    const attributes = ['shop.duration', 'shop.queue'].map(
      (name) => found.get(name)?.dataPoints[0]?.attributes,
    )
    expect(attributes.map((own) => Object.keys(own ?? { none: 1 }))).toEqual([['route'], []])
  })

  test('what is dropped here is dropped there', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const found = await twins((metrics) => {
      metrics.counter('orders').add(-1)
      metrics.gauge('level').record(Number.NaN)
      metrics.histogram('duration').record(-1)
      metrics.observe('bytes', () => -1, { kind: 'counter' })
    })
    expect([...found.values()].flatMap((data) => [...data.dataPoints] as unknown[])).toEqual([])
  })

  test('a callback that hangs is called once for all who read, and holds nothing up', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const reader = new Reader()
    globalMetrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
    const clock = new TestClock()
    const metrics = createMetrics({ otel: true, clock })
    const hangs = vi.fn(() => new Promise<number>(() => {}))
    metrics.observe('queue', hangs)
    metrics.observe('level', () => 1)
    const names = async () => {
      const { errors, resourceMetrics } = await reader.collect()
      const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
      return [
        errors,
        all.filter(({ dataPoints }) => dataPoints.length > 0).map(({ descriptor }) => descriptor.name),
      ]
    }
    const both = Promise.all([names(), openMetrics(metrics)])
    await clock.advance('1s')
    const shown = '# TYPE level gauge\nlevel 1\n# EOF\n'
    expect(await both).toEqual([[[], ['level']], shown])
    expect([await names(), await openMetrics(metrics)]).toEqual([[[], ['level']], shown])
    expect([hangs.mock.calls.length, warn.mock.calls.length, clock.pending]).toEqual([1, 1, 0])
  })

  describe('made before there is a provider', () => {
    /** A provider, registered now, and what it has been told since: values by name. */
    function register(): () => Promise<Record<string, unknown[]>> {
      const reader = new Reader()
      globalMetrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
      return async () => {
        const { resourceMetrics } = await reader.collect()
        const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
        return Object.fromEntries(
          all.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints.map(({ value }) => value)]),
        )
      }
    }

    test('instruments record to it from the next measurement on, of any of them', async () => {
      const metrics = createMetrics({ otel: true })
      const options = { unit: '{order}' }
      const orders = metrics.counter('orders', options)
      const level = metrics.gauge('level')
      metrics.observe('queue', () => 3)
      orders.add(40)
      options.unit = 'changed since'
      const told = register()
      expect(await told()).toEqual({})
      orders.add(2)
      level.record(7)
      metrics.histogram('duration', { buckets: [1] }).record(0.5)
      expect(await told()).toMatchObject({ orders: [2], level: [7], queue: [3], duration: [{ sum: 0.5 }] })
      expect(await openMetrics(metrics)).toContain('orders_total 42\n')
    })

    test('what is observed is so from the next read on', async () => {
      const metrics = createMetrics({ otel: true })
      metrics.observe('queue', () => 3)
      const told = register()
      await metrics.collect()
      expect(await told()).toEqual({ queue: [3] })
    })

    test('one that cannot make an instrument breaks neither it nor the others', async () => {
      const metrics = createMetrics({ otel: true })
      const orders = metrics.counter('orders')
      metrics.gauge('level').record(1)
      const add = vi.fn()
      globalMetrics.setGlobalMeterProvider({ getMeter: () => ({ createCounter: () => ({ add }) }) as never })
      metrics.gauge('level').record(2)
      orders.add(3)
      expect(add).toHaveBeenCalledExactlyOnceWith(3, undefined)
    })
  })

  test('off, which it is by default, nothing is', async () => {
    const found = await twins((metrics) => metrics.counter('orders').add(1), false)
    expect([...found.keys()]).toEqual([])
  })

  test('a provider that throws breaks nothing', async () => {
    const broken = () => {
      throw new Error('broken')
    }
    globalMetrics.setGlobalMeterProvider({
      getMeter: () => ({ createCounter: () => ({ add: broken }) }) as never,
    })
    const metrics = createMetrics({ otel: true })
    metrics.counter('orders').add(3)
    expect(await openMetrics(metrics)).toContain('orders_total 3\n')
  })

  test('a provider that cannot make an instrument breaks nothing', async () => {
    globalMetrics.setGlobalMeterProvider({ getMeter: () => ({}) as never })
    const metrics = createMetrics({ otel: true })
    metrics.counter('orders').add(3)
    metrics.gauge('queue').record(4)
    metrics.histogram('duration').record(5)
    metrics.observe('memory', () => 6)
    const text = await openMetrics(metrics)
    for (const line of ['orders_total 3', 'queue 4', 'duration_sum 5', 'memory 6'])
      expect(text).toContain(`${line}\n`)
  })
})
