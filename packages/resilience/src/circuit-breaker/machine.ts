import { diagnosticsChannel, diagnosticsSources } from '@base/core/diagnostics'
import { formatDuration, toMilliseconds } from '@base/core/duration'
import { ask, atOnce } from '../policy/ask.js'
import type { CallContext } from '../policy/call-context.js'
import type { Engine, Next } from '../policy/engine.js'
import { isGivenUp } from '../policy/given-up.js'
import { Observers } from '../policy/observers.js'
import { placesOf } from '../policy/place.js'
import { isRefusal } from '../policy/refusals.js'
import { withoutStack } from '../policy/without-stack.js'
import { Disabled, Isolated } from './by-hand.js'
import { Closed } from './closed.js'
import { Consecutive } from './consecutive.js'
import { CountWindow } from './count-window.js'
import { CircuitOpenError } from './errors.js'
import type { CircuitBreakerEvents, CircuitStateChangeReason } from './events.js'
import { HalfOpen } from './half-open.js'
import { Open } from './open.js'
import { type BreakerRules, DEFAULT_RECOVERY_TIMEOUT } from './options.js'
import type { CircuitBreakerSnapshot } from './snapshot.js'
import type { Circuit, Failure, State } from './state.js'
import { TimeWindow } from './time-window.js'
import type { Outcomes, Verdict } from './window.js'

const PATTERN = 'CircuitBreaker'

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

/** The states of a circuit, what is counted, and who is told. */
export class Machine implements Circuit, Engine {
  readonly kind = 'circuit-breaker'
  readonly rules: BreakerRules
  state: State
  openings = 0
  counts: Counts = noCounts()
  readonly observers: Observers<CircuitBreakerEvents> = new Observers('CircuitBreaker', channels)

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
    const pause = this.#pause()
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
    if (from === state.name) return
    if (!this.observers.hear('stateChange')) return
    this.observers.tell('stateChange', { ...this.rules.told, from, to: state.name, reason })
  }

  succeeded(value: unknown, slow: boolean): void {
    this.counts.successes++
    if (slow) this.counts.slow++
    if (this.observers.hear('success')) this.observers.tell('success', { name: this.rules.name, value, slow })
  }

  failed(failure: Failure, slow: boolean): void {
    this.counts.failures++
    if (slow) this.counts.slow++
    if (this.observers.hear('failure'))
      this.observers.tell('failure', { name: this.rules.name, ...failure, slow })
  }

  ignored(): void {
    this.counts.ignored++
  }

  late(): void {
    this.counts.late++
  }

  isFailure(error: unknown, ctx: CallContext | undefined): boolean {
    if (ctx !== undefined && isGivenUp(ctx)) return false
    const { isFailure } = this.rules
    if (isFailure === undefined) return !isRefusal(error)
    return ask(PATTERN, 'isFailure', () => isFailure(error), true)
  }

  isFailureResult(value: unknown): boolean {
    const { isFailureResult } = this.rules
    if (isFailureResult === undefined) return false
    return ask(PATTERN, 'isFailureResult', () => isFailureResult(value), true)
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

  #refusal(retryAfter: number | undefined): CircuitOpenError {
    const { name } = this.rules
    const { name: state } = this.state
    const due = retryAfter === undefined ? '' : `; a probe is due in ${formatDuration(retryAfter)}`
    return new CircuitOpenError({
      message: `Circuit '${name}' is ${state === 'half_open' ? 'being probed' : state}${due}.`,
      details: { name, state },
      ...(retryAfter !== undefined && { retryAfter }),
    })
  }

  #closed(failures: number): Closed {
    return new Closed(this, outcomesOf(this.rules, failures))
  }

  #pause(): number {
    const { recoveryTimeout } = this.rules
    if (typeof recoveryTimeout === 'number') return recoveryTimeout
    const answer = () =>
      toMilliseconds(atOnce(recoveryTimeout(this.openings)), {
        ...placesOf(PATTERN)('recoveryTimeout'),
        positive: true,
      })
    return ask(PATTERN, 'recoveryTimeout', answer, DEFAULT_RECOVERY_TIMEOUT)
  }

  #restored({ state, failures, pause, until }: CircuitBreakerSnapshot): State {
    const { clock } = this.rules
    // Who isolated it is in another process: no release in this one ends that, only close().
    if (state === 'isolated') return new Isolated(this, 1)
    if (state === 'disabled') return new Disabled()
    if (state === 'closed') return this.#closed(failures)
    // A wall clock may have jumped: never longer than the pause was.
    const remaining = Math.min(Math.max(until - clock.now(), 0), pause)
    // A half-open circuit has told none.
    return new Open(this, clock.monotonic() + remaining, pause === 0 ? this.#pause() : pause)
  }
}

function outcomesOf(rules: BreakerRules, failures: number): Outcomes {
  const { window, threshold, slowRate, clock } = rules
  if (window.type === 'consecutive') return new Consecutive(threshold, failures)
  const { failureRate, minimumCalls } = window
  const isBad: Verdict = (tally) =>
    tally.calls >= minimumCalls &&
    (tally.failures / tally.calls >= failureRate || tally.slow / tally.calls >= slowRate)
  return window.type === 'count'
    ? new CountWindow(window.size, isBad)
    : new TimeWindow(clock, window.duration as number, isBad)
}

function noCounts(): Counts {
  return { successes: 0, failures: 0, slow: 0, ignored: 0, late: 0, rejected: 0 }
}
