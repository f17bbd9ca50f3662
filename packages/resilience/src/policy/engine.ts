import type { CallContext } from './call-context.js'
import type { Policy } from './policy.js'

/** What stands inside a policy: returns a native promise or a plain value, and may throw. */
export type Next = (ctx: CallContext) => unknown

/**
 * What works inside a policy. `execute` makes a promise of a call once, at the outermost policy; between policies there
 * is no async function, no promise for a value, and no closure for a call that needs none.
 */
export interface Engine extends Part {
  run(next: Next, ctx: CallContext): unknown
}

/** What a pipeline has to know to judge an order. */
export interface Part {
  readonly kind: EngineKind
}

/** What a policy does to a call. */
export type EngineKind =
  | 'circuit-breaker'
  | 'retry'
  | 'timeout'
  | 'bulkhead'
  | 'rate-limiter'
  | 'fallback'
  | 'hedge'
  | 'chaos'
  | 'pipeline'
  | 'foreign'

/** By policy, so that a pipeline can call its parts directly; a policy that is not of this package has none. */
const engines = /* @__PURE__ */ new WeakMap<object, Engine>()

const PARTS = Symbol.for('@base/resilience/parts')

export function setEngine(policy: object, engine: Engine, parts: readonly Part[] = [engine]): void {
  engines.set(policy, engine)
  allParts().set(policy, parts)
}

/** None, too, of a policy whose `execute` is no longer that of its class: what stands in its place must be called. */
export function engineOf(policy: Policy<unknown>): Engine | undefined {
  const engine = engines.get(policy)
  return engine && policy.execute === topmost(policy).execute ? engine : undefined
}

/** The classes of this package extend none. */
function topmost(policy: Policy<unknown>): Policy<unknown> {
  const above = Object.getPrototypeOf(policy)
  return above && 'execute' in above ? topmost(above) : policy
}

/** The outermost first; none of a policy that is of no copy of this package. */
export function partsOf(policy: object): readonly Part[] {
  return allParts().get(policy) ?? []
}

/** Those of all copies of this package in the process: they may differ in version, so that only {@link Part} is agreed on. */
function allParts(): WeakMap<object, readonly Part[]> {
  const realm = globalThis as { [PARTS]?: WeakMap<object, readonly Part[]> }
  realm[PARTS] ??= new WeakMap()
  return realm[PARTS]
}

/** The innermost: calls the user's function, and adopts a foreign promise once. */
export function callFunction(ctx: CallContext): unknown {
  // Taken out of the context, which must not become its `this`.
  const { fn } = ctx
  return adopt(fn(ctx))
}

/** What a user's function returned, as a native promise or a value that is none; a foreign promise is asked once. */
export function adopt(returned: unknown): unknown {
  if (returned instanceof Promise && returned.constructor === Promise) return returned
  const isThenable = typeof (returned as PromiseLike<unknown> | null | undefined)?.then === 'function'
  return isThenable ? Promise.resolve(returned) : returned
}
