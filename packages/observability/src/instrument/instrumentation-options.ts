import { type Clock, systemClock } from '@base/core/clock'
import { checkMethods, checkOptions, invalidOption } from '@base/core/options'
import type { Tracer } from '@opentelemetry/api'
import type { Metrics } from '../metrics/metrics.js'
import type { LogLevel } from './channel-rule.js'

const WHERE = { package: '@base/observability', pattern: 'instrument' } as const

/** Writes lines, as pino does; a method may be async. */
export interface InstrumentationLogger extends Record<LogLevel, (fields: object, message: string) => void> {
  /** Whether lines of that level are written at all; asked before one is put together. */
  isLevelEnabled?(level: string): boolean
}

/** Options of `instrument`: where things go. */
export interface InstrumentationOptions {
  /**
   * Gets a line for each message. What a caller hears of as an error is written at `debug` or below, what nobody hears of at `warn`
   * or `error`; of each channel at most 10 lines a second, of those that name whom to ask or what is lost 1,000, and the next says how
   * many were held back (`base.suppressed`).
   * What a logger of `createLogger` keeps or samples below its level is not counted.
   * @defaultValue none: no lines
   */
  readonly logger?: InstrumentationLogger | undefined
  /** Counts messages, and reads the counters of policies, caches and health checks. @defaultValue none: no metrics */
  readonly metrics?: Metrics | undefined
  /** Gets spans of what has a duration; other messages become events of the active span, whoever made it. @defaultValue none: no spans */
  readonly tracer?: Tracer | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/** The options, checked. */
export interface Sinks extends InstrumentationOptions {
  readonly clock: Clock
}

/** @throws InvalidOptionError naming the option. */
export function readOptions(options: InstrumentationOptions): Sinks {
  const place = (option: string) => ({ ...WHERE, option })
  const { logger, metrics, tracer, clock = systemClock } = checkOptions(options, place('options'))
  if (logger !== undefined) checkMethods(logger, ['trace', 'debug', 'info', 'warn', 'error'], place('logger'))
  if (metrics !== undefined) checkMethods(metrics, ['counter', 'histogram', 'observe'], place('metrics'))
  if (tracer !== undefined) checkMethods(tracer, ['startSpan'], place('tracer'))
  checkMethods(clock, ['now', 'monotonic'], place('clock'))
  return { logger, metrics, tracer, clock }
}

/** Twice would count everything twice. */
export function refuseTwice(metrics: unknown): never {
  throw invalidOption(metrics, { ...WHERE, option: 'metrics' }, 'metrics that are not instrumented already')
}
