import type { Clock } from '@base/core/clock'
import { deadline } from '@base/core/context'
import { diagnosticsChannel, diagnosticsSources } from '@base/core/diagnostics'
import { invalidOption } from '@base/core/options'
import { ask, atOnce } from '../policy/ask.js'
import { CallContext } from '../policy/call-context.js'
import type { Engine, Next } from '../policy/engine.js'
import { Observers } from '../policy/observers.js'
import { placesOf } from '../policy/place.js'
import type { PolicyContext } from '../policy/policy.js'
import { readingOf } from '../policy/reading.js'
import { rememberAttempts } from './attempts-of.js'
import { type Backoff, DEFAULT_MAX } from './backoff.js'
import type { GaveUpReason, RetryEvents } from './events.js'
import { nextTurn } from './next-turn.js'
import { pause } from './pause.js'
import { retryAfterOf } from './retry-after.js'
import { giveBack, isPaidFrom, payInto, type RetryBudget } from './retry-budget.js'
import { isOpenCircuit } from './retryable.js'

const PATTERN = 'Retry'
/** Without a pause every so many retries let in what waits: a timeout, an abort. */
const UNPAUSED = 10

const channels = {
  retry: /* @__PURE__ */ diagnosticsChannel('base:resilience:retry:retry'),
  gaveUp: /* @__PURE__ */ diagnosticsChannel('base:resilience:retry:gaveUp'),
}

const sources = /* @__PURE__ */ diagnosticsSources<RetryEngine>('base:resilience:retry', readingOf)

/** The options of a {@link Retry}, checked and complete. */
export interface RetryRules {
  readonly name: string
  readonly maxAttempts: number
  readonly backoff: Backoff
  readonly retryIf: (error: unknown, ctx: PolicyContext) => boolean
  readonly retryIfResult: ((value: unknown, ctx: PolicyContext) => boolean) | undefined
  readonly maxElapsed: number
  readonly budget: RetryBudget | undefined
  readonly respectRetryAfter: boolean
  readonly clock: Clock
  readonly random: () => number
}

/** What an attempt came to that is not good enough. */
type Failure = { readonly error: unknown } | { readonly value: unknown }

/** A call that did not succeed at once. */
interface Story {
  readonly next: Next
  readonly first: CallContext
  /** The slots that the call had before its first attempt. */
  readonly slot: CallContext['slot']
  /** When it began; needed only for `maxElapsed`. */
  readonly start: number
}

/** What a {@link Retry} has counted since it was made. */
export interface RetryStats {
  /** Calls that began. */
  readonly calls: number
  /** Attempts after the first. */
  readonly retries: number
  /** Calls that ended without success, those that were aborted left out. */
  readonly gaveUp: number
}

export class RetryEngine implements Engine {
  readonly kind = 'retry'
  readonly rules: RetryRules
  readonly observers: Observers<RetryEvents> = new Observers('Retry', channels)
  #calls = 0
  #retries = 0
  #gaveUp = 0

  constructor(rules: RetryRules) {
    this.rules = rules
    sources.add(this)
  }

  get stats(): RetryStats {
    return { calls: this.#calls, retries: this.#retries, gaveUp: this.#gaveUp }
  }

  run(next: Next, ctx: CallContext): unknown {
    const { maxElapsed, clock, budget, retryIfResult } = this.rules
    this.#calls++
    payInto(budget, clock, ctx, PATTERN)
    const { slot } = ctx
    const start = maxElapsed === Number.POSITIVE_INFINITY ? 0 : clock.monotonic()
    // Inside of a retry around this one: it counts for itself.
    const first = ctx.attempt === 1 ? ctx : again(ctx, 1, slot)
    let result: unknown
    try {
      result = next(first)
    } catch (error) {
      return this.#retry({ error }, { next, first, slot, start })
    }
    if (!(result instanceof Promise)) return this.#passed(result, { next, first, slot, start })
    return result.then(
      retryIfResult === undefined
        ? undefined
        : (value: unknown) => this.#passed(value, { next, first, slot, start }),
      (error: unknown) => this.#retry({ error }, { next, first, slot, start }),
    )
  }

  #passed(value: unknown, story: Story): unknown {
    return this.#isGood(value, story.first) ? value : this.#retry({ value }, story)
  }

