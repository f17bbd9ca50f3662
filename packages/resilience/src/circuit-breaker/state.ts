import type { CallContext } from '../policy/call-context.js'
import type { Next } from '../policy/engine.js'
import type { CircuitStateChangeReason } from './events.js'
import type { BreakerRules } from './options.js'
import type { CircuitState } from './snapshot.js'

/**
 * A stretch of time in one state. Every entry makes a new one, so that a late result, which belongs to an older
 * stretch, knows that it is late: `circuit.state !== this`.
 */
export interface State {
  readonly name: CircuitState
  run(next: Next, ctx: CallContext): unknown
  /** The next state begins. */
  end?(): void
}

/** A state whose calls are judged. */
export interface JudgingState extends State {
  /** A call has gone well or failed, slowly or not; gives the reason to leave the state, if that is one. */
  count(failed: boolean, slow: boolean): CircuitStateChangeReason | undefined
}

/** What the states need of the circuit that they belong to. */
export interface Circuit {
  readonly rules: BreakerRules
  readonly state: State
  /** Opens; `since` is when that was, if not now. */
  open(reason: CircuitStateChangeReason, since?: number): void
  /** Probes from now on. */
  probe(pause: number): void
  /** Judges a call of that state by what it returned. */
  passed(state: JudgingState, value: unknown, slow: boolean): void
  /** Judges a call of that state by what it threw; without `ctx` where nothing could end it early. */
  failed(state: JudgingState, error: unknown, slow: boolean, ctx: CallContext | undefined): void
  refuse(retryAfter: number | undefined): Promise<never>
}
