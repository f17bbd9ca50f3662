import { isAbortSignal } from '@base/core/abort'
import { type Clock, systemClock } from '@base/core/clock'
import { errorKind, isAppError } from '@base/core/errors'
import {
  checkBoolean,
  checkFunction,
  checkMethods,
  checkOneOf,
  checkText,
  invalidOption,
} from '@base/core/options'
import type { CircuitBreaker } from '@base/resilience/circuit-breaker'
import type { Policy } from '@base/resilience/policy'
import { EVENT_NAMES, type OpossumFacadeEvents, type OpossumFacadeStats } from './events.js'
import { Listeners } from './listeners.js'
import { OutcomesFirst } from './outcomes-first.js'
import { SharedAbort } from './shared-abort.js'
import { ShownCircuit, type ShownState } from './shown-circuit.js'

/** Options of {@link opossumFacade}. */
export interface OpossumFacadeOptions {
  /** The breaker whose state is shown. */
  readonly breaker: CircuitBreaker
  /**
   * What the action is called through, the breaker within: `pipeline(breaker, new Bulkhead(…), new Timeout(…))` for what
   * opossum calls capacity and timeout. A call that hangs keeps its slot of the bulkhead until the action has ended: see
   * `abortController`. @defaultValue the breaker alone
   */
  readonly policy?: Policy<unknown> | undefined
  /** The group it names itself to belong to, not empty. @defaultValue the breaker's name */
  readonly group?: string | undefined
  /**
   * Aborted where a policy within gives up on a call, so that an action which reads {@link OpossumFacade.getSignal} ends: as in
   * opossum the one signal of all calls, those that come later too. @defaultValue none
   */
  readonly abortController?: AbortController | undefined
  /**
   * Whether a new controller takes the place of one that is aborted, at the next probe or when the circuit closes; it is
   * made where there is no `abortController`. @defaultValue false
   */
  readonly autoRenewAbortController?: boolean | undefined
  /** Source of time, for latencies and for when the circuit probes. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/**
 * Our breaker behind opossum's interface, so that code that calls `fire` and listens to `open` can stay while the
 * breaker behind it changes.
 *
 * @example
 * const breaker = new CircuitBreaker({ name: 'prices', failureThreshold: 3 })
 * const prices = opossumFacade(async (id: string) => load(id), { breaker })
 * prices.fallback(() => 'none').on('open', () => console.warn('prices are away'))
 * await prices.fire('A-1')
 *
 * @throws {@link InvalidOptionError} naming the option.
 */
export function opossumFacade<Args extends unknown[], T>(
  action: (...args: Args) => T | PromiseLike<T>,
  options: OpossumFacadeOptions,
): OpossumFacade<Args, T> {
  return new OpossumFacade(action, options)
}

/** What {@link opossumFacade} gives: the part of opossum's breaker that services use. */
export class OpossumFacade<Args extends unknown[], T> {
  readonly #breaker: CircuitBreaker
  readonly #policy: Policy<unknown>
  readonly #action: (...args: Args) => T | PromiseLike<T>
  readonly #group: string
  readonly #clock: Clock
  readonly #listeners: Listeners<OpossumFacadeEvents> = new Listeners()
  readonly #stats = {
    fires: 0,
    successes: 0,
    failures: 0,
    rejects: 0,
    timeouts: 0,
    fallbacks: 0,
    semaphoreRejections: 0,
  }
  #fallback: ((...args: unknown[]) => unknown) | undefined
  #isShutdown = false
  readonly #circuit: ShownCircuit
  readonly #outcomes = new OutcomesFirst()
  readonly #abort: SharedAbort

  constructor(action: (...args: Args) => T | PromiseLike<T>, options: OpossumFacadeOptions) {
    const { breaker, policy = breaker, group = breaker?.name, clock = systemClock } = options ?? {}
    this.#action = checkFunction(action, place('action'))
    this.#breaker = checkMethods(breaker, ['execute', 'isolate', 'close', 'on', 'snapshot'], place('breaker'))
    this.#policy = checkMethods(policy, ['execute'], place('policy'))
    this.#group = checkText(group, place('group'))
    this.#clock = checkMethods(clock, ['monotonic', 'schedule'], place('clock'))
    this.#abort = sharedAbort(options)
    this.#circuit = new ShownCircuit(breaker, this.#clock, (state) => this.#changed(state))
  }

