import type { Clock } from '@base/core/clock'
import { diagnosticsChannel } from '@base/core/diagnostics'
import { errorKind, isAppError, TimeoutError } from '@base/core/errors'
import { BulkheadEngine, type BulkheadRules, bulkheadChannels } from '../bulkhead/bulkhead-engine.js'
import type { CallContext } from '../policy/call-context.js'
import type { Engine, Next } from '../policy/engine.js'
import { isGivenUp } from '../policy/given-up.js'
import { Observers } from '../policy/observers.js'
import { read } from '../policy/read.js'
import type { AdaptiveBulkheadEvents } from './events.js'
import { Gradient } from './gradient.js'

const limitChange = /* @__PURE__ */ diagnosticsChannel('base:resilience:bulkhead:limitChange')

/** A bulkhead, a stopwatch around what it lets through, and a gradient that sets its limit. */
export class AdaptiveEngine implements Engine {
  readonly kind = 'bulkhead'
  readonly bulkhead: BulkheadEngine
  readonly observers: Observers<AdaptiveBulkheadEvents> = new Observers('AdaptiveBulkhead', {
    ...bulkheadChannels,
    limitChange,
  })
  readonly #gradient: Gradient
  readonly #clock: Clock
  /** What stands inside is the same for all calls of one pipeline: what measures it is made once. */
  #inside: Next | undefined
  #measured: Next | undefined

  constructor(rules: BulkheadRules, min: number, max: number) {
    this.bulkhead = new BulkheadEngine(rules, this.observers)
    this.#gradient = new Gradient(rules.maxConcurrent, min, max)
    this.#clock = rules.clock
  }

  run(next: Next, ctx: CallContext): unknown {
    if (this.#measured === undefined || this.#inside !== next) {
      this.#inside = next
      this.#measured = (inner) => this.#measure(next, inner)
    }
    return this.bulkhead.run(this.#measured, ctx)
  }

  #measure(next: Next, ctx: CallContext): unknown {
    const { running } = this.bulkhead
    const start = this.#clock.monotonic()
    const result = next(ctx)
    if (!(result instanceof Promise)) return result
    return result.then(
      (value: unknown) => {
        this.#adapt(start, running)
        return value
      },
      (error: unknown) => {
        // Another failure may be quick, which says nothing about how much the dependency can bear.
        if (!isGivenUp(ctx) && (ctx.aborted || read(() => isOwnTimeout(error), false)))
          this.#adapt(start, running, ctx.aborted)
        throw error
      },
    )
  }

  #adapt(start: number, running: number, isCut = false): void {
    const { bulkhead, observers } = this
    this.#gradient.add(this.#clock.monotonic() - start, running, isCut)
    const from = bulkhead.limit
    const to = Math.floor(this.#gradient.limit)
    if (from === to) return
    bulkhead.resize(to)
    observers.tell('limitChange', { name: bulkhead.rules.name, from, to })
  }
}

/** Whether somebody here stopped waiting; a dependency's 504 or 408 is of the same kind, and may be quick. */
function isOwnTimeout(error: unknown): boolean {
  if (isAppError(error)) return error.code === 'TIMEOUT' || error instanceof TimeoutError
  return errorKind(error) === 'timeout'
}
