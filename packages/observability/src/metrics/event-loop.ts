/** The part of `node:perf_hooks` that is used. */
type PerfHooks = typeof import('node:perf_hooks')

/** What is known of the event loop. */
type DelayStatistic = 'min' | 'max' | 'mean' | 'stddev' | 'p50' | 'p90' | 'p99'

/** How late it was, in seconds. */
type Delays = Readonly<Record<DelayStatistic, number>>

/** How the event loop does since the last look. */
export interface EventLoop {
  /** The share of the time in which it was busy. */
  utilization(): number
  /** For how long it was so since the process began, in seconds. */
  time(state: 'active' | 'idle'): number
  /** In seconds; all statistics that are read in one turn are those of one time. `undefined` before the first sample. */
  delay(statistic: DelayStatistic): number | undefined
  stop(): void
}

/** In milliseconds: finer than what is worth a warning, and cheap. */
const RESOLUTION = 10

/** Begins to measure; holds no process. */
export function eventLoopOf({ monitorEventLoopDelay, performance }: PerfHooks): EventLoop {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION })
  histogram.enable()
  let before = performance.eventLoopUtilization()
  let seen: { readonly delays: Delays | undefined } | undefined
  const look = () => {
    const delays = delaysOf(histogram)
    // A reset ends the sample that is under way: of looks in quick succession none would see one.
    if (delays !== undefined) histogram.reset()
    queueMicrotask(() => {
      seen = undefined
    })
    return { delays }
  }
  return {
    utilization() {
      const now = performance.eventLoopUtilization()
      const { utilization } = performance.eventLoopUtilization(now, before)
      before = now
      return Number.isFinite(utilization) ? utilization : 0
    },
    time: (state) => performance.eventLoopUtilization()[state] / 1e3,
    delay(statistic) {
      seen ??= look()
      return seen.delays?.[statistic]
    },
    stop: () => void histogram.disable(),
  }
}

/** A sample is the time from one timer to the next, in nanoseconds; what is beyond the resolution is delay. */
function delaysOf(histogram: ReturnType<PerfHooks['monitorEventLoopDelay']>): Delays | undefined {
  const { min, max, mean, stddev } = histogram
  // Without a sample the mean is no number; of a stopped one there are none after the next reset.
  if (Number.isNaN(mean)) return undefined
  const of = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - RESOLUTION / 1e3)
  return {
    min: of(min),
    max: of(max),
    mean: of(mean),
    stddev: stddev / 1e9,
    p50: of(histogram.percentile(50)),
    p90: of(histogram.percentile(90)),
    p99: of(histogram.percentile(99)),
  }
}
