import { type Clock, systemClock } from '@base/core/clock'
import { checkMethods, checkNumber, checkOptions, invalidOption, type OptionPlace } from '@base/core/options'
import { ask } from '../policy/ask.js'
import type { CallContext } from '../policy/call-context.js'
import { placesOf } from '../policy/place.js'

/** Options of {@link retryBudget}. */
export interface RetryBudgetOptions {
  /** Retries that each call pays for, from 0: with 0.2 five calls pay for one. @defaultValue 0.2 */
  readonly ratio?: number | undefined
  /** Retries that each second pays for, from 0, so that few calls can be retried, too. @defaultValue 10 */
  readonly minPerSecond?: number | undefined
  /** Source of time. @defaultValue systemClock, or that of the `Retry` */
  readonly clock?: Clock | undefined
}

/** Limits how many retries there may be for the calls of all who share it. */
export interface RetryBudget {
  /** Retries that are paid for, as of the last call. */
  readonly available: number
  /** A call begins, and pays in, at once. */
  deposit(clock: Clock): void
  /** Pays for a retry, or says that nothing is left, at once; one that throws pays for nothing. */
  withdraw(clock: Clock): boolean
}

const WINDOW_SECONDS = 10
const SECOND = 1_000
/** Ten calls that pay a tenth each have paid for a retry, whatever their sum is in binary. */
const ROUNDING = 1e-9

/**
 * A budget of retries: where everything fails, it keeps retries from multiplying the load that caused it.
 *
 * Each call pays in `ratio`, each second `minPerSecond`; a retry costs 1. It begins with one second's worth and saves up
 * at most what the last 10 s have paid in. Give one to all `Retry` instances that call the same dependency. First
 * attempts are never held back.
 *
 * @example
 * const budget = retryBudget({ ratio: 0.1, minPerSecond: 5 })
 * const retry = new Retry({ budget })
 *
 * @throws {@link InvalidOptionError} naming the option.
 * @see Google, Site Reliability Engineering, "Handling Overload"; Finagle's RetryBudget
 */
export function retryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  const place = placesOf('retryBudget')
  const { ratio = 0.2, minPerSecond = 10, clock } = checkOptions(options, place('options'))
  return new SharedBudget(
    checkNumber(ratio, place('ratio')),
    checkNumber(minPerSecond, place('minPerSecond')),
    clock === undefined ? undefined : checkMethods(clock, ['monotonic'], place('clock')),
  )
}

/** The option `budget` of a policy that may have one. */
export function checkBudget(budget: RetryBudget | undefined, place: OptionPlace): RetryBudget | undefined {
  if (budget === undefined) return undefined
  if (typeof budget?.deposit === 'function' && typeof budget.withdraw === 'function') return budget
  throw invalidOption(budget, place, 'what retryBudget() gave')
}

/** A call begins, and pays in: once, however many policies around it share the budget. */
export function payInto(
  budget: RetryBudget | undefined,
  clock: Clock,
  ctx: CallContext,
  pattern: string,
): void {
  if (budget === undefined) return
  const { outermost } = ctx
  if (outermost.paid?.includes(budget)) return
  ask(pattern, 'budget.deposit', () => budget.deposit(clock), undefined)
  outermost.paid ??= []
  outermost.paid.push(budget)
}

/** Whether the budget pays for one more call; one of somebody else that fails does not. */
export function isPaidFrom(budget: RetryBudget, clock: Clock, pattern: string): boolean {
  return ask(pattern, 'budget.withdraw', () => budget.withdraw(clock), false)
}

/** A retry that was paid for did not begin. A budget of somebody else knows no such thing. */
export function giveBack(budget: RetryBudget | undefined): void {
  if (budget instanceof SharedBudget) budget.giveBack()
}

class SharedBudget implements RetryBudget {
  available: number
  readonly #ratio: number
  readonly #perSecond: number
  readonly #clock: Clock | undefined
  /** What calls paid in, by second. */
  readonly #paid: number[] = new Array<number>(WINDOW_SECONDS).fill(0)
  #at: number | undefined

  constructor(ratio: number, perSecond: number, clock: Clock | undefined) {
    this.#ratio = ratio
    this.#perSecond = perSecond
    this.#clock = clock
    this.available = perSecond
  }

  deposit(clock: Clock): void {
    const second = this.#pass(clock)
    this.#paid[second % WINDOW_SECONDS] = (this.#paid[second % WINDOW_SECONDS] as number) + this.#ratio
    this.available = Math.min(this.available + this.#ratio, this.#most())
  }

  withdraw(clock: Clock): boolean {
    this.#pass(clock)
    if (this.available < 1 - ROUNDING) return false
    this.available = Math.max(0, this.available - 1)
    return true
  }

  giveBack(): void {
    this.available = Math.min(this.available + 1, this.#most())
  }

  /** Pays for the time that has passed, forgets what is too old, and says which second it is. */
  #pass(clock: Clock = systemClock): number {
    const now = (this.#clock ?? clock).monotonic()
    const second = Math.floor(now / SECOND)
    const before = this.#at ?? now
    this.#at = now
    const from = Math.max(Math.floor(before / SECOND), second - WINDOW_SECONDS)
    for (let past = from + 1; past <= second; past++) this.#paid[past % WINDOW_SECONDS] = 0
    const passed = Math.max(0, now - before) / SECOND
    this.available = Math.min(this.available + passed * this.#perSecond, this.#most())
    return second
  }

  #most(): number {
    return this.#paid.reduce((sum, paid) => sum + paid, this.#perSecond * WINDOW_SECONDS)
  }
}
