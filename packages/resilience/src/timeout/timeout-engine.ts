import type { Clock } from '@base/core/clock'
import { diagnosticsChannel, diagnosticsSources } from '@base/core/diagnostics'
import { formatDuration } from '@base/core/duration'
import { TimeoutError } from '@base/core/errors'
import type { CallContext } from '../policy/call-context.js'
import type { Engine, Next } from '../policy/engine.js'
import { Observers } from '../policy/observers.js'
import type { Deadlines } from './deadlines.js'
import { deadlinesOf } from './deadlines-of.js'
import type { TimeoutEvents } from './events.js'
import { TimedCall } from './timed-call.js'

const channels = { timeout: /* @__PURE__ */ diagnosticsChannel('base:resilience:timeout:timeout') }

const sources = /* @__PURE__ */ diagnosticsSources(
  'base:resilience:timeout',
  ({ rules: { name }, calls, timeouts }: TimeoutEngine) => ({ name, calls, timeouts }),
)

/** The options of a {@link Timeout}, checked and complete. */
export interface TimeoutRules {
  readonly name: string
  readonly timeout: number
  readonly races: boolean
  readonly clock: Clock
}

export class TimeoutEngine implements Engine {
  readonly kind = 'timeout'
  readonly rules: TimeoutRules
  readonly observers: Observers<TimeoutEvents> = new Observers('Timeout', channels)
  calls = 0
  timeouts = 0
  readonly #deadlines: Deadlines | undefined

  constructor(rules: TimeoutRules) {
    this.rules = rules
    const { clock, timeout } = rules
    this.#deadlines = timeout === Number.POSITIVE_INFINITY ? undefined : deadlinesOf(clock, timeout)
    sources.add(this)
  }

  run(next: Next, ctx: CallContext): unknown {
    this.calls++
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
    this.timeouts++
    const { name } = this.rules
    if (this.observers.hear('timeout')) this.observers.tell('timeout', { name, timeout })
    return new TimeoutError({
      message: `No answer within ${formatDuration(timeout)} (timeout '${name}').`,
      details: { name, timeout },
    })
  }
}
