import { type Clock, systemClock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkBoolean, checkInteger, checkMethods, checkOptions } from '@base/core/options'
import { FileDescriptorSink } from './file-descriptor-sink.js'
import type { LogSink } from './log-sink.js'

const WHERE = { package: '@base/observability', pattern: 'stdoutSink' } as const

/** Options of {@link stdoutSink}. */
export interface StdoutSinkOptions {
  /** Bytes that wait while the reader does not read; lines beyond are dropped, and counted. From 1. @defaultValue 8388608 (8 MiB) */
  readonly maxPending?: number | undefined
  /**
   * How long a flush, that at the end of the process too, a `fatal` line, and `close()` wait for a reader that does not read at all;
   * one that reads, however slowly, is waited for. @defaultValue '1s'
   */
  readonly patience?: Duration | undefined
  /**
   * Whether the lines that a turn of the event loop writes behind its first leave together, at its end: for services with
   * thousands of lines a second, where a write for each costs more than making it. What ends the process without a word, such
   * as `kill -9`, then takes the lines of one turn with it, and so does the end of the main thread for a worker thread; an exit, an
   * uncaught error and a signal do not. @defaultValue false
   */
  readonly gather?: boolean | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/** A {@link LogSink} that can also wait without giving way. */
export interface StdoutSink extends LogSink {
  /** Writes what waits, at once; blocks while the reader reads, and no longer than `patience` while it does not. */
  flushSync(): void
}

/**
 * The standard output: the end of the process loses no line that somebody takes, and the process never waits for whoever reads.
 *
 * A line is written before `write` returns, unless lines are to be gathered, so that whatever ends the process (`process.exit`, a signal, a crash) comes too
 * late to lose it. Where the reader of a pipe does not keep up, lines wait in memory, in order, up to `maxPending`; what comes
 * then is dropped, counted by `dropped`, and a warning of the process (`LoggerWarning`) tells once, and why. What waits when the
 * process ends, also by a signal that nobody handles, is still written, as long as the reader reads; what is not taken within
 * `patience` is dropped, counted and told likewise. So is a line of which only a part was taken: it ends there, or the warning
 * says that it is cut.
 *
 * Make one a process: two that wait would write into each other's lines. Of processes that share a pipe, such as workers of a
 * cluster, lines above 4 kB (`PIPE_BUF`) do so, with `gather` shorter ones too: give each a pipe of its own. Terminals and files are written to as they are:
 * a stopped terminal, a slow disk does block; what a full disk does not take waits as well.
 *
 * @example
 * const output = stdoutSink({ maxPending: 1_048_576 })
 * const logger = createLogger({ service: 'orders-api', destination: output })
 * output.dropped // 0
 *
 * @throws InvalidOptionError naming the option.
 */
export function stdoutSink(options: StdoutSinkOptions = {}): StdoutSink {
  const { maxPending = 8 * 1_024 * 1_024, patience = '1s', gather = false } = checkOptions(options, WHERE)
  const { clock = systemClock } = options
  checkBoolean(gather, { ...WHERE, option: 'gather' })
  checkInteger(maxPending, { ...WHERE, option: 'maxPending', min: 1 })
  checkMethods(clock, ['schedule', 'sleep'], { ...WHERE, option: 'clock' })
  const wait = toMilliseconds(patience, { ...WHERE, option: 'patience' })
  // Whoever asks for it makes the pipe one that never blocks: writing to a full one says so instead.
  const fd = process.stdout?.fd ?? 1
  return new FileDescriptorSink(fd, { maxPending, patience: wait, gather, clock })
}
