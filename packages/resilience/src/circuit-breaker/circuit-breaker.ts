import { setEngine } from '../policy/engine.js'
import { execute, wrap } from '../policy/execute.js'
import type { ExecuteOptions, Policy, PolicyFunction } from '../policy/policy.js'
import { disabled, Isolated } from './by-hand.js'
import { Closed } from './closed.js'
import type { CircuitBreakerEvents } from './events.js'
import { Machine } from './machine.js'
import { Open } from './open.js'
import { breakerRules, type CircuitBreakerOptions } from './options.js'
import type { CircuitBreakerSnapshot, CircuitState } from './snapshot.js'

/** What a {@link CircuitBreaker} has counted since it was made or last closed by `close()`. */
export interface CircuitBreakerStats {
  /** Calls that count and went well, slow ones too. */
  readonly successes: number
  /** Calls that count and failed. */
  readonly failures: number
  /** Calls, well or failed, that took `slowCall.duration` or longer. */
  readonly slow: number
  /** Errors that are no failure: `isFailure` said so, or the call was given up by its caller or in a queue inside that moves. */
  readonly ignored: number
  /** Calls that ended after the state had changed, and so did not count. */
  readonly late: number
  /** Calls that were refused. */
  readonly rejected: number
  /** Openings since the circuit was last closed, in whatever way. */
  readonly openings: number
}

/**
 * Stops calling a dependency that keeps failing, and probes it after a pause.
 *
 * Closed: calls pass. Open: calls are refused at once. Half-open: probes pass; a failure opens again, enough successes
 * close. Your function's value and error pass through untouched. A call that ends after the state has changed is not
 * counted. Processes do not share the state.
 *
 * @example
 * const payments = new CircuitBreaker({ failureThreshold: 3, recoveryTimeout: '10s' })
 * const response = await payments.execute(({ signal }) => fetch(url, { signal }))
 *
 * @throws {@link InvalidOptionError} from the constructor, naming the option.
 * @throws {@link CircuitOpenError} from `execute`; `retryAfter` says when a probe is due.
 * @see Michael Nygard, Release It!, 2nd ed., "Circuit Breaker"
 */
export class CircuitBreaker implements Policy {
  declare readonly outType?: (() => never) | undefined
  /** Names it in errors, events and telemetry. */
  readonly name: string
  readonly #machine: Machine

  constructor(options: CircuitBreakerOptions = {}) {
    this.#machine = new Machine(breakerRules(options))
    this.name = this.#machine.rules.told.name
    setEngine(this, this.#machine)
  }

  /**
   * The present state. Reading it changes nothing: a circuit whose pause is over stays `'open'` until the next call
   * makes it `'half_open'`.
   */
  get state(): CircuitState {
    return this.#machine.state.name
  }

  /** What was counted, as it is now. */
  get stats(): CircuitBreakerStats {
    return { ...this.#machine.counts, openings: this.#machine.openings }
  }

  /** Milliseconds until a probe may pass, 0 once it may; `undefined` in every state but open. */
  get retryAfter(): number | undefined {
    const { state } = this.#machine
    return state instanceof Open ? state.left : undefined
  }

  execute<T>(fn: PolicyFunction<T>, options?: ExecuteOptions): Promise<T> {
    return execute(this.#machine, fn, options) as Promise<T>
  }

  wrap<This, Args extends unknown[], T>(
    fn: (this: This, ...args: Args) => T | PromiseLike<T>,
  ): (this: This, ...args: Args) => Promise<T> {
    return wrap(this, fn) as (this: This, ...args: Args) => Promise<T>
  }

  /**
   * Refuses all calls, for a maintenance or an incident, until the function that is returned has been called. Isolations
   * count: the last release closes the circuit, and a second call of one release does nothing.
   */
  isolate(): () => void {
    const machine = this.#machine
    const isolated = machine.state instanceof Isolated ? machine.state : new Isolated(machine)
    isolated.isolations++
    machine.enter(isolated, 'isolate')
    let released = false
    return () => {
      if (released) return
      released = true
      isolated.isolations--
      if (isolated.isolations === 0 && machine.state === isolated) machine.close('release')
    }
  }

  /** Lets all calls pass, and counts none, until `close()`. Ends all isolations. */
  disable(): void {
    this.#machine.enter(disabled, 'disable')
  }

  /**
   * Closes the circuit, whatever its state: ends all isolations and `disable()`, empties the counters, and drops the
   * results of calls that are under way.
   */
  close(): void {
    this.#machine.reset()
  }

  /**
   * The state as plain JSON, for the option `initial` of a breaker in another process. Its times are those of the wall
   * clock. A half-open circuit is restored as open with a probe due; the calls of a rate window are left out. An isolation
   * that is restored ends with `close()`.
   */
  snapshot(): CircuitBreakerSnapshot {
    const { state, openings, rules } = this.#machine
    const failures = (state instanceof Closed && state.outcomes.failures) || 0
    const closed: CircuitBreakerSnapshot = {
      version: 1,
      state: state.name,
      openings,
      failures,
      pause: 0,
      until: 0,
    }
    if (!(state instanceof Open)) return closed
    const until = Math.ceil(rules.clock.now() + Math.max(0, state.until - rules.clock.monotonic()))
    // No number that `initial` would refuse.
    return { ...closed, pause: state.pause, until: Math.min(Math.max(0, until), Number.MAX_SAFE_INTEGER) }
  }

  /**
   * Calls `listener` at each `event` from now on, until the function that is returned is called. One that throws never
   * changes the outcome of a call; it is reported as a process warning.
   *
   * @example
   * payments.on('stateChange', ({ name, from, to, reason }) => log.warn({ name, from, to, reason }))
   */
  on<Name extends keyof CircuitBreakerEvents>(
    event: Name,
    listener: (payload: CircuitBreakerEvents[Name]) => unknown,
  ): () => void {
    return this.#machine.observers.on(event, listener)
  }
}
