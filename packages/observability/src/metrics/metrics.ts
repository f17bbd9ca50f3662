import type { Counter } from './counter.js'
import type { MetricFamily } from './family.js'
import type { Gauge } from './gauge.js'
import type { Histogram } from './histogram.js'
import type { HistogramOptions, InstrumentOptions, ObserveOptions } from './instrument-options.js'
import type { Observe } from './observable.js'

/** Instruments, and what they have measured. See `createMetrics`. */
export interface Metrics {
  /**
   * Something that only grows. Asking for it again gives the same one: what is left out then is as it is there.
   *
   * @throws InvalidOptionError naming the option; for a name that another instrument has; and for one that is there in another
   * unit, or with other buckets.
   */
  counter(name: string, options?: InstrumentOptions): Counter
  /** Something that goes up and down. @throws InvalidOptionError as for a counter. */
  gauge(name: string, options?: InstrumentOptions): Gauge
  /** How values are distributed. @throws InvalidOptionError as for a counter. */
  histogram(name: string, options?: HistogramOptions): Histogram
  /**
   * Calls `observe` for its value whenever the metrics are read, here or by OpenTelemetry; one that fails, or takes longer than a
   * second, is left out, and one that has not ended is not called again. A name is observed once.
   *
   * @throws InvalidOptionError as for a counter.
   */
  observe(name: string, observe: Observe, options?: ObserveOptions): void
  /** All there is at this moment, in the order in which the instruments were made. Never rejects. */
  collect(): Promise<MetricFamily[]>
}
