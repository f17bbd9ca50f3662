import type { Clock } from '@base/core/clock'
import { type DiagnosticsChannel, diagnosticsChannel, diagnosticsSources } from '@base/core/diagnostics'
import { formatDuration } from '@base/core/duration'
import type { CallContext } from '../policy/call-context.js'
import type { Engine, Next } from '../policy/engine.js'
import { Observers } from '../policy/observers.js'
import { withoutStack } from '../policy/without-stack.js'
import type { Deadlines } from '../timeout/deadlines.js'
import { deadlinesOf } from '../timeout/deadlines-of.js'
import { BulkheadFullError } from './errors.js'
import type { BulkheadEvents } from './events.js'
import { Line } from './line.js'
import { TakenSlot } from './taken-slot.js'
import { Waiter, type WaitingRoom } from './waiter.js'

/** The events of a bulkhead, and which are on a channel. */
export const bulkheadChannels: Readonly<Record<keyof BulkheadEvents, DiagnosticsChannel | undefined>> = {
  queued: undefined,
  admitted: /* @__PURE__ */ diagnosticsChannel('base:resilience:bulkhead:admitted'),
  rejected: /* @__PURE__ */ diagnosticsChannel('base:resilience:bulkhead:rejected'),
}

const bulkheads = /* @__PURE__ */ diagnosticsSources(
  'base:resilience:bulkhead',
  ({ rules: { name }, stats, limit }: BulkheadEngine) => ({ name, ...stats, limit }),
)

/** The options of a {@link Bulkhead}, checked and complete. */
export interface BulkheadRules {
  readonly name: string
  readonly maxConcurrent: number
  readonly maxQueue: number
  readonly maxWait: number
  readonly clock: Clock
}

/** What a {@link Bulkhead} has counted since it was made. */
export interface BulkheadStats {
  /** Calls that got a slot. */
  readonly calls: number
  /** Calls that were refused. */
  readonly rejected: number
  /** Slots that are taken. */
  readonly running: number
  /** Calls that wait. */
  readonly queued: number
}

export class BulkheadEngine implements Engine, WaitingRoom {
  readonly kind = 'bulkhead'
  readonly rules: BulkheadRules
  readonly observers: Observers<BulkheadEvents>
  readonly line: Line<Waiter> = new Line()
  readonly deadlines: Deadlines
  readonly clock: Clock
  movedAt: number = Number.NEGATIVE_INFINITY
  limit: number
  running = 0
  #calls = 0
  #rejected = 0
  #arrivals = 0

  constructor(
    rules: BulkheadRules,
    observers: Observers<BulkheadEvents> = new Observers('Bulkhead', bulkheadChannels),
  ) {
    this.rules = rules
    this.clock = rules.clock
    this.observers = observers
    this.limit = rules.maxConcurrent
    this.deadlines = deadlinesOf(rules.clock, rules.maxWait)
    bulkheads.add(this)
  }

  get stats(): BulkheadStats {
    return { calls: this.#calls, rejected: this.#rejected, running: this.running, queued: this.line.size }
  }

  run(next: Next, ctx: CallContext): unknown {
    if (this.running >= this.limit) return this.#wait(next, ctx)
    this.running++
    return this.#call(next, ctx)
  }

  resize(limit: number): void {
    this.limit = limit
    while (this.running < this.limit) {
      const waiter = this.line.first
      if (waiter === undefined) return
      this.running++
      this.movedAt = this.clock.monotonic()
      waiter.admit()
    }
  }

  waitedTooLong(): BulkheadFullError {
    return this.#refusal(`no slot within ${formatDuration(this.rules.maxWait)}`, 'waited_too_long')
  }

  /** With a slot that is counted already. */
  #call(next: Next, ctx: CallContext): unknown {
    this.#calls++
    const slot = new TakenSlot(ctx.slot, this.#free)
    ctx.slot = slot
    let result: unknown
    try {
      result = next(ctx)
    } catch (error) {
      slot.release()
      throw error
    }
    if (!(result instanceof Promise)) {
      slot.release()
      return result
    }
    return result.then(
      (value: unknown) => {
        slot.release()
        return value
      },
      (error: unknown) => {
        slot.release()
        throw error
      },
    )
  }

  /** A slot passes to whose turn it is without ever being free, so that no newcomer takes it. */
  readonly #free = (): void => {
    const waiter = this.line.first
    if (waiter !== undefined) this.movedAt = this.clock.monotonic()
    if (waiter === undefined || this.running > this.limit) this.running--
    else waiter.admit()
  }

  async #wait(next: Next, ctx: CallContext): Promise<unknown> {
    if (ctx.aborted) throw ctx.turnBack()
    if (this.line.size >= this.rules.maxQueue || this.rules.maxWait === 0)
      throw this.#refusal(`${this.running} calls are running and ${this.line.size} waiting`, 'queue_full')
    const before = ctx.waited
    await new Promise<void>((resolve, reject) => {
      new Waiter(this, ctx, resolve, reject, this.#arrivals++)
      this.observers.tell('queued', { name: this.rules.name, queued: this.line.size })
    })
    if (ctx.aborted) {
      // Between the passing on of the slot and now.
      this.#free()
      throw ctx.turnBack()
    }
    this.observers.tell('admitted', { name: this.rules.name, waited: ctx.waited - before })
    return this.#call(next, ctx)
  }

  #refusal(why: string, reason: 'queue_full' | 'waited_too_long'): BulkheadFullError {
    this.#rejected++
    const { name } = this.rules
    const error = withoutStack(
      () =>
        new BulkheadFullError({ message: `Bulkhead '${name}' is full: ${why}.`, details: { name, reason } }),
    )
    this.observers.tell('rejected', { name, error })
    return error
  }
}
