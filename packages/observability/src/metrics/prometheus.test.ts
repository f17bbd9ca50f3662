import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describeWithPrivateService } from '@base-internal/tools/services'
import { context, TraceFlags, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { afterAll, expect, test } from 'vitest'
import { createMetrics, metricsEndpoint, processMetrics } from './index.js'

/** A service that Prometheus scrapes, as it stands in production. */
context.setGlobalContextManager(new AsyncLocalStorageContextManager())
const metrics = createMetrics({ prefix: 'shop.' })
const stop = processMetrics(metrics)
const scrape = metricsEndpoint(metrics)
const asked: (string | undefined)[] = []
const server = createServer(async ({ url, headers: { accept = '' } }, answer) => {
  asked.push(accept)
  const response = await scrape(new Request(`http://service${url}`, { headers: { accept } }))
  answer.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text())
}).listen(0, '127.0.0.1')
await once(server, 'listening')
server.unref()
const { port } = server.address() as AddressInfo

afterAll(() => {
  stop()
  context.disable()
  server.close()
  server.closeAllConnections()
})

const traceId = '0af7651916cd43dd8448eb211c80319c'
const span = trace.wrapSpanContext({ traceId, spanId: 'b7ad6b7169203331', traceFlags: TraceFlags.SAMPLED })
metrics.counter('orders.placed', { unit: '{order}', description: 'Orders' }).add(3, { channel: 'web\n"\\' })
const duration = metrics.histogram('http.server.request.duration', { unit: 's', description: 'Requests' })
context.with(trace.setSpan(context.active(), span), () => duration.record(0.3, { 'http.route': '/a' }))

describeWithPrivateService('prometheus', { settings: { target: `127.0.0.1:${port}` } }, (prometheus) => {
  /** What it says, as soon as it says anything. */
  async function found<T>(path: string): Promise<T> {
    for (;;) {
      const response = await fetch(`${prometheus.url}/api/v1/${path}`)
      const { data } = (await response.json()) as { data?: unknown[] | { result: unknown[] } }
      const list = Array.isArray(data) ? data : (data?.result ?? [])
      if (list.length > 0) return list as T
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  async function value(query: string): Promise<{ labels: Record<string, string>; value: number }> {
    const [first] = await found<{ metric: Record<string, string>; value: [number, string] }[]>(
      `query?query=${encodeURIComponent(query)}`,
    )
    return { labels: first?.metric ?? {}, value: Number(first?.value[1]) }
  }

  test('takes the scrape, in the format that it wants most', async () => {
    expect((await value('up == 1')).value).toBe(1)
    expect(asked[0]).toContain('application/openmetrics-text')
  })

  test('answers for a counter, with its labels as they were', async () => {
    const { labels, value: orders } = await value('shop_orders_placed_total')
    expect([orders, labels['channel']]).toEqual([3, 'web\n"\\'])
  })

  test('answers for a quantile of a histogram', async () => {
    const { value: quantile } = await value(
      'histogram_quantile(0.5, shop_http_server_request_duration_seconds_bucket{http_route="/a"})',
    )
    expect(quantile).toBeGreaterThan(0.25)
    expect(quantile).toBeLessThanOrEqual(0.5)
  })

  test('answers for the process', async () => {
    expect((await value('shop_process_memory_usage_bytes')).value).toBeGreaterThan(1e6)
    expect((await value('sum(shop_v8js_memory_heap_used_bytes)')).value).toBeGreaterThan(1e6)
  })

  test('knows the kinds, units and words of families', async () => {
    const data = await found('targets/metadata?metric=shop_http_server_request_duration_seconds')
    expect(data).toMatchObject([{ type: 'histogram', help: 'Requests', unit: 'seconds' }])
  })

  test('keeps exemplars', async () => {
    const [series] = await found<{ exemplars: { labels: object; value: string }[] }[]>(
      `query_exemplars?query=shop_http_server_request_duration_seconds_bucket&start=0&end=9999999999`,
    )
    expect(series?.exemplars[0]).toMatchObject({
      labels: { trace_id: traceId, span_id: 'b7ad6b7169203331' },
      value: '0.3',
    })
  })
})
