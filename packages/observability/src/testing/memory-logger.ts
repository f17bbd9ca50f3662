import type { Logger } from 'pino'
import { createLogger } from '../logger/create-logger.js'
import type { LoggerOptions } from '../logger/logger-options.js'

/** A line, read back. */
export type LogLine = Readonly<Record<string, unknown>>

/** A logger, and what it has printed. */
export interface MemoryLogger {
  /** For what is tested. */
  readonly logger: Logger
  /** The lines so far, read back, in order; a new array each time. */
  readonly lines: readonly LogLine[]
  /** The same as they were printed, each with its line feed: what a secret is looked for in. */
  readonly text: string
  /** Forgets all lines. */
  clear(): void
}

/**
 * A logger that prints into memory: for tests of what is logged, and of what is not.
 *
 * It is `createLogger` with a destination of its own, so redaction, ids and layout are those of production.
 *
 * @param options - Those of `createLogger` but the destination. The service is `'test'` and the level `'trace'` where they say nothing.
 *
 * @example
 * const memory = memoryLogger()
 * memory.logger.child({ order: 7 }).info({ password: 'hunter2' }, 'placed')
 * const [line] = memory.lines
 * console.log(line?.['order'], line?.['password']) // 7 [Redacted]
 *
 * @throws `InvalidOptionError` naming the option.
 */
export function memoryLogger(options: Partial<Omit<LoggerOptions, 'destination'>> = {}): MemoryLogger {
  const printed: string[] = []
  const destination = { write: (line: string) => void printed.push(line) }
  const { service = 'test', level = 'trace' } = options
  const logger = createLogger({ ...options, service, level, destination })
  return {
    logger,
    get lines() {
      return printed.map((line) => JSON.parse(line) as LogLine)
    },
    get text() {
      return printed.join('')
    },
    clear() {
      printed.length = 0
    },
  }
}
