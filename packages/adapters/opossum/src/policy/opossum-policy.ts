import { reportCallbackError } from '@base/core/events'
import {
  checkFunction,
  checkMethods,
  checkOptions,
  checkSignal,
  checkText,
  invalidOption,
} from '@base/core/options'
import type { ExecuteOptions, Policy, PolicyFunction } from '@base/resilience/policy'
import { Job } from './job.js'
import { translate } from './refusals.js'

/** What is needed of a breaker of opossum, whichever version made it: 8, 9 or 10. */
export interface OpossumBreaker {
  /** Its name. */
  readonly name: string
  /** Calls its action. */
  fire(...args: never[]): Promise<unknown>
}

/** What its declarations leave out. */
interface Internals {
  action: (...args: unknown[]) => unknown
  readonly options: {
    errorFilter: (error: unknown, ...args: unknown[]) => boolean
    readonly cache?: boolean
    readonly coalesce?: boolean
  }
  readonly name: string
  readonly closed: boolean
  readonly halfOpen: boolean
  readonly pendingClose: boolean
  call(context: unknown, ...args: unknown[]): Promise<unknown>
  prependListener(event: string, listener: (...args: never[]) => void): unknown
}

const policies = /* @__PURE__ */ new WeakMap<OpossumBreaker, Policy<unknown>>()

/**
 * A breaker of opossum as a `Policy`: for any function, alone or in a `pipeline`, beside its own `fire`, which goes
 * on as before. Both count for the one circuit.
 *
 * Value and error of the function pass through untouched. What opossum refuses with becomes an `AppError`, with the
 * original as `cause`: `CIRCUIT_OPEN` and `BULKHEAD_FULL` of kind `unavailable`, `TIMEOUT`. The function's signal aborts
 * when its caller gives up, which is no failure, and at opossum's timeout. What a fallback of the breaker answers is
 * answered: name its type as `Out`. It is given the error alone, for a function has no arguments.
 *
 * @example
 * const breaker = new Opossum(async (id: string) => load(id), { timeout: 1_000 })
 * const policy = pipeline(new Retry(), opossumPolicy(breaker))
 * const response = await policy.execute(({ signal }) => fetch(url, { signal }))
 *
 * @throws {@link InvalidOptionError} where it is no breaker, or one that caches or coalesces: it would give one caller
 * the answer of another.
 */
export function opossumPolicy<Out = never>(breaker: OpossumBreaker): Policy<Out> {
  let policy = policies.get(checkBreaker(breaker))
  if (policy === undefined) {
    prepare(breaker as unknown as Internals)
    policy = policyOf(breaker)
    policies.set(breaker, policy)
  }
  return policy as Policy<Out>
}

/** Its action gives jobs their own turn, its filter does not count what a caller gave up, and its timeout ends them. */
function prepare(breaker: Internals): void {
  const { action, options } = breaker
  const { errorFilter } = options
  breaker.action = function (this: unknown, ...args) {
    return this instanceof Job ? this.run() : action.apply(this, args)
  }
  options.errorFilter = (error, ...args) => {
    const [job] = args
    if (!(job instanceof Job)) return errorFilter(error, ...args)
    // What it takes out is a success, which would close a circuit that probes.
    return job.isGivenUp ? !breaker.halfOpen : isFiltered(errorFilter, error)
  }
  // At once: a fallback may answer, and take its time.
  breaker.prependListener('timeout', (error: unknown, _latency: number, [job]: unknown[]) => {
    if (job instanceof Job) job.abandon(translate(error, breaker.name))
  })
  hideFromFallback(breaker)
}

/** One that throws would leave the call without an end. */
function isFiltered(errorFilter: Internals['options']['errorFilter'], error: unknown): boolean {
  try {
    return errorFilter(error)
  } catch (thrown) {
    reportCallbackError(thrown, {
      package: '@base/opossum',
      pattern: 'opossumPolicy',
      callback: 'errorFilter',
    })
    return false
  }
}

/** A fallback is called with the very list of arguments that these events come with, once the filter was asked. */
function hideFromFallback(breaker: Internals): void {
  const hide = (args: unknown[]) => {
    if (args[0] instanceof Job) args.length = 0
  }
  breaker.prependListener('failure', (_error: unknown, _latency: number, args: unknown[]) => hide(args))
  breaker.prependListener('fire', (args: unknown[]) => {
    const isRefused = !breaker.closed && !breaker.pendingClose
    if (isRefused) hide(args)
  })
}

function policyOf(breaker: OpossumBreaker): Policy<unknown> {
  const execute = async (fn: PolicyFunction<unknown>, options: ExecuteOptions = {}): Promise<unknown> => {
    const { signal, key } = checkOptions(options, place('options'))
    checkFunction(fn, place('fn'))
    if (key !== undefined) checkText(key, place('key'))
    checkSignal(signal, place('signal'))
    // Not by its throwIfAborted, which polyfills may not have.
    if (signal?.aborted) throw signal.reason
    const job = new Job(fn, signal, key)
    try {
      // As the arguments too, which is all that its filter and its events are given.
      return await (breaker as unknown as Internals).call(job, job)
    } catch (error) {
      const thrown = job.failedWith(error) ? error : (job.toldOf(error) ?? translate(error, breaker.name))
      job.abandon(thrown)
      throw signal?.aborted ? signal.reason : thrown
    }
  }
  return {
    execute: execute as Policy<unknown>['execute'],
    wrap(fn) {
      checkFunction(fn, place('fn'))
      return function (...args) {
        return execute(() => fn.apply(this, args)) as never
      }
    },
  }
}

function checkBreaker(breaker: OpossumBreaker): OpossumBreaker {
  checkMethods(breaker as OpossumBreaker & Internals, ['fire', 'call', 'prependListener'], place('breaker'))
  const { action, options } = breaker as unknown as Partial<Internals>
  if (typeof action !== 'function' || typeof options?.errorFilter !== 'function')
    throw invalidOption(breaker, place('breaker'), 'a breaker of opossum 8, 9 or 10')
  if (options.cache || options.coalesce)
    throw invalidOption('one that does', place('breaker'), 'one that neither caches nor coalesces')
  return breaker
}

function place(option: string) {
  return { package: '@base/opossum', pattern: 'opossumPolicy', option }
}
