import type { Clock } from '@base/core/clock'
import type { CallContext } from '../policy/call-context.js'
import type { Next } from '../policy/engine.js'
import type { Circuit, JudgingState } from './state.js'

/** Tells how long a call has taken so far, in milliseconds; what it waits in our own queues is not the dependency's time. */
export type Stopwatch = () => number

export function stopwatch(clock: Clock, ctx: CallContext): Stopwatch {
  const start = clock.monotonic() - ctx.waited
  return () => clock.monotonic() - ctx.waited - start
}

/** A call whose duration matters: `end` is asked whether it was slow, once it has ended. */
export function runJudged(
  circuit: Circuit,
  state: JudgingState,
  next: Next,
  ctx: CallContext,
  end: () => boolean,
): unknown {
  const pass = (value: unknown): unknown => {
    circuit.passed(state, value, end())
    return value
  }
  const fail = (error: unknown): never => {
    circuit.failed(state, error, end(), ctx)
    throw error
  }
  let result: unknown
  try {
    result = next(ctx)
  } catch (error) {
    return fail(error)
  }
  return result instanceof Promise ? result.then(pass, fail) : pass(result)
}
