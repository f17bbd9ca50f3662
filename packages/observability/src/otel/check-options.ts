import { toMilliseconds } from '@base/core/duration'
import { checkBoolean, checkNumber, checkText, invalidOption } from '@base/core/options'
import type { Attributes } from '@opentelemetry/api'
import type { OpenTelemetryOptions, ServiceOptions } from './open-telemetry-options.js'
import { type Environment, type OtlpSettings, otlpSettings } from './otlp-settings.js'
import { type Sampling, samplingOf } from './sampling.js'

/** The options as they are used, times in milliseconds. */
export interface OpenTelemetrySettings {
  readonly attributes: Attributes
  readonly traces: OtlpSettings
  readonly metrics: OtlpSettings
  readonly metricsInterval: number | undefined
  readonly sampling: Sampling
  readonly baggage: boolean
  readonly shutdownTimeout: number
}

const PLACE = { package: '@base/observability', pattern: 'startOpenTelemetry' }

/** The options, checked once. */
export function checkOptions(options: OpenTelemetryOptions, environment: Environment): OpenTelemetrySettings {
  const { otlp = {}, metrics = {}, baggage = true, sampling, shutdownTimeout = '5s' } = options
  if (sampling !== undefined) checkNumber(sampling, { ...PLACE, option: 'sampling', max: 1 })
  return {
    attributes: { ...attributesOf(options.attributes), ...serviceOf(options.service) },
    traces: otlpSettings(otlp, 'traces', environment),
    metrics: otlpSettings(otlp, 'metrics', environment),
    metricsInterval:
      metrics === false
        ? undefined
        : toMilliseconds(metrics.interval ?? '60s', { ...PLACE, option: 'metrics.interval', positive: true }),
    sampling: samplingOf(sampling, environment),
    baggage: checkBoolean(baggage, { ...PLACE, option: 'baggage' }),
    shutdownTimeout: toMilliseconds(shutdownTimeout, { ...PLACE, option: 'shutdownTimeout', positive: true }),
  }
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