  /** The breaker's name. */
  get name(): string {
    return this.#breaker.name
  }

  /** The group it names itself to belong to. */
  get group(): string {
    return this.#group
  }

  /** Whether the circuit is closed; while it is disabled the states are what they were. */
  get closed(): boolean {
    return this.#circuit.state === 'closed'
  }

  /** Whether the circuit is open, by failures until their pause is over, or by hand. */
  get opened(): boolean {
    return this.#circuit.state === 'open'
  }

  /** Whether the circuit probes, or the next call will: its breaker stays open until that call. */
  get halfOpen(): boolean {
    return this.#circuit.state === 'half_open'
  }

  /** Whether the breaker counts and refuses; not after {@link OpossumFacade.disable}. */
  get enabled(): boolean {
    return this.#circuit.enabled
  }

  /** Whether {@link OpossumFacade.shutdown} was called. */
  get isShutdown(): boolean {
    return this.#isShutdown
  }

  /** What was counted, as it is now. */
  get stats(): OpossumFacadeStats {
    return { ...this.#stats }
  }

  /** Calls the action. @throws What the action throws, or the refusal of a policy, unless a fallback answers. */
  fire(...args: Args): Promise<T> {
    return this.call(this.#action, ...args)
  }

  /** Calls the action with a `this`. @throws As {@link OpossumFacade.fire} does. */
  async call(context: unknown, ...args: Args): Promise<T> {
    if (this.#isShutdown)
      throw Object.assign(new Error('The circuit has been shutdown.'), { code: 'ESHUTDOWN' })
    this.#stats.fires++
    this.#listeners.emit('fire', args)
    const start = this.#clock.monotonic()
    const latency = () => Math.round(this.#clock.monotonic() - start)
    const thrown: unknown[] = []
    const act = async () => {
      try {
        return await this.#action.apply(context, args)
      } catch (error) {
        thrown.push(error)
        throw error
      }
    }
    this.#outcomes.begin()
    try {
      const result = await this.#policy.execute(this.#abort.ending(act))
      this.#stats.successes++
      this.#listeners.emit('success', result, latency())
      this.#outcomes.end()
      return result as T
    } catch (error) {
      const refusal = thrown.includes(error) ? undefined : error
      this.#tell(error, refusal, latency(), args)
      this.#outcomes.end()
      const answer = this.#answer(error, args)
      if (errorKind(refusal) === 'timeout') this.#abort.abort()
      return (await answer) as T
    }
  }

  /** Answers calls that fail: a function of the arguments and the error, or another breaker. */
  fallback(answer: ((...args: [...Args, unknown]) => unknown) | { fire(...args: Args): unknown }): this {
    if (typeof answer === 'function') this.#fallback = answer as (...args: unknown[]) => unknown
    else if (typeof answer?.fire === 'function')
      this.#fallback = (...args) => answer.fire(...(args.slice(0, -1) as Args))
    else throw invalidOption(answer, place('fallback'), 'a function or a breaker')
    return this
  }

  /** Opens the circuit by hand, until {@link OpossumFacade.close}; no timer ends it, as opossum's does. */
  open(): void {
    this.#circuit.open()
  }

  /** Closes the circuit; one that is disabled stays so. */
  close(): void {
    this.#circuit.close()
  }

  /** Lets all calls pass; they change no circuit, and are counted in {@link OpossumFacade.stats}. */
  disable(): void {
    this.#circuit.disable()
  }

  /** Ends {@link OpossumFacade.disable}: what was opened by hand is open again, what failures had opened is closed. */
  enable(): void {
    this.#circuit.enable()
  }

  /** Takes no calls any more, and listens to the breaker no longer. */
  shutdown(): void {
    if (this.#isShutdown) return
    this.#isShutdown = true
    this.#circuit.end()
    this.#outcomes.flush()
    this.#listeners.emit('shutdown')
  }

  /** The signal of `abortController` as it is now; an action reads it when it is called. */
  getSignal(): AbortSignal | undefined {
    return this.getAbortController()?.signal
  }

  /** The `abortController` of the options, or the one that has taken its place. */
  getAbortController(): AbortController | undefined {
    return this.#abort.controller
  }

  /**
   * Calls `listener` at each `event` from now on.
   *
   * @throws {@link InvalidOptionError} for an event that never comes, or a listener that is no function.
   */
  on<Name extends keyof OpossumFacadeEvents>(
    event: Name,
    listener: (...args: OpossumFacadeEvents[Name]) => unknown,
  ): this {
    this.#listeners.add(checkEvent(event), checkFunction(listener, place('listener')), false)
    return this
  }

  /**
   * Calls `listener` at the next `event`.
   *
   * @throws {@link InvalidOptionError} for an event that never comes, or a listener that is no function.
   */
  once<Name extends keyof OpossumFacadeEvents>(
    event: Name,
    listener: (...args: OpossumFacadeEvents[Name]) => unknown,
  ): this {
    this.#listeners.add(checkEvent(event), checkFunction(listener, place('listener')), true)
    return this
  }

  /** Ends what `on` or `once` began. */
  off<Name extends keyof OpossumFacadeEvents>(
    event: Name,
    listener: (...args: OpossumFacadeEvents[Name]) => unknown,
  ): this {
    this.#listeners.remove(event, listener)
    return this
  }

  #changed(state: ShownState): void {
    if (state !== 'open') this.#abort.renew()
    // By failures, and not by hand.
    if (this.#breaker.state === 'open' && state === 'open') {
      this.#outcomes.tell(() => this.#listeners.emit('open'))
      return
    }
    this.#outcomes.flush()
    if (state === 'half_open') this.#listeners.emit('halfOpen', this.#circuit.pause)
    else this.#listeners.emit(state === 'open' ? 'open' : 'close')
  }

  /** What the action itself threw refuses nothing here, though it may come from a circuit of its own. */
  #tell(error: unknown, refusal: unknown, latency: number, args: unknown[]): void {
    if (isAppError(refusal, 'CIRCUIT_OPEN')) {
      this.#stats.rejects++
      this.#listeners.emit('reject', error)
      return
    }
    this.#stats.failures++
    if (isAppError(refusal, 'BULKHEAD_FULL')) {
      this.#stats.semaphoreRejections++
      this.#listeners.emit('semaphoreLocked', error, latency)
    } else if (errorKind(refusal) === 'timeout') {
      this.#stats.timeouts++
      this.#listeners.emit('timeout', error, latency, args)
    }
    this.#listeners.emit('failure', error, latency, args)
  }

  async #answer(error: unknown, args: unknown[]): Promise<unknown> {
    if (this.#fallback === undefined) throw error
    const result = await this.#fallback(...args, error)
    this.#stats.fallbacks++
    this.#listeners.emit('fallback', result, error)
    return result
  }
}

function sharedAbort({
  abortController,
  autoRenewAbortController = false,
}: OpossumFacadeOptions): SharedAbort {
  if (abortController !== undefined) {
    checkMethods(abortController, ['abort'], place('abortController'))
    if (!isAbortSignal(abortController.signal))
      throw invalidOption(abortController, place('abortController'), 'an AbortController')
  }
  return new SharedAbort(
    abortController,
    checkBoolean(autoRenewAbortController, place('autoRenewAbortController')),
  )
}

function checkEvent<Name extends keyof OpossumFacadeEvents>(event: Name): Name {
  return checkOneOf(event, EVENT_NAMES, place('event')) as Name
}

function place(option: string) {
  return { package: '@base/opossum', pattern: 'opossumFacade', option }
}
