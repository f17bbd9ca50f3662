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

/** What a call came to, for those who listen. */
export type Failure = { readonly error: unknown } | { readonly value: unknown }

/** What the states need of the circuit that they belong to. */
export interface Circuit {
  readonly rules: BreakerRules
  readonly state: State
  /** Opens; `since` is when that was, if not now. */
  open(reason: CircuitStateChangeReason, since?: number): void
  close(reason: CircuitStateChangeReason): void
  /** Probes from now on. */
  probe(pause: number): void
  succeeded(value: unknown, slow: boolean): void
  failed(failure: Failure, slow: boolean): void
  /** An error that says nothing about the dependency. */
  ignored(): void
  /** A result of an older state. */
  late(): void
  /** Whether an error speaks against the dependency. */
  isFailure(error: unknown, ctx: CallContext | undefined): boolean
  isFailureResult(value: unknown): boolean
  refuse(retryAfter: number | undefined): Promise<never>
}
