import type { EventEmitter } from 'node:events'

type Listener = ((...args: unknown[]) => unknown) & { listener?: unknown }

/** All that add a listener end in one of these; `once` calls `on` with one that Node has wrapped. */
const ADDING = ['on', 'addListener', 'prependListener'] as const
const REMOVING = ['off', 'removeListener'] as const

/**
 * Binds all listeners that are added to the emitter from now on. A bound one has the original as its `listener`, as one that Node
 * wraps for `once` has: by that Node lists and removes it as if it was not bound.
 */
export function bindEmitter<E extends EventEmitter>(emitter: E, bind: (listener: Listener) => Listener): E {
  const known = new WeakMap<Listener, Listener>()
  const boundOf = (listener: Listener) => {
    if (typeof listener !== 'function') return listener
    const found = known.get(listener)
    if (found !== undefined) return found
    const bound = Object.assign(bind(listener), { listener: listener.listener ?? listener })
    known.set(listener, bound)
    // An emitter whose `addListener` calls its `on` must not bind twice.
    known.set(bound, bound)
    return bound
  }
  /** A wrapper, such as that of `once`, is not found by its `listener`. */
  const addedOf = (listener: Listener) =>
    listener?.listener === undefined ? listener : (known.get(listener) ?? listener)
  const through = (names: readonly (keyof EventEmitter)[], of: (listener: Listener) => Listener) => {
    for (const name of names) {
      const original = emitter[name] as (event: unknown, listener: Listener) => unknown
      const method = (event: unknown, listener: Listener) => original.call(emitter, event, of(listener))
      Object.defineProperty(emitter, name, { value: method, writable: true, configurable: true })
    }
  }
  through(ADDING, boundOf)
  through(REMOVING, addedOf)
  return emitter
}
