import { diagnosticsChannel } from '@base/core/diagnostics'
import { invalidOption } from '@base/core/options'
import { type Engine, engineOf, type Part, partsOf, setEngine } from '../policy/engine.js'
import { execute, wrap } from '../policy/execute.js'
import { Observers } from '../policy/observers.js'
import { placesOf } from '../policy/place.js'
import type { ExecuteOptions, Policy, PolicyFunction } from '../policy/policy.js'
import { ForeignEngine } from './foreign-engine.js'
import { judgeOrder, type PipelineWarning } from './order.js'
import { PipelineEngine } from './pipeline-engine.js'

const channels = { warning: /* @__PURE__ */ diagnosticsChannel('base:resilience:pipeline:warning') }

/** The events of a {@link Pipeline}, and what comes with each. */
export interface PipelineEvents {
  /** An order defeats itself; told once, right after the code that made the pipeline has run. */
  readonly warning: PipelineWarning
}

/** Policies one inside the other, as one. */
export interface Pipeline<out Out = never> extends Policy<Out> {
  /** What is wrong with its order; empty where nothing is. */
  readonly warnings: readonly PipelineWarning[]
  /** Calls `listener` at each `event` from now on, until the function that is returned is called. */
  on<Name extends keyof PipelineEvents>(
    event: Name,
    listener: (payload: PipelineEvents[Name]) => unknown,
  ): () => void
}

/** What any of these policies may answer in place of the function; unknown, where one may and does not say what. */
export type PolicyOutcome<P> = P extends Policy
  ? never
  : P extends {
        /** As in a {@link Policy}. */
        readonly outType?: (() => infer Out) | undefined
      }
    ? Out
    : unknown

/**
 * Puts policies one inside the other, the outermost first, as one policy: each call goes through without a promise or a
 * closure between them. Pipelines nest; how they are nested makes no difference. A policy of your own, or a subclass
 * that overrides `execute`, is called by its `execute`.
 *
 * The order to begin with: `Fallback`, `Timeout` (for all attempts), `Retry`, `Hedge`, `CircuitBreaker`,
 * `RateLimiter`, `Bulkhead`, `Timeout` (for one attempt). So the breaker judges each attempt, an open circuit takes no slot, and a slot
 * is held for real work alone. An order that defeats itself is reported: in `warnings`, as event `warning`, and, where
 * nobody listens, as a process warning.
 *
 * @example
 * const payments = pipeline(new Retry(), new CircuitBreaker(), new Bulkhead(), new Timeout({ timeout: '2s' }))
 * const receipt = await payments.execute(({ signal }) => pay(order, { signal }))
 *
 * @throws {@link InvalidOptionError} where one of them is no policy.
 */
export function pipeline<const Policies extends readonly Policy<unknown>[]>(
  ...policies: Policies
): Pipeline<PolicyOutcome<Policies[number]>> {
  return new ComposedPolicy(policies.map(engineOfPart), policies.flatMap(partsOf))
}

function engineOfPart(policy: Policy<unknown>, index: number): Engine {
  if (typeof policy?.execute !== 'function')
    throw invalidOption(policy, placesOf('pipeline')(`policies[${index}]`), 'a policy')
  return engineOf(policy) ?? new ForeignEngine(policy)
}

class ComposedPolicy<Out> implements Pipeline<Out> {
  declare readonly outType?: (() => Out) | undefined
  readonly warnings: readonly PipelineWarning[]
  readonly #engine: PipelineEngine
  readonly #observers: Observers<PipelineEvents> = new Observers('pipeline', channels)

  constructor(engines: readonly Engine[], parts: readonly Part[]) {
    this.#engine = new PipelineEngine(engines)
    this.warnings = judgeOrder(parts)
    setEngine(this, this.#engine, parts)
    // Later, so that who has just made it can listen first.
    if (this.warnings.length > 0) queueMicrotask(() => this.#warn())
  }

  execute<T>(fn: PolicyFunction<T>, options?: ExecuteOptions): Promise<T | Out> {
    return execute(this.#engine, fn, options) as Promise<T | Out>
  }

  wrap<This, Args extends unknown[], T>(
    fn: (this: This, ...args: Args) => T | PromiseLike<T>,
  ): (this: This, ...args: Args) => Promise<T | Out> {
    return wrap(this, fn) as (this: This, ...args: Args) => Promise<T | Out>
  }

  on<Name extends keyof PipelineEvents>(
    event: Name,
    listener: (payload: PipelineEvents[Name]) => unknown,
  ): () => void {
    return this.#observers.on(event, listener)
  }

  #warn(): void {
    const heard = this.#observers.hear('warning')
    for (const warning of this.warnings) {
      if (heard) this.#observers.tell('warning', warning)
      else warnProcess(warning)
    }
  }
}

function warnProcess({ message, code }: PipelineWarning): void {
  try {
    const text = `@base/resilience pipeline: ${message}`
    globalThis.process?.emitWarning?.(text, { type: 'PipelineWarning', code: code.toUpperCase() })
  } catch {
    // A process that turns warnings into errors: the order is only a warning.
  }
}
