/** The part of `node:perf_hooks` that is used. */
type PerfHooks = typeof import('node:perf_hooks')

/** What is known of the event loop. */
export type DelayStatistic = 'min' | 'max' | 'mean' | 'stddev' | 'p50' | 'p90' | 'p99'

/** How the event loop does since the last look. */
export interface EventLoop {
  utilization(): number
  /** In seconds; all statistics of one turn of the loop are those of one time. */
  delay(statistic: DelayStatistic): number
  stop(): void
}

/** In milliseconds: finer than what is worth a warning, and cheap. */
const RESOLUTION = 10

export function eventLoopOf({ monitorEventLoopDelay, performance }: PerfHooks): EventLoop {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION })
  histogram.enable()
  let before = performance.eventLoopUtilization()
  let seen: Readonly<Record<DelayStatistic, number>> | undefined
  const look = (): Readonly<Record<DelayStatistic, number>> => {
    const found = statisticsOf(histogram)
    histogram.reset()
    queueMicrotask(() => {
      seen = undefined
    })
    return found
  }
  return {
    utilization() {
      const now = performance.eventLoopUtilization()
      const { utilization } = performance.eventLoopUtilization(now, before)
      before = now
      return Number.isFinite(utilization) ? utilization : 0
    },
    delay(statistic) {
      seen ??= look()
      return seen[statistic]
    },
    stop: () => void histogram.disable(),
  }
}

type Delays = ReturnType<PerfHooks['monitorEventLoopDelay']>

/** Without a sample yet, all are 0. */
function statisticsOf(histogram: Delays): Readonly<Record<DelayStatistic, number>> {
  const { count, min, max, mean, stddev } = histogram
  const of = (nanoseconds: number) => (count === 0 ? 0 : Math.max(0, nanoseconds / 1e9 - RESOLUTION / 1e3))
  return {
    min: of(min),
    max: of(max),
    mean: of(mean),
    stddev: count === 0 ? 0 : stddev / 1e9,
    p50: of(histogram.percentile(50)),
    p90: of(histogram.percentile(90)),
    p99: of(histogram.percentile(99)),
  }
}
