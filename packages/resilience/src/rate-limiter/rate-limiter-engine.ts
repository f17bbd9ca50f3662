import type { Clock } from '@base/core/clock'
import { diagnosticsChannel, diagnosticsSources } from '@base/core/diagnostics'
import { formatDuration } from '@base/core/duration'
import { RateLimitedError } from '@base/core/errors'
import type { CallContext } from '../policy/call-context.js'
import type { Engine, Next } from '../policy/engine.js'
import { Observers } from '../policy/observers.js'
import { withoutStack } from '../policy/without-stack.js'
import type { Deadlines } from '../timeout/deadlines.js'
import { deadlinesOf } from '../timeout/deadlines-of.js'
import { AskingWait } from './asking-wait.js'
import { checkKey } from './check-key.js'
import type { LimitedReason, RateLimiterEvents } from './events.js'
import { GuardedStore, type WhenStoreFails } from './guarded-store.js'
import { isUncounted, KeyQueue, longestWait, type QueueOwner } from './key-queue.js'
import type { RateLimit, RateLimitResult, RateLimitStore } from './store.js'
import { Turn } from './turn.js'
import { unlessAborted } from './unless-aborted.js'

const channels = {
  limited: /* @__PURE__ */ diagnosticsChannel('base:resilience:rate-limiter:limited'),
  queued: undefined,
  admitted: /* @__PURE__ */ diagnosticsChannel('base:resilience:rate-limiter:admitted'),
  storeFailed: /* @__PURE__ */ diagnosticsChannel('base:resilience:rate-limiter:storeFailed'),
}

const limiters = /* @__PURE__ */ diagnosticsSources(
  'base:resilience:rate-limiter',
  ({ name, stats }: RateLimiterEngine) => ({ name, ...stats }),
)

/** The key of all calls that have none. */
const SHARED_KEY = '*'

/** The options of a {@link RateLimiter}, checked and complete. */
export interface RateLimiterRules {
  readonly limit: RateLimit
  readonly store: RateLimitStore
  readonly whenStoreFails: WhenStoreFails
  readonly storeTimeout: number
  readonly maxWait: number
  readonly maxQueue: number
  readonly clock: Clock
}

/** A call under way. */
interface Call {
  readonly next: Next
  readonly ctx: CallContext
  readonly key: string
  /** Its number: a store that takes its time does not change whose turn it is. */
  readonly arrival: number
}

/** What a {@link RateLimiter} has counted since it was made; what its store knows of other processes is not in it. */
export interface RateLimiterStats {
  /** Calls that were allowed, those of `consume` and those under the policy. */
  readonly allowed: number
  /** Calls that were refused. */
  readonly limited: number
  /** Calls that wait. */
  readonly queued: number
  /** Times that the store, or the one in its place, failed. */
  readonly storeFailures: number
}

export class RateLimiterEngine implements Engine, QueueOwner {
  readonly kind = 'rate-limiter'
  readonly clock: Clock
  readonly deadlines: Deadlines
  readonly store: GuardedStore
  readonly observers: Observers<RateLimiterEvents> = new Observers('RateLimiter', channels)
  readonly name: string
  readonly #maxWait: number
  readonly #maxQueue: number
  readonly #queues = new Map<string, KeyQueue>()
  #allowed = 0
  #limited = 0
  #storeFailures = 0
  #arrivals = 0

