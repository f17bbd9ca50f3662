import type { Clock } from '@base/core/clock'
import { symbols } from 'pino'
import { type Call, readCall } from './call.js'
import { type ContextIds, contextIds } from './context-ids.js'
import type { DebugBuffer } from './debug-buffer.js'
import { keptLine } from './kept-line.js'
import type { LevelName } from './level-name.js'
import type { LineParts } from './line-writer.js'
import { STATE } from './logger-state.js'
import type { Instance, Stream } from './pino-instance.js'
import { isSampled } from './sampling.js'

/** From this level on what was kept of the request is printed. */
const ERROR = 50
const FATAL = 60

/** What is done with lines below the level. */
export interface QuietRules {
  /** Kept from this level on, in `buffer`. */
  readonly keepFrom: number
  readonly buffer: DebugBuffer
  /** Printed from this level on, for a share of the traces. */
  readonly sampleFrom: number
  readonly ratio: number
}

/** Turns the calls of all loggers of a family into lines, and hands these to the destination. Never throws. */
export class Emitter {
  readonly #clock: Clock
  readonly #quiet: QuietRules

  constructor(clock: Clock, quiet: QuietRules) {
    this.#clock = clock
    this.#quiet = quiet
  }

  /** Whether lines of the level are of use though they are below the logger's. */
  wants(value: number): boolean {
    return value >= this.#quiet.keepFrom || value >= this.#quiet.sampleFrom
  }

  /** A call at or above the logger's level. */
  print(logger: Instance, level: LevelName, args: readonly unknown[]): void {
    try {
      const ids = contextIds()
      if (level.value >= ERROR) this.#tell(logger, level, ids)
      this.#write(logger, level, ids, readCallOf(logger, args))
      if (level.value === FATAL) logger[symbols.streamSym].flushSync?.()
    } catch {
      // Nothing that is logged, and no destination, may break who logs.
    }
  }

  /** A call below the logger's level. */
  hold(logger: Instance, level: LevelName, args: readonly unknown[]): void {
    try {
      const { keepFrom, buffer, sampleFrom, ratio } = this.#quiet
      const ids = contextIds()
      if (level.value >= sampleFrom && isSampled(ids, ratio)) {
        this.#write(logger, level, ids, readCallOf(logger, args))
        return
      }
      const request = requestOf(ids)
      if (level.value < keepFrom || request === undefined) return
      const parts = partsOf(logger, level, ids, readCallOf(logger, args), this.#clock.now())
      buffer.add(request, keptLine(logger[STATE].lines, parts))
    } catch {
      // As above.
    }
  }

  #write(logger: Instance, level: LevelName, ids: ContextIds, call: Call): void {
    const time = this.#clock.now()
    const line = logger[STATE].lines.line(partsOf(logger, level, ids, call, time))
    const stream = logger[symbols.streamSym]
    describe(stream, logger, level, call, time)
    stream.write(line)
  }

  /** Prints what was kept of the request, as urgent as what made it of interest. */
  #tell(logger: Instance, level: LevelName, ids: ContextIds): void {
    const request = requestOf(ids)
    const story = request === undefined ? undefined : this.#quiet.buffer.take(request)
    if (story === undefined) return
    if (story.dropped > 0) {
      const message = `${story.dropped} earlier lines of this request were not kept.`
      this.#write(logger, level, ids, { fields: undefined, message })
    }
    const stream = logger[symbols.streamSym]
    describe(stream, logger, level, { fields: undefined, message: undefined }, this.#clock.now())
    for (const line of story.lines) stream.write(line)
  }
}

function partsOf(logger: Instance, level: LevelName, ids: ContextIds, call: Call, time: number): LineParts {
  const { log } = logger[symbols.formattersSym]
  return {
    level: level.json,
    time,
    ids,
    bindings: logger[STATE].bindings,
    fields: log === undefined ? call.fields : log(call.fields ?? {}),
    message: call.message,
    serializers: logger[symbols.serializersSym],
  }
}

function requestOf({ correlationId, traceId }: ContextIds): string | undefined {
  return correlationId ?? traceId
}

/** A call whose fields cannot even be looked at is still a line. */
function readCallOf(logger: Instance, args: readonly unknown[]): Call {
  const { lines } = logger[STATE]
  try {
    return readCall(args, lines.format.messageKey, logger.msgPrefix, (value) => lines.inline(value))
  } catch {
    const message = args.find((arg) => typeof arg === 'string')
    return { fields: { fields: '[Unreadable]' }, message }
  }
}

/** What a destination of several streams decides by, as pino tells it. */
function describe(stream: Stream, logger: Instance, level: LevelName, call: Call, time: number): void {
  if (stream[symbols.needsMetadataGsym] !== true) return
  stream.lastLevel = level.value
  stream.lastObj = call.fields ?? {}
  stream.lastMsg = call.message
  stream.lastTime = String(time)
  stream.lastLogger = logger
}
