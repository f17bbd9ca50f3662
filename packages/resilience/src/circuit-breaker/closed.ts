import type { CallContext } from '../policy/call-context.js'
import type { Next } from '../policy/engine.js'
import type { CircuitStateChangeReason } from './events.js'
import { runJudged, stopwatch } from './judged-call.js'
import type { Circuit, JudgingState } from './state.js'
import type { Outcomes } from './window.js'

/**
 * Calls pass and are counted. The two handlers are made once for the whole stretch, not for each call; only a call that
 * can be aborted, or whose duration matters, needs its own.
 */
export class Closed implements JudgingState {
  readonly name = 'closed'
  readonly outcomes: Outcomes
  readonly #circuit: Circuit
  readonly #measures: boolean

  constructor(circuit: Circuit, outcomes: Outcomes) {
    this.#circuit = circuit
    this.outcomes = outcomes
    this.#measures = circuit.rules.slowDuration !== Number.POSITIVE_INFINITY
  }

  run(next: Next, ctx: CallContext): unknown {
    if (this.#measures) return this.#runMeasured(next, ctx)
    let result: unknown
    try {
      result = next(ctx)
    } catch (error) {
      return this.#fail(error, ctx)
    }
    if (!(result instanceof Promise)) return this.#passed(result)
    return result.then(
      this.#passed,
      ctx.abortable ? (error: unknown) => this.#fail(error, ctx) : this.#failed,
    )
  }

  #runMeasured(next: Next, ctx: CallContext): unknown {
    const { clock, slowDuration } = this.#circuit.rules
    const took = stopwatch(clock, ctx)
    return runJudged(this.#circuit, this, next, ctx, () => took() >= slowDuration)
  }

  count(failed: boolean, slow: boolean): CircuitStateChangeReason | undefined {
    if (!this.outcomes.count(failed, slow)) return undefined
    return failed ? 'failures' : 'slow_calls'
  }

  end(): void {
    this.outcomes.end?.()
  }

  readonly #passed = (value: unknown): unknown => {
    this.#circuit.passed(this, value, false)
    return value
  }

  readonly #failed = (error: unknown): never => this.#fail(error, undefined)

  #fail(error: unknown, ctx: CallContext | undefined): never {
    this.#circuit.failed(this, error, false, ctx)
    // Not thrown by the circuit: each function that an error passes through costs as much as all the rest.
    throw error
  }
}
