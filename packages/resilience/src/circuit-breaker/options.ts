import type { Clock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import {
  checkBoolean,
  checkFunction,
  checkInteger,
  checkNumber,
  checkOneOf,
  checkOptions,
  checkText,
  invalidOption,
} from '@base/core/options'
import { ask, atOnce } from '../policy/ask.js'
import { checkSources } from '../policy/check-sources.js'
import { placesOf } from '../policy/place.js'
import { isRefusal } from '../policy/refusals.js'
import { Consecutive } from './consecutive.js'
import { CountWindow } from './count-window.js'
import { type CircuitBreakerSnapshot, checkSnapshot } from './snapshot.js'
import { TimeWindow } from './time-window.js'
import type { BreakerWindow, Outcomes, Verdict } from './window.js'

/** Options of {@link CircuitBreaker}; checked and read once, at construction. */
export interface CircuitBreakerOptions {
  /** Names it in errors, events and telemetry; few distinct values. @defaultValue 'circuit-breaker' */
  readonly name?: string | undefined
  /** Failures in a row that open the circuit, an integer from 1. Consecutive window only. @defaultValue 5 */
  readonly failureThreshold?: number | undefined
  /**
   * Time from opening until a probe may pass, more than 0. A function gets the number of openings since the circuit
   * was last closed (from 1), so that the pause can grow; where it throws or gives no duration, it is 30 s.
   * @defaultValue '30s'
   */
  readonly recoveryTimeout?: Duration | ((openings: number) => Duration) | undefined
  /**
   * What is judged: failures in a row, or their rate among the last `size` calls or within `duration`.
   * Until `minimumCalls` have ended a rate never opens the circuit.
   * @defaultValue { type: 'consecutive' }
   */
  readonly window?: BreakerWindow | undefined
  /**
   * Opens as well when a share `rate` (above 0, up to 1) of calls takes `duration` or longer. Rate windows only; a
   * slow probe opens again. What a call waits in a bulkhead or rate limiter inside does not count, unless a retry, a
   * hedge or somebody else's policy stands between. @defaultValue off
   */
  readonly slowCall?:
    | {
        /** From which on a call is slow, more than 0. */
        readonly duration: Duration
        /** The share of slow calls that opens the circuit, above 0, up to 1. */
        readonly rate: number
      }
    | undefined
  /** How a circuit that was open is probed. @defaultValue { permits: 1, successes: 1 } */
  readonly halfOpen?: HalfOpenOptions | undefined
  /**
   * Whether a thrown error is a failure; it is rethrown either way. What is not counts neither as failure nor as
   * success. If it throws itself, the error is a failure. The caller's abort never counts, not even by an
   * `AbortSignal.timeout()`: a limit of time that is to open the circuit is a `Timeout`. Nor does a timeout around the
   * breaker that passes while the call waits in a rate limiter inside, or in a bulkhead inside whose queue moved
   * meanwhile: one that stands still says that the dependency does not answer. That timeout does count where a retry, a
   * hedge or somebody else's policy stands between breaker and queue, and so does a timeout between them. One of your own
   * decides alone, also about the refusals that the default leaves out: their codes are in the default.
   * @defaultValue every error except CircuitOpenError (`CIRCUIT_OPEN`), BulkheadFullError (`BULKHEAD_FULL`), RateLimitedError (`RATE_LIMITED`) and InvalidOptionError (`INVALID_OPTION`), which say that the dependency was not reached
   */
  readonly isFailure?: ((error: unknown) => boolean) | undefined
  /**
   * Whether a returned value is a failure; it is returned either way. If it throws itself, the value is a failure.
   * @defaultValue none is
   */
  readonly isFailureResult?: ((value: unknown) => boolean) | undefined
  /** Whether a {@link CircuitOpenError} has a stack, which costs some microseconds. @defaultValue false */
  readonly stack?: boolean | undefined
  /** Begin where another process stopped: what its `snapshot()` gave. @defaultValue closed */
  readonly initial?: CircuitBreakerSnapshot | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
  /** Source of chance, from 0 to 1; not used yet, so that every policy takes the same. @defaultValue Math.random */
  readonly random?: (() => number) | undefined
}

/** How a circuit that was open is probed; other calls are refused meanwhile. */
export interface HalfOpenOptions {
  /** Probes at once, an integer from 1. @defaultValue 1 */
  readonly permits?: number | undefined
  /** Successful probes in total that close the circuit, an integer from 1. @defaultValue 1 */
  readonly successes?: number | undefined
  /**
   * How long a probe may hang before the circuit is open again, more than 0. Its waits in queues inside are left out, as
   * of `slowCall`; a bulkhead's as far as the queue moves. @defaultValue the pause that has just passed
   */
  readonly timeout?: Duration | undefined
}

/** Names a breaker in errors and reports. */
export const PATTERN = 'CircuitBreaker'

const DEFAULT_NAME = 'circuit-breaker'
const DEFAULT_THRESHOLD = 5
/** A byte each. */
const MAX_SIZE = 1_000_000
/** Where nobody says, and where a function gives no duration. */
const DEFAULT_RECOVERY_TIMEOUT = 30_000

/** The options, checked and complete. */
export interface BreakerRules {
  /** What telemetry is told of it: its name, and of those of `resilientFetch` the host. */
  readonly told: { readonly name: string; readonly host?: string }
  /** How long the circuit stays open, in milliseconds. */
  readonly pause: (openings: number) => number
  /** What counts in a new stretch of closed circuit, that begins with so many failures in a row. */
  readonly outcomes: (clock: Clock, failures: number) => Outcomes
  /** Infinity where no call is slow. */
  readonly slowDuration: number
  readonly permits: number
  readonly successes: number
  readonly probeTimeout: number | undefined
  readonly isFailure: (error: unknown) => boolean
  readonly isFailureResult: ((value: unknown) => boolean) | undefined
  readonly stack: boolean
  readonly initial: CircuitBreakerSnapshot | undefined
  readonly clock: Clock
}

const place = placesOf(PATTERN)

/** By the options that {@link optionsOf} made. */
const checked = /* @__PURE__ */ new WeakMap<object, BreakerRules>()

/** Options that were checked before: a registry's breakers differ in their names alone. */
export function optionsOf(rules: BreakerRules, told: BreakerRules['told']): CircuitBreakerOptions {
  const options = {}
  checked.set(options, { ...rules, told })
  return options
}

/** Checks what a user passed in. */
export function breakerRules(options: CircuitBreakerOptions): BreakerRules {
  return checked.get(options) ?? checkedRules(options)
}

function checkedRules(options: CircuitBreakerOptions): BreakerRules {
  const { name = DEFAULT_NAME, stack = false } = checkOptions(options, place('options'))
  const { recoveryTimeout = DEFAULT_RECOVERY_TIMEOUT, isFailureResult } = options
  const { isFailure = (error: unknown) => !isRefusal(error) } = options
  checkFunction(isFailure, place('isFailure'))
  if (isFailureResult !== undefined) checkFunction(isFailureResult, place('isFailureResult'))
  return {
    told: { name: checkText(name, place('name')) },
    pause: pauseOf(recoveryTimeout),
    ...windowRules(options),
    ...probeRules(options.halfOpen),
    isFailure,
    isFailureResult,
    stack: checkBoolean(stack, place('stack')),
    initial: options.initial === undefined ? undefined : checkSnapshot(options.initial),
    ...checkSources(options, place),
  }
}

function pauseOf(recoveryTimeout: Duration | ((openings: number) => Duration)): BreakerRules['pause'] {
  const checked = (duration: Duration) => durationOf(duration, 'recoveryTimeout')
  if (typeof recoveryTimeout === 'function')
    return (openings) =>
      ask(
        PATTERN,
        'recoveryTimeout',
        () => checked(atOnce(recoveryTimeout(openings))),
        DEFAULT_RECOVERY_TIMEOUT,
      )
  const same = checked(recoveryTimeout)
  return () => same
}

function windowRules({
  failureThreshold,
  slowCall,
  window = { type: 'consecutive' },
}: CircuitBreakerOptions): Pick<BreakerRules, 'outcomes' | 'slowDuration'> {
  checkOneOf(window?.type, ['consecutive', 'count', 'time'], place('window.type'))
  if (window.type !== 'consecutive') {
    if (failureThreshold !== undefined)
      throw invalidOption(failureThreshold, place('failureThreshold'), 'left out with a rate window')
    return rateRules(window, slowCall)
  }
  if (slowCall !== undefined)
    throw invalidOption(slowCall, place('slowCall'), 'left out with a consecutive window')
  const given = failureThreshold === undefined ? DEFAULT_THRESHOLD : failureThreshold
  const threshold = checkInteger(given, { ...place('failureThreshold'), min: 1 })
  return {
    outcomes: (_clock, failures) => new Consecutive(threshold, failures),
    slowDuration: Number.POSITIVE_INFINITY,
  }
}

function rateRules(
  window: Exclude<BreakerWindow, { type: 'consecutive' }>,
  slowCall: CircuitBreakerOptions['slowCall'],
): Pick<BreakerRules, 'outcomes' | 'slowDuration'> {
  const failureRate = rateOf(window.failureRate, 'window.failureRate')
  const duration = window.type === 'time' ? durationOf(window.duration, 'window.duration') : 0
  const size =
    window.type === 'count'
      ? checkInteger(window.size, { ...place('window.size'), min: 1, max: MAX_SIZE })
      : undefined
  const minimumCalls = checkInteger(window.minimumCalls, {
    ...place('window.minimumCalls'),
    min: 1,
    max: size,
  })
  const [slowDuration, slowRate] =
    slowCall === undefined
      ? [Number.POSITIVE_INFINITY, 1]
      : [durationOf(slowCall?.duration, 'slowCall.duration'), rateOf(slowCall.rate, 'slowCall.rate')]
  const isBad: Verdict = ({ calls, failures, slow }) =>
    calls >= minimumCalls && (failures / calls >= failureRate || slow / calls >= slowRate)
  return {
    outcomes: (clock) =>
      size === undefined ? new TimeWindow(clock, duration, isBad) : new CountWindow(size, isBad),
    slowDuration,
  }
}

function probeRules(
  halfOpen: HalfOpenOptions = {},
): Pick<BreakerRules, 'permits' | 'successes' | 'probeTimeout'> {
  const { permits = 1, successes = 1, timeout } = checkOptions(halfOpen, place('halfOpen'))
  return {
    permits: checkInteger(permits, { ...place('halfOpen.permits'), min: 1 }),
    successes: checkInteger(successes, { ...place('halfOpen.successes'), min: 1 }),
    probeTimeout: timeout === undefined ? undefined : durationOf(timeout, 'halfOpen.timeout'),
  }
}

function durationOf(duration: Duration, option: string): number {
  return toMilliseconds(duration, { ...place(option), positive: true })
}

function rateOf(rate: unknown, option: string): number {
  return checkNumber(rate, { ...place(option), above: true, max: 1 })
}
