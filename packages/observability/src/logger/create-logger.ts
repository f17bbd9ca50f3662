import { systemClock } from '@base/core/clock'
import {
  checkInteger,
  checkMethods,
  checkNumber,
  checkOneOf,
  checkOptions,
  checkText,
  invalidOption,
} from '@base/core/options'
import { type Logger, levels, pino } from 'pino'
import { DebugBuffer } from './debug-buffer.js'
import { ecsFormat } from './ecs-format.js'
import { Emitter, type QuietRules } from './emitter.js'
import { adopt } from './family.js'
import { jsonFormat } from './json-format.js'
import type { ServiceIdentity } from './line-format.js'
import { LineWriter } from './line-writer.js'
import type { LoggerOptions } from './logger-options.js'
import type { Instance } from './pino-instance.js'
import { redactionOf } from './redact-options.js'
import { standardOutput } from './standard-output.js'
import { readsLevels } from './worker-targets.js'

const WHERE = { package: '@base/observability', pattern: 'createLogger' } as const
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
/** Options of pino that would go unheard, and where what they do is done. */
const OF_THE_FORMAT = 'left out: service and format say what a line is'
const OF_PINO = {
  serializers: 'given to a child: logger.child({}, { serializers })',
  formatters:
    'given to a child: logger.child({}, { formatters }), but for level: the format says how one is shown',
  msgPrefix: 'given to a child: logger.child({}, { msgPrefix })',
  customLevels: 'given to a child: logger.child({}, { customLevels })',
  mixin: 'left out: fields of all lines are those of a child, logger.child({ … }), and of the context',
  hooks: OF_THE_FORMAT,
  name: OF_THE_FORMAT,
  base: OF_THE_FORMAT,
  timestamp: OF_THE_FORMAT,
  messageKey: OF_THE_FORMAT,
  nestedKey: OF_THE_FORMAT,
  errorKey: OF_THE_FORMAT,
  crlf: OF_THE_FORMAT,
  enabled: "left out: level: 'silent' prints nothing",
  transport: 'the destination: { destination: pino.transport({ … }) }',
} as const
const QUIET_LEVELS = ['trace', 'debug', 'info', 'warn'] as const

/**
 * A logger of pino that knows the request, keeps secrets, and cannot be broken by what it is given.
 *
 * It is a logger of pino: levels, `child()` with bindings, `serializers`, `formatters` and `msgPrefix`, `%s`, destinations,
 * transports. Its own options are those of {@link LoggerOptions} alone: what pino takes besides is given to a child, as in
 * `createLogger(…).child({}, { serializers })`, also `customLevels`; `mixin`, `hooks`, `name`, `base`, `timestamp`, `messageKey`,
 * `errorKey`, `nestedKey` and `crlf` have no place, for the format says what a line is, and are refused. Beyond:
 * - Each line has the correlation id and tenant of `@base/core/context`, and the trace and span of OpenTelemetry's active span.
 * - What is secret is replaced by `[Redacted]`: by key at any depth, by path, and by form in every text. It is looked for
 *   under the names that the line has in the end (and was given), in children's fields, errors, maps, headers and the message too.
 * - A field cannot take the place of one of the line's own: `{ level: 'gold' }` becomes `level_`, and no key is there twice.
 * - A request or response of node:http is shown as pino's serializers show it, wherever it lies, and so is one of the Web.
 * - A method that is taken off it, as in `promise.catch(logger.error)`, writes as the logger that was made here does, or as the
 *   nearest child that has `redact`, `serializers` or `formatters`.
 * - A child hides more with `redact`, as `[Redacted]`: it refuses another `censor` and `remove`, and beside `customLevels` also
 *   `formatters.level`, for the format says how a level is shown.
 * - Every line is valid JSON of bounded size, whatever it is given: cycles, getters that throw, big integers, huge texts and keys.
 * - Logging never throws.
 *
 * @example
 * const logger = createLogger({ service: 'orders-api', format: 'ecs', redact: { keys: ['iban'], patterns: ['email'] } })
 * logger.info({ order: 7, iban: 'DE02120300000000202051' }, 'order placed')
 *
 * @throws InvalidOptionError naming the option.
 * @see https://getpino.io
 */
export function createLogger(options: LoggerOptions): Logger {
  const { level = 'info', format = 'json', redact = {} } = checkOptions(options, WHERE)
  const { destination = standardOutput(), clock = systemClock } = options
  for (const [option, allowed] of Object.entries(OF_PINO)) {
    const received = (options as unknown as Record<string, unknown>)[option]
    if (received !== undefined) throw invalidOption(received, { ...WHERE, option }, allowed)
  }
  const service = serviceOf(options.service)
  checkOneOf(level, LEVELS, { ...WHERE, option: 'level' })
  checkOneOf(format, ['json', 'ecs'], { ...WHERE, option: 'format' })
  checkMethods(destination, ['write'], { ...WHERE, option: 'destination' })
  checkMethods(clock, ['now', 'schedule'], { ...WHERE, option: 'clock' })
  const isLeveled = readsLevels(destination)
  const layout = format === 'ecs' ? ecsFormat(service, isLeveled) : jsonFormat(service, isLeveled)
  const lines = new LineWriter(layout, redactionOf(redact))
  const emitter = new Emitter(clock, quietRules(options), isLeveled)
  const logger = pino({ level, base: null, messageKey: layout.messageKey }, destination)
  adopt(logger as unknown as Instance, lines, emitter)
  return logger
}

function serviceOf(service: string | ServiceIdentity): ServiceIdentity {
  const identity = typeof service === 'object' && service !== null ? service : { name: service }
  const { name, version, environment } = identity
  checkText(name, { ...WHERE, option: 'service' })
  if (version !== undefined) checkText(version, { ...WHERE, option: 'service.version' })
  if (environment !== undefined) checkText(environment, { ...WHERE, option: 'service.environment' })
  return identity
}

function quietRules({ buffer, sampling }: LoggerOptions): QuietRules {
  if (buffer !== undefined) checkOptions(buffer, { ...WHERE, option: 'buffer' })
  if (sampling !== undefined) checkOptions(sampling, { ...WHERE, option: 'sampling' })
  const { size = 20_480, requests = 1_000 } = buffer ?? {}
  checkInteger(size, { ...WHERE, option: 'buffer.size', min: 1 })
  checkInteger(requests, { ...WHERE, option: 'buffer.requests', min: 1 })
  if (sampling !== undefined) checkNumber(sampling.ratio, { ...WHERE, option: 'sampling.ratio', max: 1 })
  return {
    keepFrom: levelValue(buffer, 'buffer.level'),
    buffer: new DebugBuffer({ size, requests }),
    sampleFrom: levelValue(sampling, 'sampling.level'),
    ratio: sampling?.ratio ?? 0,
  }
}

/** The least level's value; none where the block is off. */
function levelValue(block: { readonly level?: string | undefined } | undefined, option: string): number {
  if (block === undefined) return Number.POSITIVE_INFINITY
  const level = checkOneOf(block.level ?? 'debug', QUIET_LEVELS, { ...WHERE, option })
  return levels.values[level] as number
}
