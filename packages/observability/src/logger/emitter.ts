import type { Clock } from '@base/core/clock'
import { symbols } from 'pino'
import { type Call, readCall } from './call.js'
import { type ContextIds, contextIds } from './context-ids.js'
import type { DebugBuffer } from './debug-buffer.js'
import { keptLine } from './kept-line.js'
import type { LineParts } from './line-writer.js'
import { type Instance, STATE } from './pino-instance.js'
import { isSampled } from './sampling.js'
import { unheard } from './unheard.js'

/** From this level on what was kept of the request is printed. */
const ERROR = 50
const FATAL = 60

export interface Level {
  /** 30 for `'info'`. */
  readonly value: number
  /** See `LineFormat.level`. */
  readonly json: string
}

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

  /** Whether a line has to say how urgent it is; see `LineFormat.leveled`. */
  readonly #isLeveled: boolean

  constructor(clock: Clock, quiet: QuietRules, isLeveled: boolean) {
    this.#isLeveled = isLeveled
    this.#clock = clock
    this.#quiet = quiet
  }

  /** Whether lines of the level are of use though they are below the logger's. */
  wants(value: number): boolean {
    return value >= this.#quiet.keepFrom || value >= this.#quiet.sampleFrom
  }

  /** Whether such a line is of use here and now: its trace is sampled, or its request keeps it. */
  holds(value: number): boolean {
    const { keepFrom, sampleFrom, ratio } = this.#quiet
    const ids = contextIds()
    return (
      (value >= sampleFrom && isSampled(ids, ratio)) || (value >= keepFrom && requestOf(ids) !== undefined)
    )
  }

  /** A call at or above the logger's level. */
  print(logger: Instance, level: Level, args: readonly unknown[]): void {
    try {
      const ids = contextIds()
      if (level.value >= ERROR) this.#tell(logger, level, ids)
      this.#write(logger, level, level.value, ids, readCallOf(logger, args))
      if (level.value === FATAL) logger[symbols.streamSym].flushSync?.()
    } catch {
      // Nothing that is logged, and no destination, may break who logs.
    }
  }

  /** A call below the logger's level. */
  hold(logger: Instance, level: Level, args: readonly unknown[]): void {
    try {
      const { keepFrom, buffer, sampleFrom, ratio } = this.#quiet
      const ids = contextIds()
      if (level.value >= sampleFrom && isSampled(ids, ratio)) {
        this.#write(logger, level, urgencyOf(logger, level), ids, readCallOf(logger, args))
        return
      }
      const request = requestOf(ids)
      if (level.value < keepFrom || request === undefined) return
      const parts = partsOf(logger, level, ids, readCallOf(logger, args), this.#clock.now())
      const kept = buffer.of(request)
      buffer.add(kept, keptLine(logger[STATE].lines, parts, kept.request))
    } catch {
      // As above.
    }
  }

  #write(logger: Instance, level: Level, urgency: number, ids: ContextIds, call: Call): void {
    const time = this.#clock.now()
    const line = logger[STATE].lines.line(partsOf(logger, level, ids, call, time))
    describe(logger, urgency, call, time)
    this.#send(logger, urgency, line)
  }

  #send(logger: Instance, urgency: number, line: string): void {
    try {
      unheard(
        logger[symbols.streamSym].write(
          this.#isLeveled ? logger[STATE].lines.format.leveled(line, urgency) : line,
        ),
      )
    } catch {
      // A line that the destination does not take takes none of those after it with it.
    }
  }

  /** Prints what was kept of the request, as urgent as what made it of interest. */
  #tell(logger: Instance, level: Level, ids: ContextIds): void {
    const request = requestOf(ids)
    const story = request === undefined ? undefined : this.#quiet.buffer.take(request)
    if (story === undefined) return
    if (story.dropped > 0) {
      const message = `${story.dropped} earlier lines of this request were not kept.`
      this.#write(logger, level, level.value, ids, { fields: undefined, message })
    }
    describe(logger, level.value, { fields: undefined, message: undefined }, this.#clock.now())
    for (const line of story.lines) this.#send(logger, level.value, line)
  }
}

function partsOf(logger: Instance, level: Level, ids: ContextIds, call: Call, time: number): LineParts {
  const { log } = logger[symbols.formattersSym]
  return {
    level: level.json,
    time,
    ids,
    bindings: logger[STATE].bindings,
    fields: log === undefined ? call.fields : formatted(log, call.fields ?? {}),
    message: call.message,
    serializers: logger[symbols.serializersSym],
  }
}

/** What a formatter of the user makes of fields; they may hold what it was to hide. */
function formatted(log: (fields: object) => object, fields: object): object {
  try {
    const given = unheard(log(fields))
    if (!(given instanceof Promise)) return given
  } catch {
    // As one that gave a promise.
  }
  return { fields: '[Unreadable]' }
}

/** What a line that is sampled is sent as: what a destination takes, even of several streams, and as little above its own level as that. */
function urgencyOf(logger: Instance, level: Level): number {
  const { minLevel = Number.POSITIVE_INFINITY } = logger[symbols.streamSym]
  return Math.max(level.value, Math.min(logger.levelVal, minLevel))
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
function describe(logger: Instance, urgency: number, call: Call, time: number): void {
  const stream = logger[symbols.streamSym]
  if (stream[symbols.needsMetadataGsym] !== true) return
  stream.lastLevel = urgency
  stream.lastObj = call.fields ?? {}
  stream.lastMsg = call.message
  stream.lastTime = String(time)
  stream.lastLogger = logger
}