  constructor({ limit, store, whenStoreFails, storeTimeout, maxWait, maxQueue, clock }: RateLimiterRules) {
    this.clock = clock
    this.name = limit.name
    this.#maxWait = maxWait
    this.#maxQueue = maxQueue
    this.deadlines = deadlinesOf(clock, maxWait)
    const guard = { store, whenFails: whenStoreFails, timeout: storeTimeout, limit, clock }
    this.store = new GuardedStore({ ...guard, onFailure: (error) => this.#storeFailed(error) })
    limiters.add(this)
  }

  get stats(): RateLimiterStats {
    let queued = 0
    for (const { line } of this.#queues.values()) queued += line.size
    return { allowed: this.#allowed, limited: this.#limited, queued, storeFailures: this.#storeFailures }
  }

  run(next: Next, ctx: CallContext): unknown {
    if (ctx.aborted) throw ctx.turnBack()
    const key = ctx.key === undefined ? SHARED_KEY : checkKey(ctx.key, 'Policy.execute')
    const queue = this.#queues.size === 0 ? undefined : this.#queues.get(key)
    const call = { next, ctx, key, arrival: this.#arrivals++ }
    if (queue) return this.#lineUp(call, queue)
    const result = this.ask(key)
    return result instanceof Promise ? this.#decideLater(call, result) : this.#decide(call, result)
  }

  ask(key: string): RateLimitResult | Promise<RateLimitResult> {
    return this.store.consume(key, 1)
  }

  async reset(key: string): Promise<void> {
    await this.store.reset(key)
    this.#queues.get(key)?.wake()
  }

  async block(key: string, duration: number): Promise<void> {
    await this.store.block(key, duration)
    // It may be shorter than the one before.
    this.#queues.get(key)?.wake()
  }

  /** Counts and tells what was decided, once for each call. */
  account(key: string, result: RateLimitResult, refusal: LimitedReason = 'limited'): void {
    if (result.allowed) {
      this.#allowed++
      return
    }
    this.#limited++
    if (!this.observers.hear('limited')) return
    const { name } = this
    const { policies } = result
    const reason = refusal === 'limited' && isUncounted(result) ? 'store_failed' : refusal
    this.observers.tell('limited', { name, key, reason, retryAfter: longestWait(result), policies })
  }

  waitedTooLong(key: string, last: RateLimitResult): RateLimitedError {
    return this.#refusal(key, last, 'waited_too_long')
  }

  passOn(key: string): void {
    this.#queues.get(key)?.line.first?.admit()
  }

  emptied(key: string): void {
    this.#queues.delete(key)
  }

  async #decideLater(call: Call, asked: Promise<RateLimitResult>): Promise<unknown> {
    const { ctx, key } = call
    ctx.beginWait(new AskingWait(this.clock))
    const result = await unlessAborted(ctx, asked, ({ allowed }) => {
      // What it was given is the next one's.
      if (allowed) this.passOn(key)
    }).finally(() => ctx.endWait())
    return this.#decide(call, result)
  }

  #decide(call: Call, result: RateLimitResult): unknown {
    const { next, ctx, key } = call
    // Others may have begun to wait while the store was asked.
    const queue = this.#queues.size === 0 ? undefined : this.#queues.get(key)
    if (result.allowed) {
      if (!queue) {
        this.#allowed++
        return next(ctx)
      }
      // What it was given is that one's who is first, be it this one: the queue becomes no longer.
      const turn = this.#wait(call, queue)
      this.passOn(key)
      return turn
    }
    if (this.#maxWait === 0) throw this.#refusal(key, result, 'limited')
    return this.#lineUp(call, queue ?? new KeyQueue(this, key, result))
  }

  /** Behind the others, if there is room, and even the first of them has their turn soon enough. */
  #lineUp(call: Call, queue: KeyQueue): unknown {
    const refusal = queue.refusal()
    const wait = longestWait(refusal)
    const isInTime = wait !== null && wait <= this.#maxWait
    if (isInTime && queue.line.size < this.#maxQueue) return this.#wait(call, queue)
    throw this.#refusal(call.key, refusal, isInTime ? 'queue_full' : 'limited')
  }

  async #wait({ next, ctx, key, arrival }: Call, queue: KeyQueue): Promise<unknown> {
    if (ctx.aborted) throw ctx.turnBack()
    const before = ctx.waited
    await new Promise<void>((resolve, reject) => {
      this.#queues.set(key, queue)
      new Turn(queue, ctx, resolve, reject, arrival)
      queue.start()
      this.observers.tell('queued', { name: this.name, key, queued: queue.line.size })
    })
    if (ctx.aborted) {
      // Given up between its turn and now.
      this.passOn(key)
      throw ctx.turnBack()
    }
    this.#allowed++
    this.observers.tell('admitted', { name: this.name, key, waited: ctx.waited - before })
    return next(ctx)
  }

  #refusal(key: string, result: RateLimitResult, reason: LimitedReason): RateLimitedError {
    this.account(key, result, reason)
    const retryAfter = longestWait(result)
    const details = {
      name: this.name,
      reason,
      policies: result.policies.filter((policy) => policy.retryAfter !== 0).map(({ name }) => name),
    }
    const message = `Rate limit '${this.name}' ${this.#why(reason)}.`
    return withoutStack(
      () => new RateLimitedError({ message, details, ...(retryAfter !== null && { retryAfter }) }),
    )
  }

  #why(reason: LimitedReason): string {
    if (reason === 'limited') return 'is exceeded'
    if (reason === 'queue_full') return 'is exceeded, and its queue is full'
    return `gave no turn within ${formatDuration(this.#maxWait)}`
  }

  #storeFailed(error: unknown): void {
    this.#storeFailures++
    this.observers.tell('storeFailed', { name: this.name, error })
  }
}
