import { PerformanceObserver } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createMetrics, type Metrics, processMetrics } from './index.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const nextTurn = () => new Promise((resolve) => setTimeout(resolve, 1))

/** The values of a family, by the values of their labels. */
async function read(metrics: Metrics, name: string): Promise<Record<string, number> | undefined> {
  const family = (await metrics.collect()).find((each) => each.name === name)
  if (family === undefined || family.points.length === 0) return undefined
  const entries =
    family.kind === 'histogram'
      ? family.points.map(
          ({ labels, buckets }) => [labels, buckets.reduce((sum, { count }) => sum + count, 0)] as const,
        )
      : family.points.map(({ labels, value }) => [labels, value] as const)
  return Object.fromEntries(entries.map(([labels, value]) => [labels.map(([, text]) => text).join(), value]))
}

/** As soon as the series is there: the event loop is sampled, and collections are told, some turns later. */
async function readSoon(metrics: Metrics, name: string, series = ''): Promise<number> {
  for (;;) {
    const found = (await read(metrics, name))?.[series]
    if (found !== undefined) return found
    await nextTurn()
  }
}

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
  vi.unstubAllGlobals()
})

function observed(): Metrics {
  const metrics = createMetrics()
  stops.push(processMetrics(metrics))
  return metrics
}

describe('processMetrics', () => {
  test('tells what the process takes', async () => {
    const metrics = observed()
    const before = process.cpuUsage()
    const time = await read(metrics, 'process.cpu.time')
    expect(Object.keys(time ?? {})).toEqual(['user', 'system'])
    expect(time?.['user']).toBeGreaterThanOrEqual(before.user / 1e6)
    expect((await read(metrics, 'process.memory.usage'))?.['']).toBeGreaterThan(1e6)
    expect((await read(metrics, 'process.uptime'))?.['']).toBeGreaterThan(0)
  })

  test.runIf(process.platform === 'linux')('tells how many files are open', async () => {
    expect((await read(observed(), 'process.open_fds'))?.['']).toBeGreaterThan(2)
  })

  test('tells what the heap takes, by space, and where it ends', async () => {
    const metrics = observed()
    const used = (await read(metrics, 'v8js.memory.heap.used')) ?? {}
    const size = (await read(metrics, 'v8js.memory.heap.space.size')) ?? {}
    expect(Object.keys(used)).toEqual(Object.keys(size))
    expect(used['old_space']).toBeGreaterThan(0)
    const total = Object.values(used).reduce((sum, each) => sum + each, 0)
    expect((await read(metrics, 'v8js.heap.limit'))?.['']).toBeGreaterThan(total)
  })

  test('tells how late and how busy the event loop is', async () => {
    const metrics = observed()
    for (const statistic of ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'])
      expect(await readSoon(metrics, `nodejs.eventloop.delay.${statistic}`)).toBeGreaterThanOrEqual(0)
    const utilization = (await read(metrics, 'nodejs.eventloop.utilization'))?.['']
    expect(utilization).toBeGreaterThanOrEqual(0)
    expect(utilization).toBeLessThanOrEqual(1)
  })

  test('tells for how long the event loop was active and idle, which only grows', async () => {
    const metrics = observed()
    const before = (await read(metrics, 'nodejs.eventloop.time')) ?? {}
    expect(Object.keys(before)).toEqual(['active', 'idle'])
    await nextTurn()
    const after = (await read(metrics, 'nodejs.eventloop.time')) ?? {}
    expect(after['active']).toBeGreaterThan(before['active'] as number)
    expect(after['idle']).toBeGreaterThanOrEqual(before['idle'] as number)
    const family = (await metrics.collect()).find(({ name }) => name === 'nodejs.eventloop.time')
    expect(family).toMatchObject({ kind: 'counter', family: 'nodejs_eventloop_time_seconds' })
    expect(family?.points[0]?.labels[0]?.[0]).toBe('nodejs.eventloop.state')
  })

  test('tells all statistics of one look at the event loop', async () => {
    const metrics = observed()
    await readSoon(metrics, 'nodejs.eventloop.delay.max')
    for (;;) {
      const all = (await metrics.collect()).filter(({ name }) => name.startsWith('nodejs.eventloop.delay.'))
      const found = all.filter(({ points }) => points.length > 0)
      expect([0, 7]).toContain(found.length)
      if (found.length === 7) return
      await nextTurn()
    }
  })

  test('tells how long collections took, until it is stopped', async () => {
    const metrics = createMetrics()
    const stop = processMetrics(metrics)
    collectGarbage()
    expect(await readSoon(metrics, 'v8js.gc.duration', 'major')).toBeGreaterThanOrEqual(1)
    stop()
    const before = await read(metrics, 'v8js.gc.duration')
    await new Promise<void>((resolve) => {
      const observer = new PerformanceObserver(() => {
        observer.disconnect()
        resolve()
      })
      observer.observe({ entryTypes: ['gc'] })
      collectGarbage()
    })
    expect(await read(metrics, 'v8js.gc.duration')).toEqual(before)
  })

  test('has no delay to tell after it is stopped', async () => {
    const metrics = createMetrics()
    const stop = processMetrics(metrics)
    await readSoon(metrics, 'nodejs.eventloop.delay.max')
    stop()
    await metrics.collect()
    expect(await read(metrics, 'nodejs.eventloop.delay.max')).toBeUndefined()
  })

  test('refuses what are no metrics, metrics that observe already, and a place without a process', () => {
    expect(() => processMetrics({} as never)).toThrow('processMetrics: metrics must be an object')
    const metrics = observed()
    expect(() => processMetrics(metrics)).toThrow('a name of its own')
    vi.stubGlobal('process', undefined)
    expect(() => processMetrics(createMetrics())).toThrow('There is no Node.js process here.')
  })
})
