import type { Metrics } from './metrics.js'

/** In seconds. @see OpenTelemetry semantic conventions, "Metric: v8js.gc.duration" */
const BUCKETS = [0.01, 0.1, 1, 10]

/** Records how long each garbage collection takes, until the function that is returned is called; holds no process. */
export function recordCollections(
  metrics: Metrics,
  { PerformanceObserver, constants }: typeof import('node:perf_hooks'),
): () => void {
  const duration = metrics.histogram('v8js.gc.duration', {
    description: 'How long garbage collections took, by type',
    unit: 's',
    buckets: BUCKETS,
  })
  const types = new Map<unknown, string>([
    [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
    [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
    [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
    [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
  ])
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { detail } = entry as { readonly detail?: { readonly kind?: unknown } }
      duration.record(entry.duration / 1_000, { 'v8js.gc.type': types.get(detail?.kind) ?? 'other' })
    }
  })
  observer.observe({ entryTypes: ['gc'] })
  return () => observer.disconnect()
}
