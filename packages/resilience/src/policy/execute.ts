import { checkFunction, checkOptions, checkSignal, checkText, invalidOption } from '@base/core/options'
import { CallContext } from './call-context.js'
import { callFunction, type Engine } from './engine.js'
import { placesOf } from './place.js'
import type { ExecuteOptions, Policy, PolicyFunction } from './policy.js'

const place = placesOf('Policy.execute')
const FN = place('fn')
const OPTIONS = place('options')

/** What `execute` of every policy does: the outermost step, where a call becomes a promise. */
export function execute(
  engine: Engine,
  fn: PolicyFunction<unknown>,
  options: ExecuteOptions | undefined,
): Promise<unknown> {
  try {
    checkFunction(fn, FN)
    const ctx =
      options === undefined
        ? new CallContext(fn, undefined, undefined, 0, 1, undefined, undefined)
        : contextOf(fn, options)
    if (ctx.caller === undefined) return promiseOf(engine.run(callFunction, ctx))
    return runUntilAborted(engine, ctx, ctx.caller)
  } catch (error) {
    return Promise.reject(error)
  }
}

/** What `wrap` of every policy does: its `execute`, also one that was put in place of that of its class. */
export function wrap<This, Args extends unknown[]>(
  policy: Policy<unknown>,
  fn: (this: This, ...args: Args) => unknown,
): (this: This, ...args: Args) => Promise<unknown> {
  checkFunction(fn, FN)
  return function (this: This, ...args: Args) {
    return policy.execute(() => fn.apply(this, args))
  }
}

function promiseOf(result: unknown): Promise<unknown> {
  return result instanceof Promise ? result : Promise.resolve(result)
}

/** A success that comes after the abort is a success; a failure is the abort's doing, whatever it says. */
function runUntilAborted(engine: Engine, ctx: CallContext, signal: AbortSignal): Promise<unknown> {
  // Not by its throwIfAborted, which polyfills may not have.
  if (signal.aborted) throw signal.reason
  try {
    const result = engine.run(callFunction, ctx)
    if (!(result instanceof Promise)) return Promise.resolve(result)
    return result.then(undefined, (error: unknown) => {
      throw signal.aborted ? signal.reason : error
    })
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  }
}

function contextOf(fn: PolicyFunction<unknown>, options: ExecuteOptions): CallContext {
  const { signal, key, priority = 0 } = checkOptions(options, OPTIONS)
  checkSignal(signal, place('signal'))
  if (key !== undefined) checkText(key, place('key'))
  if (!Number.isFinite(priority)) throw invalidOption(priority, place('priority'), 'a finite number')
  return new CallContext(fn, signal, key, priority, 1, undefined, undefined)
}
