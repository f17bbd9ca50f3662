import { describe, expectTypeOf, test } from 'vitest'
import { type AnomalyVerdict, anomaly, createMetrics, type MetricFamily, metricsEndpoint } from './index.js'

describe('createMetrics', () => {
  const metrics = createMetrics({ prefix: 'shop.', maxSeries: 100, otel: true })

  test('takes attributes of plain values', () => {
    metrics.counter('a').add(1, { text: 'x', number: 1, flag: true, none: undefined })
    // @ts-expect-error: an object is no value
    metrics.counter('a').add(1, { nested: {} })
    // @ts-expect-error: a counter has no record
    metrics.counter('a').record(1)
    // @ts-expect-error: a gauge has no add
    metrics.gauge('a').add(1)
  })

  test('takes callbacks of values, of many values, and of promises of them', () => {
    metrics.observe('a', () => 1)
    metrics.observe('b', async () => [{ value: 1, attributes: { of: 'x' } }], { kind: 'counter' })
    metrics.observe('c', () => undefined)
    // @ts-expect-error: a text is no value
    metrics.observe('d', () => 'x')
    // @ts-expect-error: a histogram is not observed
    metrics.observe('e', () => 1, { kind: 'histogram' })
  })

  test('tells kinds of families apart', () => {
    expectTypeOf(metrics.collect()).toEqualTypeOf<Promise<MetricFamily[]>>()
    const family = {} as MetricFamily
    if (family.kind === 'histogram') expectTypeOf(family.points[0]?.sum).toEqualTypeOf<number | undefined>()
    else expectTypeOf(family.points[0]?.value).toEqualTypeOf<number | undefined>()
  })

  test('has an endpoint of Web requests', () => {
    expectTypeOf(metricsEndpoint(metrics)).toEqualTypeOf<(request: Request) => Promise<Response>>()
  })
})

test('anomaly judges numbers', () => {
  expectTypeOf(anomaly().next(1)).toEqualTypeOf<AnomalyVerdict>()
  // @ts-expect-error: a text is no value
  anomaly().next('1')
})
