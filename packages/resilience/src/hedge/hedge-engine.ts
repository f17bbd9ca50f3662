import type { Clock, Timer } from '@base/core/clock'
import { diagnosticsChannel, diagnosticsSources } from '@base/core/diagnostics'
import { CancelledError } from '@base/core/errors'
import { ask, atOnce } from '../policy/ask.js'
import type { CallContext } from '../policy/call-context.js'
import type { Engine, Next } from '../policy/engine.js'
import { Observers } from '../policy/observers.js'
import { readingOf } from '../policy/reading.js'
import { isRefusal } from '../policy/refusals.js'
import { withoutStack } from '../policy/without-stack.js'
import { isPaidFrom, payInto, type RetryBudget } from '../retry/retry-budget.js'
import type { HedgeEvents, HedgeReason } from './events.js'
import { type HedgeDesk, HedgedCall } from './hedged-call.js'
import type { MeasuredDelay } from './percentile.js'

const PATTERN = 'Hedge'

const channels = { hedge: /* @__PURE__ */ diagnosticsChannel('base:resilience:hedge:hedge') }

const sources = /* @__PURE__ */ diagnosticsSources<HedgeEngine>('base:resilience:hedge', readingOf)

/** The options of a {@link Hedge}, checked and complete. */
export interface HedgeRules {
  readonly name: string
  readonly delay: number | MeasuredDelay
  readonly maxHedges: number
  readonly hedgeIf: (error: unknown) => boolean
  readonly budget: RetryBudget | undefined
  readonly clock: Clock
}

/** What a {@link Hedge} has counted since it was made. */
export interface HedgeStats {
  /** Calls that began. */
  readonly calls: number
  /** Calls beside the first ones. */
  readonly hedges: number
  /** Calls that were answered by a hedge. */
  readonly wins: number
}

export class HedgeEngine implements Engine, HedgeDesk {
  readonly kind = 'hedge'
  readonly rules: HedgeRules
  readonly observers: Observers<HedgeEvents> = new Observers('Hedge', channels)
  #calls = 0
  #hedges = 0
  #wins = 0

  constructor(rules: HedgeRules) {
    this.rules = rules
    sources.add(this)
  }

  get stats(): HedgeStats {
    return { calls: this.#calls, hedges: this.#hedges, wins: this.#wins }
  }

  run(next: Next, ctx: CallContext): unknown {
    const { delay, clock, budget } = this.rules
    this.#calls++
    payInto(budget, clock, ctx, PATTERN)
    return new HedgedCall(this, next, ctx, typeof delay === 'number' ? 0 : clock.monotonic()).begin()
  }

  delay(hedge: number): number {
    const { delay, maxHedges } = this.rules
    if (hedge > maxHedges) return Number.POSITIVE_INFINITY
    if (typeof delay === 'number') return delay
    const measured = () => {
      const current = atOnce(delay.current)
      if (current === 0) return 0
      // A part of a millisecond must not become "all at once", and what no clock can wait for is for ever.
      const isTime = current > 0 && current <= Number.MAX_SAFE_INTEGER
      return isTime ? Math.ceil(current) : Number.POSITIVE_INFINITY
    }
    return ask(PATTERN, 'delay.current', measured, Number.POSITIVE_INFINITY)
  }

  accepts(error: unknown): boolean {
    const { hedgeIf } = this.rules
    return ask(PATTERN, 'hedgeIf', () => hedgeIf(error), false)
  }

  permit(hedge: number, reason: HedgeReason, error: unknown): boolean {
    const { name, maxHedges, budget, clock } = this.rules
    if (hedge > maxHedges) return false
    // What was refused has cost nobody anything, and nor will the call in its place.
    if (budget !== undefined && !isRefusal(error) && !isPaidFrom(budget, clock, PATTERN)) return false
    this.#hedges++
    this.observers.tell('hedge', { name, hedge, reason, ...(reason === 'failure' && { error }) })
    return true
  }

  schedule(delay: number, fn: () => void): Timer {
    return this.rules.clock.schedule(delay, fn, { name: 'hedge' })
  }

  answered(byHedge: boolean, start: number): void {
    if (byHedge) this.#wins++
    const { delay, clock } = this.rules
    if (typeof delay === 'number') return
    ask(PATTERN, 'delay.record', () => delay.record(clock.monotonic() - start), undefined)
  }

  lost(): CancelledError {
    const message = `The call has its answer from another attempt (hedge '${this.rules.name}').`
    return withoutStack(() => new CancelledError({ code: 'HEDGE_LOST', message }))
  }
}
