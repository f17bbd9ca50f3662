import type { CallContext } from '../policy/call-context.js'
import type { Next } from '../policy/engine.js'
import type { Circuit, State } from './state.js'
import type { Outcomes } from './window.js'

/**
 * Calls pass and are counted. The two handlers are made once for the whole stretch, not for each call; only a call that
 * can be aborted, or whose duration matters, needs its own.
 */
export class Closed implements State {
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
      return this.#fail(error, ctx, false)
    }
    if (!(result instanceof Promise)) return this.#pass(result)
    return result.then(
      this.#pass,
      ctx.abortable ? (error: unknown) => this.#fail(error, ctx, false) : this.#failWithoutContext,
    )
  }

  end(): void {
    this.outcomes.end()
  }

  readonly #pass = (value: unknown): unknown => {
    const circuit = this.#circuit
    if (circuit.state !== this) circuit.late()
    else if (circuit.isFailureResult(value)) this.#count({ value }, false)
    else {
      this.outcomes.good()
      circuit.succeeded(value, false)
    }
    return value
  }

  readonly #failWithoutContext = (error: unknown): never => this.#fail(error, undefined, false)

  #fail(error: unknown, ctx: CallContext | undefined, slow: boolean): never {
    const circuit = this.#circuit
    if (circuit.state !== this) circuit.late()
    else if (circuit.isFailure(error, ctx)) this.#count({ error }, slow)
    else circuit.ignored()
    throw error
  }

  #runMeasured(next: Next, ctx: CallContext): unknown {
    const { clock, slowDuration } = this.#circuit.rules
    // What it waits in our own queues is not the dependency's time.
    const start = clock.monotonic() - ctx.waited
    const isSlow = () => clock.monotonic() - ctx.waited - start >= slowDuration
    let result: unknown
    try {
      result = next(ctx)
    } catch (error) {
      return this.#fail(error, ctx, isSlow())
    }
    if (!(result instanceof Promise)) return this.#passMeasured(result, isSlow())
    return result.then(
      (value: unknown) => this.#passMeasured(value, isSlow()),
      (error: unknown) => this.#fail(error, ctx, isSlow()),
    )
  }

  #passMeasured(value: unknown, slow: boolean): unknown {
    const circuit = this.#circuit
    if (!slow || circuit.state !== this) return this.#pass(value)
    if (circuit.isFailureResult(value)) this.#count({ value }, true)
    else {
      const opens = this.outcomes.bad(false, true)
      circuit.succeeded(value, true)
      this.#openIf(opens, 'slow_calls')
    }
    return value
  }

  #count(failure: { readonly error: unknown } | { readonly value: unknown }, slow: boolean): void {
    const opens = this.outcomes.bad(true, slow)
    this.#circuit.failed(failure, slow)
    this.#openIf(opens, 'failures')
  }

  #openIf(opens: boolean, reason: 'failures' | 'slow_calls'): void {
    // A listener, told of the outcome, may have changed the state.
    if (opens && this.#circuit.state === this) this.#circuit.open(reason)
  }
}
