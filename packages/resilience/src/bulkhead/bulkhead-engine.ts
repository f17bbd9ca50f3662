import type { Clock } from '@base/core/clock'
import { diagnosticsChannel, diagnosticsSources } from '@base/core/diagnostics'
import { formatDuration } from '@base/core/duration'
import type { CallContext } from '../policy/call-context.js'
import type { Engine, Next } from '../policy/engine.js'
import { Observers } from '../policy/observers.js'
import { withoutStack } from '../policy/without-stack.js'
import { type Deadlines, deadlinesOf } from '../timeout/deadlines.js'
import { BulkheadFullError } from './errors.js'
import type { BulkheadEvents } from './events.js'
import { Line } from './line.js'
import { TakenSlot } from './taken-slot.js'
import { Waiter, type WaitingRoom } from './waiter.js'

const channels = {
  queued: undefined,
  admitted: /* @__PURE__ */ diagnosticsChannel('base:resilience:bulkhead:admitted'),
  rejected: /* @__PURE__ */ diagnosticsChannel('base:resilience:bulkhead:rejected'),
}

const bulkheads = /* @__PURE__ */ diagnosticsSources(
  'base:resilience:bulkhead',
  ({ rules: { name }, calls, rejected, running, limit, line }: BulkheadEngine) => ({
    name,
    calls,
    rejected,
    running,
    limit,
    queued: line.size,
  }),
)

/** The options of a {@link Bulkhead}, checked and complete. */
export interface BulkheadRules {
  readonly name: string
  readonly maxConcurrent: number
  readonly maxQueue: number
  readonly maxWait: number
  readonly clock: Clock
}

export class BulkheadEngine implements Engine, WaitingRoom {
  readonly kind = 'bulkhead'
  readonly rules: BulkheadRules
  readonly observers: Observers<BulkheadEvents> = new Observers('Bulkhead', channels)
  readonly line: Line<Waiter> = new Line()
  readonly deadlines: Deadlines | undefined
  limit: number
  running = 0
  calls = 0
  rejected = 0

  constructor(rules: BulkheadRules) {
    this.rules = rules
    this.limit = rules.maxConcurrent
    const waitsForEver = rules.maxWait === Number.POSITIVE_INFINITY
    this.deadlines = waitsForEver ? undefined : deadlinesOf(rules.clock, rules.maxWait)
    bulkheads.add(this)
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
      waiter.admit()
    }
  }

  waitedTooLong(): BulkheadFullError {
    return this.#refusal(`no slot within ${formatDuration(this.rules.maxWait)}`, 'waited_too_long')
  }

  /** With a slot that is counted already. */
  #call(next: Next, ctx: CallContext): unknown {
    this.calls++
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
    const waiter = this.running > this.limit ? undefined : this.line.first
    if (waiter === undefined) this.running--
    else waiter.admit()
  }

  async #wait(next: Next, ctx: CallContext): Promise<unknown> {
    if (ctx.aborted) throw ctx.reason
    if (this.line.size >= this.rules.maxQueue || this.rules.maxWait === 0)
      throw this.#refusal(`${this.running} calls are running and ${this.line.size} waiting`, 'queue_full')
    const since = this.observers.hear('admitted') ? this.rules.clock.monotonic() : undefined
    await new Promise<void>((resolve, reject) => {
      new Waiter(this, ctx, resolve, reject)
      if (this.observers.hear('queued'))
        this.observers.tell('queued', { name: this.rules.name, queued: this.line.size })
    })
    if (!ctx.aborted) {
      if (since !== undefined) this.#tellAdmitted(since)
      return this.#call(next, ctx)
    }
    // Given up between the passing on of the slot and now.
    this.#free()
    throw ctx.reason
  }

  #tellAdmitted(since: number): void {
    const { name, clock } = this.rules
    this.observers.tell('admitted', { name, waited: clock.monotonic() - since })
  }

  #refusal(why: string, reason: 'queue_full' | 'waited_too_long'): BulkheadFullError {
    this.rejected++
    const { name } = this.rules
    const error = withoutStack(
      () =>
        new BulkheadFullError({ message: `Bulkhead '${name}' is full: ${why}.`, details: { name, reason } }),
    )
    if (this.observers.hear('rejected')) this.observers.tell('rejected', { name, error })
    return error
  }
}
