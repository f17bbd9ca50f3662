import { UnsupportedError } from '@base/core/errors'
import { checkMethods } from '@base/core/options'
import { eventLoopOf } from './event-loop.js'
import { recordCollections } from './garbage-collection.js'
import type { Metrics } from './metrics.js'

/**
 * Observes this process: memory, processor time, open files, the heap of V8 and its collections, and how late the event loop is.
 *
 * Names are those of the semantic conventions of OpenTelemetry: `process.memory.usage`, `process.cpu.time`, `process.uptime`,
 * `v8js.memory.heap.used` and `v8js.memory.heap.space.size` by space, `v8js.gc.duration` by type, `nodejs.eventloop.utilization`,
 * `nodejs.eventloop.time` by state, and `nodejs.eventloop.delay.` with `min`, `max`, `mean`, `stddev`, `p50`, `p90` and `p99`. Two are not: `v8js.heap.limit`, at
 * which the process dies, and on Linux `process.open_fds`, as dashboards of Prometheus call it, for the conventions' name would
 * end like a part of a histogram. Delay and utilization are those since the metrics were read before, whoever read them.
 *
 * @returns a function that ends the measuring of the event loop and of collections.
 * @throws InvalidOptionError for what are no metrics, or metrics that observe a process already.
 * @throws UnsupportedError where there is no Node.js process.
 * @see OpenTelemetry semantic conventions, "Process metrics", "Node.js runtime metrics" and "V8 JS engine runtime metrics"
 */
export function processMetrics(metrics: Metrics): () => void {
  const place = { package: '@base/observability', pattern: 'processMetrics', option: 'metrics' }
  checkMethods(metrics, ['observe', 'histogram'], place)
  const { process } = globalThis
  if (process?.getBuiltinModule === undefined)
    throw new UnsupportedError({ message: 'There is no Node.js process here.' })
  observeProcess(metrics)
  observeHeap(metrics, process.getBuiltinModule('node:v8'))
  const hooks = process.getBuiltinModule('node:perf_hooks')
  const ends = [observeEventLoop(metrics, hooks), recordCollections(metrics, hooks)]
  return () => {
    for (const end of ends) end()
  }
}

function observeProcess(metrics: Metrics): void {
  const { process } = globalThis
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
  if (process.platform !== 'linux') return
  const { readdir } = process.getBuiltinModule('node:fs/promises')
  metrics.observe('process.open_fds', async () => (await readdir('/proc/self/fd')).length, {
    description: 'Files, sockets and pipes that are open',
    unit: '{file_descriptor}',
  })
}

function cpuTime() {
  const { user, system } = globalThis.process.cpuUsage()
  return [
    { value: user / 1e6, attributes: { 'cpu.mode': 'user' } },
    { value: system / 1e6, attributes: { 'cpu.mode': 'system' } },
  ]
}

function observeHeap(metrics: Metrics, v8: typeof import('node:v8')): void {
  const bySpace = (part: 'space_used_size' | 'space_size') => () =>
    v8.getHeapSpaceStatistics().map((space) => ({
      value: space[part],
      attributes: { 'v8js.heap.space.name': space.space_name },
    }))
  metrics.observe('v8js.memory.heap.used', bySpace('space_used_size'), {
    description: 'Heap in use, by space',
    unit: 'By',
  })
  metrics.observe('v8js.memory.heap.space.size', bySpace('space_size'), {
    description: 'Heap that is set aside, by space',
    unit: 'By',
  })
  metrics.observe('v8js.heap.limit', () => v8.getHeapStatistics().heap_size_limit, {
    description: 'What the heap may take before the process dies',
    unit: 'By',
  })
}

function observeEventLoop(metrics: Metrics, hooks: typeof import('node:perf_hooks')): () => void {
  const loop = eventLoopOf(hooks)
  metrics.observe('nodejs.eventloop.utilization', () => loop.utilization(), {
    description: 'The share of the time in which the event loop was busy',
    unit: '1',
  })
  const timeOf = (state: 'active' | 'idle') => ({
    value: loop.time(state),
    attributes: { 'nodejs.eventloop.state': state },
  })
  metrics.observe('nodejs.eventloop.time', () => [timeOf('active'), timeOf('idle')], {
    description: 'For how long the event loop was active, and idle',
    unit: 's',
    kind: 'counter',
  })
  for (const statistic of ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'] as const) {
    metrics.observe(`nodejs.eventloop.delay.${statistic}`, () => loop.delay(statistic), {
      description: `How late the event loop was, ${statistic}`,
      unit: 's',
    })
  }
  return () => loop.stop()
}
