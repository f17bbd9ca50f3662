import type { Clock } from '@base/core/clock'
import type { DestinationStream, LevelWithSilent } from 'pino'
import type { ServiceIdentity } from './line-format.js'
import type { RedactOptions } from './redact-options.js'

/** Options of {@link createLogger}; checked and read once. */
export interface LoggerOptions {
  /** Who writes: a name, or a name with version and environment. */
  readonly service: string | ServiceIdentity
  /** Lines below it are not printed. To be changed at any time: `logger.level = 'debug'`. @defaultValue 'info' */
  readonly level?: LevelWithSilent | undefined
  /** Layout of the lines: as pino's, or Elastic Common Schema 9. @defaultValue 'json' */
  readonly format?: 'json' | 'ecs' | undefined
  /** What is never shown, beside what never is by default. @defaultValue the default keys and patterns */
  readonly redact?: RedactOptions | undefined
  /** Keeps the lines of each request that are not printed, and prints them when the request logs an error. @defaultValue off */
  readonly buffer?: BufferOptions | undefined
  /** Prints lines below the level for a share of the traces. @defaultValue off */
  readonly sampling?: SamplingOptions | undefined
  /**
   * Where the lines go: {@link stdoutSink}, any destination, transport or multistream of pino, anything
   * with a `write(line)`.
   *
   * A transport with `targets` that have levels tells where a line goes by its `level`. So lines for one have a number
   * `level` in ECS too, and those that are kept or sampled that of the line that tells them or of the logger; their own is
   * `ownLevel`, in ECS `log.level`.
   *
   * @defaultValue the standard output, as one `stdoutSink()` for all loggers
   */
  readonly destination?: DestinationStream | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/**
 * What is kept of a request, which is known by its correlation id, or else by its trace; what belongs to none is not kept.
 * `isLevelEnabled` says yes to what is.
 */
export interface BufferOptions {
  /** The lowest level that is kept. @defaultValue 'debug' */
  readonly level?: 'trace' | 'debug' | 'info' | 'warn' | undefined
  /** Characters kept of a request at most, from 1; the latest lines are. The shortest line counts 200. @defaultValue 20480 */
  readonly size?: number | undefined
  /** Requests of which lines are kept, from 1; the latest are. @defaultValue 1000 */
  readonly requests?: number | undefined
}

/** Which traces are shown in detail. */
export interface SamplingOptions {
  /** Share of the traces, from 0 to 1. The same traces in every service that asks for the same share. */
  readonly ratio: number
  /** The lowest level that is printed for them. @defaultValue 'debug' */
  readonly level?: 'trace' | 'debug' | 'info' | 'warn' | undefined
}