  async #retry(failure: Failure, { next, first, slot, start }: Story): Promise<unknown> {
    let ctx = first
    let last = failure
    let previous = 0
    for (let attempt = 1; ; attempt++) {
      const decision = this.#decide(last, ctx, start, previous)
      if (typeof decision !== 'number') return this.#end(failure, last, attempt, decision)
      previous = decision
      this.observers.tell('retry', { name: this.rules.name, attempt, pause: decision, ...last })
      await this.#rest(decision, attempt, first)
      this.#retries++
      // What an open circuit refuses says less than what was wrong before.
      if (!isRefusal(last)) failure = last
      ctx = again(first, attempt + 1, slot)
      try {
        const value = await next(ctx)
        if (this.#isGood(value, ctx)) return value
        last = { value }
      } catch (error) {
        last = { error }
      }
    }
  }

  /** @throws The reason of a caller who gave up meanwhile: there is no retry, and nothing to pay for. */
  async #rest(duration: number, attempt: number, first: CallContext): Promise<void> {
    const { clock, budget } = this.rules
    try {
      if (duration > 0) await pause(clock, duration, first)
      else if (attempt % UNPAUSED === 0) await nextTurn()
      if (first.aborted) throw first.reason
    } catch (reason) {
      giveBack(budget)
      throw reason
    }
  }

  /** How long to pause before the next attempt, or why there is none; `undefined` where nobody waits any more. */
  #decide(
    last: Failure,
    ctx: CallContext,
    start: number,
    previous: number,
  ): number | GaveUpReason | undefined {
    const { maxAttempts, budget, clock } = this.rules
    if (ctx.aborted) return undefined
    if ('error' in last && !this.#isRetried(last.error, ctx)) return 'not_retryable'
    if (ctx.attempt >= maxAttempts) return 'max_attempts'
    const duration = this.#pauseAfter(last, ctx, previous)
    if (typeof duration !== 'number') return duration
    const obstacle = this.#obstacle(duration, start)
    if (obstacle !== undefined) return obstacle
    // Last, so that nothing is paid for a retry that will not be.
    return budget === undefined || isPaidFrom(budget, clock, PATTERN) ? duration : 'budget'
  }

  #pauseAfter(last: Failure, ctx: CallContext, previous: number): number | GaveUpReason {
    const { backoff, random, respectRetryAfter, clock } = this.rules
    const answer = () => milliseconds(atOnce(backoff(ctx.attempt, { previous, random })))
    const duration = ask(PATTERN, 'backoff', answer, -1)
    if (duration < 0) return 'bad_backoff'
    const outcome = 'error' in last ? last.error : last.value
    const hint = respectRetryAfter ? retryAfterOf(outcome, clock.now()) : 0
    if (hint > (backoff.max ?? DEFAULT_MAX)) return 'retry_after'
    return Math.max(duration, hint)
  }

  #obstacle(duration: number, start: number): GaveUpReason | undefined {
    const { maxElapsed, clock } = this.rules
    if (clock.monotonic() - start + duration > maxElapsed) return 'max_elapsed'
    const end = deadline.get() ?? Number.POSITIVE_INFINITY
    return clock.now() + duration >= end ? 'deadline' : undefined
  }

  #end(failure: Failure, last: Failure, attempts: number, reason: GaveUpReason | undefined): unknown {
    const final = isRefusal(last) && !isRefusal(failure) ? failure : last
    if (reason !== undefined) {
      this.#gaveUp++
      this.observers.tell('gaveUp', { name: this.rules.name, attempts, reason, ...final })
    }
    if ('value' in final) return final.value
    rememberAttempts(final.error, attempts)
    throw final.error
  }

  #isRetried(error: unknown, ctx: CallContext): boolean {
    const { retryIf } = this.rules
    return ask(PATTERN, 'retryIf', () => retryIf(error, ctx), false)
  }

  /** A value is never taken away from a caller who has given up. */
  #isGood(value: unknown, ctx: CallContext): boolean {
    const { retryIfResult } = this.rules
    if (retryIfResult === undefined || ctx.aborted) return true
    return !ask(PATTERN, 'retryIfResult', () => retryIfResult(value, ctx), false)
  }
}

/** The same call in another attempt, with the slots that it had before its first. */
function again(ctx: CallContext, attempt: number, slot: CallContext['slot']): CallContext {
  return new CallContext(ctx.fn, ctx.caller, ctx.key, ctx.priority, attempt, ctx.scope, slot, ctx)
}

function isRefusal(failure: Failure): boolean {
  return 'error' in failure && isOpenCircuit(failure.error)
}

function milliseconds(pause: number): number {
  // The pause as it came, too: null would round to no pause at all.
  const rounded = Number.isFinite(pause) ? Math.round(pause) : Number.NaN
  if (rounded >= 0 && Number.isSafeInteger(rounded)) return rounded
  throw invalidOption(pause, placesOf(PATTERN)('backoff()'), 'a number of milliseconds from 0')
}
