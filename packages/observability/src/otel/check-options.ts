import { toMilliseconds } from '@base/core/duration'
import { checkBoolean, checkNumber, checkOptions, checkText, invalidOption } from '@base/core/options'
import type { Attributes } from '@opentelemetry/api'
import type { OpenTelemetryOptions, OtlpOptions, ServiceOptions } from './open-telemetry-options.js'
import { type Environment, type OtlpSettings, otlpSettings, PLACE } from './otlp-settings.js'
import { type Sampling, samplingOf } from './sampling.js'

export interface MetricsSettings extends OtlpSettings {
  /** How often, in milliseconds. */
  readonly interval: number
}

/** The options as they are used, times in milliseconds. */
export interface OpenTelemetrySettings {
  readonly attributes: Attributes
  /** None where traces are not sent: then they are ids alone. */
  readonly traces: OtlpSettings | undefined
  /** None where metrics are not sent. */
  readonly metrics: MetricsSettings | undefined
  readonly sampling: Sampling
  readonly baggage: boolean
  readonly shutdownTimeout: number
}

export function readOptions(options: OpenTelemetryOptions, environment: Environment): OpenTelemetrySettings {
  const { otlp: given = {}, metrics = {} } = checkOptions(options, PLACE)
  const { baggage = true, sampling, shutdownTimeout = '5s' } = options
  const otlp = checkOtlp(given)
  if (sampling !== undefined) checkNumber(sampling, { ...PLACE, option: 'sampling', max: 1 })
  return {
    attributes: { ...attributesOf(options.attributes), ...serviceOf(options.service) },
    traces: sent(otlp, 'traces', environment),
    metrics: metricsOf(otlp, metrics, environment),
    sampling: samplingOf(sampling, environment),
    baggage: checkBoolean(baggage, { ...PLACE, option: 'baggage' }),
    shutdownTimeout: toMilliseconds(shutdownTimeout, { ...PLACE, option: 'shutdownTimeout', positive: true }),
  }
}

function checkOtlp(otlp: unknown): OtlpOptions | false {
  if (otlp === false || (typeof otlp === 'object' && otlp !== null)) return otlp
  throw invalidOption(otlp, { ...PLACE, option: 'otlp' }, 'an object of options, or false')
}

function metricsOf(
  otlp: OtlpOptions | false,
  metrics: Exclude<OpenTelemetryOptions['metrics'], undefined>,
  environment: Environment,
): MetricsSettings | undefined {
  if (metrics === false) return undefined
  const { interval: given = '60s' } = checkOptions(metrics, { ...PLACE, option: 'metrics' })
  const interval = toMilliseconds(given, { ...PLACE, option: 'metrics.interval', positive: true })
  const settings = sent(otlp, 'metrics', environment)
  return settings && { ...settings, interval }
}

/** Whoever runs the service may say no, and whoever wrote it. */
function sent(
  otlp: OtlpOptions | false,
  signal: 'traces' | 'metrics',
  environment: Environment,
): OtlpSettings | undefined {
  const exporter = environment[`OTEL_${signal.toUpperCase()}_EXPORTER`]?.trim().toLowerCase()
  return otlp === false || exporter === 'none' ? undefined : otlpSettings(otlp, signal, environment)
}

function attributesOf(attributes: unknown): Attributes {
  if (attributes === undefined) return {}
  if (typeof attributes === 'object' && attributes !== null && !Array.isArray(attributes))
    return attributes as Attributes
  throw invalidOption(attributes, { ...PLACE, option: 'attributes' }, 'an object of attributes')
}

function serviceOf(service: string | ServiceOptions | undefined): Attributes {
  const { name, version, environment } =
    typeof service === 'object' && service !== null ? service : ({ name: service } as ServiceOptions)
  const option = typeof service === 'object' && service !== null ? 'service.name' : 'service'
  return {
    'service.name': checkText(name, { ...PLACE, option }),
    ...(version !== undefined && {
      'service.version': checkText(version, { ...PLACE, option: 'service.version' }),
    }),
    ...(environment !== undefined && {
      'deployment.environment.name': checkText(environment, { ...PLACE, option: 'service.environment' }),
    }),
  }
}
