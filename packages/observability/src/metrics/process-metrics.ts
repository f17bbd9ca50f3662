import { checkMethods } from '@base/core/options'
import { eventLoopOf } from './event-loop.js'
import type { Metrics } from './metrics.js'

/**
 * Observes this process: memory, processor time, uptime, the heap of V8, and how late the event loop is.
 *
 * Names are those of the semantic conventions of OpenTelemetry: `process.memory.usage`, `process.cpu.time`, `process.uptime`,
 * `v8js.memory.heap.used`, `v8js.memory.heap.limit`, `nodejs.eventloop.utilization`, and `nodejs.eventloop.delay.` with `min`,
 * `max`, `mean`, `stddev`, `p50`, `p90` and `p99`. Delay and utilization are those since the metrics were read before.
 *
 * @returns a function that ends the measuring of the event loop.
 * @throws InvalidOptionError for what are no metrics.
 * @see OpenTelemetry semantic conventions, "Process metrics" and "Node.js runtime metrics"
 */
export function processMetrics(metrics: Metrics): () => void {
  const place = { package: '@base/observability', pattern: 'processMetrics', option: 'metrics' }
  checkMethods(metrics, ['observe'], place)
  const { process } = globalThis
  const v8 = process.getBuiltinModule('node:v8')
  metrics.observe('process.memory.usage', () => process.memoryUsage.rss(), {
    description: 'Resident memory of the process',
    unit: 'By',
  })
  metrics.observe('process.cpu.time', cpuTime, {
    description: 'Processor time that the process has used',
    unit: 's',
    kind: 'counter',
  })
  metrics.observe('process.uptime', () => process.uptime(), {
    description: 'How long the process has been running',
    unit: 's',
  })
  metrics.observe('v8js.memory.heap.used', () => v8.getHeapStatistics().used_heap_size, {
    description: 'Heap in use',
    unit: 'By',
  })
  metrics.observe('v8js.memory.heap.limit', () => v8.getHeapStatistics().heap_size_limit, {
    description: 'The most that the heap may take',
    unit: 'By',
  })
  return observeEventLoop(metrics)
}

function cpuTime() {
  const { user, system } = globalThis.process.cpuUsage()
  return [
    { value: user / 1e6, attributes: { 'cpu.mode': 'user' } },
    { value: system / 1e6, attributes: { 'cpu.mode': 'system' } },
  ]
}

function observeEventLoop(metrics: Metrics): () => void {
  const loop = eventLoopOf(globalThis.process.getBuiltinModule('node:perf_hooks'))
  metrics.observe('nodejs.eventloop.utilization', () => loop.utilization(), {
    description: 'The share of the time in which the event loop was busy',
    unit: '1',
  })
  for (const statistic of ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'] as const) {
    metrics.observe(`nodejs.eventloop.delay.${statistic}`, () => loop.delay(statistic), {
      description: `How late the event loop was, ${statistic}`,
      unit: 's',
    })
  }
  return () => loop.stop()
}
