import { describe, expect, test } from 'vitest'
import { parseOpenMetrics } from './fixtures/open-metrics.js'
import { createMetrics, type Metrics, metricsEndpoint } from './index.js'

const TEXT = 'text/plain; version=0.0.4; charset=utf-8'
const OPEN = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

function shop(): Metrics {
  const metrics = createMetrics()
  metrics
    .counter('orders.placed', { unit: '{order}', description: 'Orders that were placed' })
    .add(2, { channel: 'web' })
  metrics.histogram('orders.duration', { unit: 's', buckets: [0.005, 1, 1e6] }).record(0.5)
  metrics.gauge('queue.fill', { unit: '1', description: 'Full\\empty\n"half"' }).record(0.25)
  metrics.counter('never.counted', { description: 'Nothing' })
  return metrics
}

async function answer(metrics: Metrics, accept?: string, method = 'GET') {
  const headers = accept === undefined ? {} : { accept }
  const response = await metricsEndpoint(metrics)(new Request('http://s/metrics?x', { headers, method }))
  return { response, type: response.headers.get('content-type'), text: await response.text() }
}

describe('the endpoint', () => {
  test('answers in the text of 0.0.4', async () => {
    const { type, text } = await answer(shop(), 'text/plain')
    expect(type).toBe(TEXT)
    expect(text).toBe(`# TYPE orders_placed_total counter
# HELP orders_placed_total Orders that were placed
orders_placed_total{channel="web"} 2
# TYPE orders_duration_seconds histogram
orders_duration_seconds_bucket{le="0.005"} 0
orders_duration_seconds_bucket{le="1"} 1
orders_duration_seconds_bucket{le="1e+06"} 1
orders_duration_seconds_bucket{le="+Inf"} 1
orders_duration_seconds_sum 0.5
orders_duration_seconds_count 1
# TYPE queue_fill_ratio gauge
# HELP queue_fill_ratio Full\\\\empty\\n"half"
queue_fill_ratio 0.25
`)
  })

  test('answers in OpenMetrics 1.0', async () => {
    const { type, text } = await answer(shop(), 'application/openmetrics-text; version=1.0.0')
    expect(type).toBe(OPEN)
    expect(text).toBe(`# TYPE orders_placed counter
# HELP orders_placed Orders that were placed
orders_placed_total{channel="web"} 2
# TYPE orders_duration_seconds histogram
# UNIT orders_duration_seconds seconds
orders_duration_seconds_bucket{le="0.005"} 0
orders_duration_seconds_bucket{le="1.0"} 1
orders_duration_seconds_bucket{le="1e+06"} 1
orders_duration_seconds_bucket{le="+Inf"} 1
orders_duration_seconds_sum 0.5
orders_duration_seconds_count 1
# TYPE queue_fill_ratio gauge
# UNIT queue_fill_ratio ratio
# HELP queue_fill_ratio Full\\\\empty\\n\\"half\\"
queue_fill_ratio 0.25
# EOF
`)
    const [, , fill] = parseOpenMetrics(text)
    expect(fill?.help).toBe('Full\\empty\n"half"')
  })

  test('escapes the values of labels', async () => {
    const metrics = createMetrics()
    metrics.gauge('g').record(1, { path: 'C:\\new\n"x"\r\u0000é😀' })
    const { text } = await answer(metrics, OPEN)
    expect(text).toContain('g{path="C:\\\\new\\n\\"x\\"\r\u0000é😀"} 1\n')
    expect(parseOpenMetrics(text)[0]?.samples[0]?.labels.get('path')).toBe('C:\\new\n"x"\r\u0000é😀')
  })

  test('is empty without a series, and says so in its format', async () => {
    expect((await answer(createMetrics(), TEXT)).text).toBe('')
    expect((await answer(createMetrics(), OPEN)).text).toBe('# EOF\n')
  })

  test('is kept by nobody, and differs by Accept', async () => {
    const { response } = await answer(shop())
    expect([response.headers.get('cache-control'), response.headers.get('vary')]).toEqual([
      'no-store',
      'accept',
    ])
  })

  test('has no body for HEAD, and takes no other method', async () => {
    const head = await answer(shop(), OPEN, 'HEAD')
    expect([head.response.status, head.type, head.text]).toEqual([200, OPEN, ''])
    const post = await answer(shop(), OPEN, 'POST')
    expect([post.response.status, post.response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })

  test('refuses what are no metrics', () => {
    expect(() => metricsEndpoint({} as never)).toThrow(
      'metricsEndpoint: metrics must be an object with the methods',
    )
  })
})

describe('the format is the one that is wanted most', () => {
  const PROMETHEUS_2 =
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'
  const PROMETHEUS_3 =
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1'

  test.each<[string, string | undefined, string]>([
    ['no Accept', undefined, TEXT],
    ['an empty one', '', TEXT],
    ['Prometheus 2', PROMETHEUS_2, OPEN],
    ['Prometheus 3', PROMETHEUS_3, `${OPEN}; escaping=allow-utf-8`],
    ['curl', '*/*', TEXT],
    ['a browser', 'text/html,application/xhtml+xml,*/*;q=0.8', TEXT],
    ['both alike, the first', 'application/openmetrics-text, text/plain', OPEN],
    ['both alike, the first of the other order', 'text/plain, application/openmetrics-text', TEXT],
    ['the one with the higher q', 'application/openmetrics-text;q=0.1, text/plain;q=0.2', TEXT],
    ['one that is refused', 'text/plain;q=0, */*', OPEN],
    ['a range that names one less', 'application/openmetrics-text;q=0.5, */*', TEXT],
    ['the one that is named, beside any', 'application/openmetrics-text, */*', OPEN],
    ['a range of types', 'application/*', OPEN],
    ['a version that there is not', 'application/openmetrics-text; version=2.0.0', TEXT],
    [
      'a version of the text that there is not',
      'text/plain; version=0.0.3, application/openmetrics-text',
      OPEN,
    ],
    ['a version in quotes', 'Application/OpenMetrics-Text; Version="1.0.0"', OPEN],
    [
      'the text of 1.0.0',
      'text/plain; version=1.0.0; escaping=underscores',
      'text/plain; version=1.0.0; charset=utf-8; escaping=underscores',
    ],
    ['an escaping that there is not', 'application/openmetrics-text; escaping=rot13', OPEN],
    ['a q that is none', 'application/openmetrics-text; q=high, text/plain; q=0.1', TEXT],
    ['nothing that there is', 'application/json', TEXT],
    ['nonsense', ';;=,,q=;*', TEXT],
  ])('%s', async (_, accept, type) => {
    expect((await answer(shop(), accept)).type).toBe(type)
  })
})
