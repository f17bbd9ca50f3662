import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { createMetrics, type Metrics, metricsEndpoint, processMetrics } from './index.js'

const isThere = spawnSync('promtool', ['--version']).error === undefined

/** What promtool has to say: nothing, where all is well. Its exit code is 1 for what it cannot read, 3 for what it would do otherwise. */
function judge(text: string) {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
  })
  return { status, said: `${stdout}${stderr}` }
}

async function scraped(metrics: Metrics): Promise<string> {
  return (await metricsEndpoint(metrics)(new Request('http://s/metrics'))).text()
}

const WELL = { status: 0, said: '' }

if (!isThere && process.env['CI'] === 'true') {
  test('promtool is there, as CI=true demands', () => {
    throw new Error('promtool is not installed: run .ci/install-services.')
  })
}

describe.skipIf(!isThere)(`promtool check metrics${isThere ? '' : ' (skipped: it is not installed)'}`, () => {
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
