import { describeWithPromtool, promtool } from '@base-internal/tools/promtool'
import { expect, test } from 'vitest'
import { createMetrics, type Metrics, metricsEndpoint, processMetrics } from './index.js'

/** What promtool has to say: nothing, where all is well. */
const judge = (text: string) => promtool(['check', 'metrics'], { input: text })

async function scraped(metrics: Metrics): Promise<string> {
  return (await metricsEndpoint(metrics)(new Request('http://s/metrics'))).text()
}

const WELL = { status: 0, said: '' }

describeWithPromtool('promtool check metrics', () => {
  test('has nothing to say of instruments with units and attributes', async () => {
    const metrics = createMetrics({ prefix: 'shop.' })
    const of = (description: string, unit?: string) =>
      unit === undefined ? { description } : { description, unit }
    metrics
      .counter('orders.placed', of('Orders "placed"\nand \\paid', '{order}'))
      .add(1, { channel: 'web\n"\\' })
    metrics.counter('sent', of('Bytes sent', 'By')).add(7.5)
    metrics.gauge('queue.fill', of('How full', '1')).record(0.25, { le: 'x', quantile: 'y' })
    metrics.gauge('level', of('How warm', 'Cel')).record(Number.NEGATIVE_INFINITY)
    metrics
      .histogram('http.server.request.duration', of('Requests', 's'))
      .record(0.3, { 'http.route': '/a/{id}' })
    metrics.histogram('body', { ...of('Bodies', 'By'), buckets: [0, 1e3, 1e6, 1e22] }).record(1e7)
    metrics.observe('pool.open', () => [{ value: 1, attributes: { 'db.system': 'pg' } }], of('Open'))
    expect(judge(await scraped(metrics))).toEqual(WELL)
  })

  test('has nothing to say of the process', async () => {
    const metrics = createMetrics()
    const stop = processMetrics(metrics)
    const text = await scraped(metrics)
    stop()
    expect(text).toContain('process_cpu_time_seconds_total{cpu_mode="user"}')
    expect(judge(text)).toEqual(WELL)
  })

  test('would speak up', async () => {
    expect(judge('orders 1').status).toBe(1)
    const metrics = createMetrics()
    metrics.counter('orders').add()
    expect(judge(await scraped(metrics))).toEqual({ status: 3, said: 'orders_total no help text\n' })
  })
})
