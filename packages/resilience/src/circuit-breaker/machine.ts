import { diagnosticsChannel, diagnosticsSources } from '@base/core/diagnostics'
import { formatDuration } from '@base/core/duration'
import { ask } from '../policy/ask.js'
import type { CallContext } from '../policy/call-context.js'
import type { Engine, Next } from '../policy/engine.js'
import { isGivenUp } from '../policy/given-up.js'
import { Observers } from '../policy/observers.js'
import { withoutStack } from '../policy/without-stack.js'
import { disabled, Isolated } from './by-hand.js'
import { Closed } from './closed.js'
import { CircuitOpenError } from './errors.js'
import type { CircuitBreakerEvents, CircuitStateChangeReason } from './events.js'
import { HalfOpen } from './half-open.js'
import { Open } from './open.js'
import { type BreakerRules, PATTERN } from './options.js'
import type { CircuitBreakerSnapshot } from './snapshot.js'
import type { Circuit, JudgingState, State } from './state.js'

const channels = {
  stateChange: /* @__PURE__ */ diagnosticsChannel('base:resilience:circuit-breaker:stateChange'),
  success: undefined,
  failure: undefined,
  rejected: /* @__PURE__ */ diagnosticsChannel('base:resilience:circuit-breaker:rejected'),
}

const breakers = /* @__PURE__ */ diagnosticsSources(
  'base:resilience:circuit-breaker',
  ({ rules, state, counts, openings }: Machine) => ({
    ...rules.told,
    state: state.name,
    ...counts,
    openings,
  }),
)

/** Counts since construction or the last `close()`. */
export interface Counts {
  successes: number
  failures: number
  slow: number
  ignored: number
  late: number
  rejected: number
}

/** What a call came to that counts as failed, for those who listen. */
type Failure = { readonly error: unknown } | { readonly value: unknown }

/** The states of a circuit, what is counted, and who is told. */
export class Machine implements Circuit, Engine {
  readonly kind = 'circuit-breaker'
  readonly rules: BreakerRules
  state: State
  openings: number
  counts: Counts = noCounts()
  readonly observers: Observers<CircuitBreakerEvents> = new Observers(PATTERN, channels)

  constructor(rules: BreakerRules) {
    this.rules = rules
    const { initial } = rules
    this.openings = initial?.openings ?? 0
    this.state = initial === undefined ? this.#closed(0) : this.#restored(initial)
    breakers.add(this)
  }

  run(next: Next, ctx: CallContext): unknown {
    return this.state.run(next, ctx)
  }

  open(reason: CircuitStateChangeReason, since: number = this.rules.clock.monotonic()): void {
    this.openings++
    const pause = this.rules.pause(this.openings)
    this.enter(new Open(this, since + pause, pause), reason)
  }

  close(reason: CircuitStateChangeReason): void {
    this.openings = 0
    this.enter(this.#closed(0), reason)
  }

  probe(pause: number): void {
    this.enter(new HalfOpen(this, this.rules.probeTimeout ?? pause), 'pause_over')
  }

  /** The state has begun before anyone hears of it. */
  enter(state: State, reason: CircuitStateChangeReason): void {
    const { name: from } = this.state
    this.state.end?.()
    this.state = state
    if (from !== state.name)
      this.observers.tell('stateChange', { ...this.rules.told, from, to: state.name, reason })
  }

  passed(state: JudgingState, value: unknown, slow: boolean): void {
    const { isFailureResult } = this.rules
    if (this.state !== state) this.counts.late++
    else if (isFailureResult !== undefined && says('isFailureResult', isFailureResult, value))
      this.#countFailure(state, { value }, slow)
    else this.#countSuccess(state, value, slow)
  }

  failed(state: JudgingState, error: unknown, slow: boolean, ctx: CallContext | undefined): void {
    if (this.state !== state) this.counts.late++
    else if (ctx !== undefined && isGivenUp(ctx)) this.counts.ignored++
    else if (says('isFailure', this.rules.isFailure, error)) this.#countFailure(state, { error }, slow)
    else this.counts.ignored++
  }

  refuse(retryAfter: number | undefined): Promise<never> {
    this.counts.rejected++
    const make = () => this.#refusal(retryAfter)
    const error = this.rules.stack ? make() : withoutStack(make)
    if (this.observers.hear('rejected')) this.observers.tell('rejected', { ...this.rules.told, error })
    // A throw would cost more than the error itself.
    return Promise.reject(error)
  }

  /** As `close()` asks for it: whatever was, it is over. */
  reset(): void {
    this.counts = noCounts()
    this.close('close')
  }

  #countSuccess(state: JudgingState, value: unknown, slow: boolean): void {
    const reason = state.count(false, slow)
    this.counts.successes++
    if (slow) this.counts.slow++
    if (this.observers.hear('success'))
      this.observers.tell('success', { name: this.rules.told.name, value, slow })
    if (reason !== undefined) this.#leave(state, reason)
  }

  #countFailure(state: JudgingState, failure: Failure, slow: boolean): void {
    const reason = state.count(true, slow)
    this.counts.failures++
    if (slow) this.counts.slow++
    if (this.observers.hear('failure'))
      this.observers.tell('failure', { name: this.rules.told.name, ...failure, slow })
    if (reason !== undefined) this.#leave(state, reason)
  }

  #leave(state: JudgingState, reason: CircuitStateChangeReason): void {
    // A listener, told of the outcome, may have changed the state.
    if (this.state !== state) return
    if (reason === 'probes_succeeded') this.close(reason)
    else this.open(reason)
  }

  #refusal(retryAfter: number | undefined): CircuitOpenError {
    const { name } = this.rules.told
    const { name: state } = this.state
    const due = retryAfter === undefined ? '' : `; a probe is due in ${formatDuration(retryAfter)}`
    return new CircuitOpenError({
      message: `Circuit '${name}' is ${state === 'half_open' ? 'being probed' : state}${due}.`,
      details: { name, state },
      ...(retryAfter !== undefined && { retryAfter }),
    })
  }

  #closed(failures: number): Closed {
    return new Closed(this, this.rules.outcomes(this.rules.clock, failures))
  }

  #restored({ state, failures, pause, until }: CircuitBreakerSnapshot): State {
    const { clock } = this.rules
    // Who isolated it is in another process: no release in this one ends that, only close().
    if (state === 'isolated') return new Isolated(this, 1)
    if (state === 'disabled') return disabled
    if (state === 'closed') return this.#closed(failures)
    // A wall clock may have jumped: never longer than the pause was.
    const remaining = Math.min(Math.max(until - clock.now(), 0), pause)
    // A half-open circuit has told none.
    return new Open(
      this,
      clock.monotonic() + remaining,
      pause === 0 ? this.rules.pause(this.openings) : pause,
    )
  }
}

function noCounts(): Counts {
  return { successes: 0, failures: 0, slow: 0, ignored: 0, late: 0, rejected: 0 }
}

/** Whether an outcome is a failure, as a rule of the user has it. */
function says(rule: string, isFailure: (outcome: unknown) => boolean, outcome: unknown): boolean {
  return ask(PATTERN, rule, () => isFailure(outcome), true)
}
