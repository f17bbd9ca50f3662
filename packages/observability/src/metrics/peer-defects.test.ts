import { afterEach, describe, expect, test, vi } from 'vitest'
import { memorySpans, type RecordedSpan } from '../testing/index.js'
import { withSpan } from '../tracing/index.js'
import { createMetrics, type Metrics, metricsEndpoint } from './index.js'

/** What other libraries get wrong, by their name and ours. */

afterEach(() => {
  vi.restoreAllMocks()
})

async function scrape(metrics: Metrics, accept: string) {
  const response = await metricsEndpoint(metrics)(new Request('http://s/', { headers: { accept } }))
  return { type: response.headers.get('content-type'), text: await response.text() }
}

function timed(): Metrics {
  const metrics = createMetrics()
  metrics.histogram('http.server.request.duration', { unit: 's', buckets: [1, 10] }).record(2)
  return metrics
}

describe('prom-client 15', () => {
  test('client_js#794: has one format for a registry, whatever Accept wants', async () => {
    const metrics = timed()
    const [text, open] = [
      await scrape(metrics, 'text/plain'),
      await scrape(metrics, 'application/openmetrics-text'),
    ]
    expect([text.type, open.type]).toEqual([
      'text/plain; version=0.0.4; charset=utf-8',
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    ])
  })

  test('client_js#693, #575, node-vtex-api#667: has one registry a process, that its workers share or count twice', async () => {
    const [one, other] = [createMetrics(), createMetrics()]
    one.counter('orders').add(40)
    other.counter('orders').add(1)
    expect((await scrape(one, 'text/plain')).text).toContain('orders_total 40')
    expect((await scrape(other, 'text/plain')).text).toContain('orders_total 1\n')
  })

  test('writes the bounds of OpenMetrics as le="1", not as le="1.0"', async () => {
    const { text } = await scrape(timed(), 'application/openmetrics-text')
    expect(text.match(/le="[^"]+"/g)).toEqual(['le="1.0"', 'le="10.0"', 'le="+Inf"'])
  })

  test('throws on an exemplar where the registry is one of text', async () => {
    const spans = memorySpans()
    const metrics = withSpan('request', timed)
    expect((await scrape(metrics, 'text/plain')).text).not.toContain('trace_id')
    const { traceId, spanId } = spans.spans[0] as RecordedSpan
    expect((await scrape(metrics, 'application/openmetrics-text')).text).toContain(
      `# {trace_id="${traceId}",span_id="${spanId}"} 2`,
    )
    spans.close()
  })

  test('writes no UNIT', async () => {
    const { text } = await scrape(timed(), 'application/openmetrics-text')
    expect(text).toContain('# UNIT http_server_request_duration_seconds seconds\n')
  })

  test('has no bound for the series of a metric', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const metrics = createMetrics()
    const hits = metrics.counter('hits')
    for (let user = 0; user < 3_000; user++) hits.add(1, { user })
    const [family] = await metrics.collect()
    expect(family?.points.length).toBe(2_000)
  })

  test('client_js: an add that is negative throws in the midst of a request', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    expect(() => createMetrics().counter('hits').add(-1)).not.toThrow()
  })
})

describe("OpenTelemetry's exporter for Prometheus", () => {
  test('opentelemetry-specification#4991: does not negotiate, and names no version of its format', async () => {
    const { type } = await scrape(timed(), 'text/plain;version=0.0.4')
    expect(type).toBe('text/plain; version=0.0.4; charset=utf-8')
  })

  test('writes the unit of UCUM, "# UNIT x s", and no _seconds', async () => {
    const { text } = await scrape(timed(), 'application/openmetrics-text')
    expect(text).toContain('http_server_request_duration_seconds_sum 2\n')
    expect(text).not.toMatch(/# UNIT \S+ s\n/)
  })

  test('puts what is beyond the limit of series together without a word', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const hits = createMetrics({ maxSeries: 2 }).counter('hits')
    for (let user = 0; user < 10; user++) hits.add(1, { user })
    expect(warn).toHaveBeenCalledTimes(1)
  })
})
