import { type Clock, systemClock } from '@base/core/clock'
import { checkBoolean, checkInteger, checkMethods, checkOptions, checkText } from '@base/core/options'
import { checkName } from './instrument-options.js'
import type { Metrics } from './metrics.js'
import { Registry } from './registry.js'

const WHERE = { package: '@base/observability', pattern: 'createMetrics' } as const

/** Options of {@link createMetrics}. */
export interface MetricsOptions {
  /** Stands before every name, with a dot or an underscore of its own: `'shop.'`. @defaultValue none */
  readonly prefix?: string | undefined
  /** The most series of an instrument; beyond, all are counted together, and a warning tells once. At least 2. @defaultValue 2000 */
  readonly maxSeries?: number | undefined
  /**
   * Whether everything is recorded to OpenTelemetry's global meter as well. Where no provider is registered yet, that of the
   * first one is taken, from the next measurement or read on; what was measured before stays here alone. @defaultValue false
   */
  readonly otel?: boolean | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/**
 * Metrics with the names and units of OpenTelemetry, kept here to be read, by `metricsEndpoint` or by you.
 *
 * The series of an instrument are bounded. Recording never throws: what cannot be recorded is dropped, and a warning of the
 * process (`MetricsWarning`) tells once. A measurement within a sampled span is kept as an exemplar; whether there are
 * spans at all is looked for when an instrument is made, and at each read. In Prometheus a name has
 * underscores for dots, and ends with its unit: `http.server.request.duration` in `'s'` is
 * `http_server_request_duration_seconds`.
 *
 * @example
 * const metrics = createMetrics()
 * const orders = metrics.counter('orders.placed', { description: 'Orders that were placed', unit: '{order}' })
 * orders.add(1, { channel: 'web' })
 *
 * @throws InvalidOptionError naming the option.
 * @see OpenTelemetry specification, "Metrics API"
 */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  const { prefix = '', maxSeries = 2_000 } = checkOptions(options, WHERE)
  const { otel = false, clock = systemClock } = options
  if (prefix !== '') checkName(checkText(prefix, { ...WHERE, option: 'prefix' }), 'prefix')
  checkInteger(maxSeries, { ...WHERE, option: 'maxSeries', min: 2, max: 1_000_000 })
  checkBoolean(otel, { ...WHERE, option: 'otel' })
  checkMethods(clock, ['now', 'schedule'], { ...WHERE, option: 'clock' })
  return new Registry({ prefix, maxSeries, otel, clock })
}
