import { CallContext } from '../policy/call-context.js'
import { adopt, type Engine, type Next } from '../policy/engine.js'
import type { Policy, PolicyContext } from '../policy/policy.js'
import { holdAll } from '../policy/slot.js'

/** A policy that is not of this package, called by its public face. */
export class ForeignEngine implements Engine {
  readonly kind = 'foreign'
  readonly #policy: Policy<unknown>

  constructor(policy: Policy<unknown>) {
    this.#policy = policy
  }

  run(next: Next, ctx: CallContext): unknown {
    const { key, priority } = ctx
    return adopt(
      this.#policy.execute((inner) => holding(ctx, next(inside(ctx, inner))), {
        priority,
        ...(key !== undefined && { key }),
        ...(ctx.abortable && { signal: ctx.signal }),
      }),
    )
  }
}

/** A foreign policy may give up on the function before it has settled, and does not know of the slots around it. */
function holding({ slot }: CallContext, result: unknown): unknown {
  if (slot === undefined || !(result instanceof Promise)) return result
  const release = holdAll(slot)
  result.then(release, release)
  return result
}

/** The same call as the foreign policy sees it: it may have a signal of its own, and count attempts. */
function inside(ctx: CallContext, inner: PolicyContext | undefined): CallContext {
  const signal = inner?.signal ?? (ctx.abortable ? ctx.signal : undefined)
  return new CallContext(ctx.fn, signal, ctx.key, ctx.priority, attemptOf(ctx, inner), undefined, ctx.slot)
}

/** That of the innermost policy that counts: one that does not, says 1. */
function attemptOf({ attempt }: CallContext, inner: PolicyContext | undefined): number {
  return inner !== undefined && inner.attempt > 1 ? inner.attempt : attempt
}
