import type { Clock } from '@base/core/clock'
import { diagnosticsChannel, diagnosticsSources } from '@base/core/diagnostics'
import { formatDuration } from '@base/core/duration'
import { TimeoutError } from '@base/core/errors'
import type { CallContext } from '../policy/call-context.js'
import type { Engine, Next } from '../policy/engine.js'
import { Observers } from '../policy/observers.js'
import { readingOf } from '../policy/reading.js'
import type { Deadlines } from './deadlines.js'
import { deadlinesOf } from './deadlines-of.js'
import type { TimeoutEvents } from './events.js'
import { TimedCall } from './timed-call.js'

const channels = { timeout: /* @__PURE__ */ diagnosticsChannel('base:resilience:timeout:timeout') }

const sources = /* @__PURE__ */ diagnosticsSources<TimeoutEngine>('base:resilience:timeout', readingOf)

/** The options of a {@link Timeout}, checked and complete. */
export interface TimeoutRules {
  readonly name: string
  readonly timeout: number
  readonly races: boolean
  readonly clock: Clock
}

/** What a {@link Timeout} has counted since it was made. */
export interface TimeoutStats {
  /** Calls that began. */
  readonly calls: number
  /** Those that took too long. */
  readonly timeouts: number
}

export class TimeoutEngine implements Engine {
  readonly kind = 'timeout'
  readonly rules: TimeoutRules
  readonly observers: Observers<TimeoutEvents> = new Observers('Timeout', channels)
  #calls = 0
  #timeouts = 0
  readonly #deadlines: Deadlines

  constructor(rules: TimeoutRules) {
    this.rules = rules
    this.#deadlines = deadlinesOf(rules.clock, rules.timeout)
    sources.add(this)
  }

  get stats(): TimeoutStats {
    return { calls: this.#calls, timeouts: this.#timeouts }
  }

  run(next: Next, ctx: CallContext): unknown {
    this.#calls++
    const call = new TimedCall(ctx, this.#deadlines, this.expired)
    if (this.rules.races) call.follow()
    let result: unknown
    try {
      result = next(call)
    } catch (error) {
      throw call.fail(error)
    }
    if (result instanceof Promise) return this.rules.races ? call.race(result) : call.cooperate(result)
    call.end()
    return result
  }

  /** Counts and tells of a call that took too long, and makes its error; one may have had another time than the others. */
  readonly expired = (timeout: number = this.rules.timeout): TimeoutError => {
    this.#timeouts++
    const { name } = this.rules
    this.observers.tell('timeout', { name, timeout })
    return new TimeoutError({
      message: `No answer within ${formatDuration(timeout)} (timeout '${name}').`,
      details: { name, timeout },
    })
  }
}
