import type { CircuitOpenError } from './errors.js'
import type { CircuitState } from './snapshot.js'

/** Why a circuit changed its state. */
export type CircuitStateChangeReason =
  /** The window's rule was met by failures. */
  | 'failures'
  /** The window's rule was met by slow calls, or a probe was slow. */
  | 'slow_calls'
  /** The pause is over, and a call came. */
  | 'pause_over'
  | 'probe_failed'
  /** A probe hung for too long. */
  | 'probe_timeout'
  | 'probes_succeeded'
  /** `isolate()` was called. */
  | 'isolate'
  /** The last isolation was released. */
  | 'release'
  /** `disable()` was called. */
  | 'disable'
  /** `close()` was called. */
  | 'close'

/** A circuit is in another state. */
export interface CircuitStateChange {
  /** The breaker's name. */
  readonly name: string
  /** The host that it is of: of breakers of `resilientFetch`. */
  readonly host?: string
  /** The state that has ended. */
  readonly from: CircuitState
  /** The state that has begun. */
  readonly to: CircuitState
  /** Why. */
  readonly reason: CircuitStateChangeReason
}

/** The events of a {@link CircuitBreaker}, and what comes with each. */
export interface CircuitBreakerEvents {
  /** Synchronously, after the new state has begun. */
  readonly stateChange: CircuitStateChange
  /** A call that counts went well. */
  readonly success: {
    /** The breaker's name. */
    readonly name: string
    /** What the call returned. */
    readonly value: unknown
    /** Whether it took `slowCall.duration` or longer. */
    readonly slow: boolean
  }
  /** A call that counts failed: by its error, or by its value. */
  readonly failure: {
    /** The breaker's name. */
    readonly name: string
    /** What was thrown. Absent where the value was the failure. */
    readonly error?: unknown
    /** What was returned, and `isFailureResult` did not like. Absent where the call threw. */
    readonly value?: unknown
    /** Whether it took `slowCall.duration` or longer. */
    readonly slow: boolean
  }
  /** A call was refused. */
  readonly rejected: {
    /** The breaker's name. */
    readonly name: string
    /** The host that it is of: of breakers of `resilientFetch`. */
    readonly host?: string
    /** What the caller gets. */
    readonly error: CircuitOpenError
  }
}
