import { type Context, type ContextManager, ROOT_CONTEXT } from '@opentelemetry/api'
import { bindEmitter } from './bound-emitter.js'

/** The context manager over `AsyncLocalStorage`; none where the runtime has no such thing. */
export function asyncContextManager(): ContextManager | undefined {
  const hooks = globalThis.process?.getBuiltinModule?.('node:async_hooks')
  if (hooks === undefined) return undefined
  const events = process.getBuiltinModule('node:events')
  const storage = new hooks.AsyncLocalStorage<Context>()
  /** One that is bound again keeps its first context, as by OpenTelemetry's own: it would get slower each time. */
  const emitters = new WeakSet<object>()
  const manager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: <A extends unknown[], R>(
      active: Context,
      fn: (this: unknown, ...args: A) => R,
      self?: unknown,
      ...args: A
    ): R => {
      // Each run costs all that is awaited within it.
      if (active === manager.active()) return fn.apply(self, args)
      return storage.run(active, () => fn.apply(self, args))
    },
    bind: <T>(active: Context, target: T): T => {
      if (!(target instanceof events.EventEmitter)) return bound(storage, active, target)
      if (emitters.has(target)) return target
      emitters.add(target)
      return bindEmitter(target, (listener) => bound(storage, active, listener))
    },
    enable: () => manager,
    disable: () => {
      // workerd has none of it, and needs none: it ends with the request.
      try {
        storage.disable()
      } catch {}
      return manager
    },
  }
  return manager as unknown as ContextManager
}

function bound<T>(storage: { run<R>(active: Context, fn: () => R): R }, active: Context, target: T): T {
  if (typeof target !== 'function') return target
  const call = target as unknown as (this: unknown, ...args: unknown[]) => unknown
  return function (this: unknown, ...args: unknown[]) {
    return storage.run(active, () => call.apply(this, args))
  } as T
}
