/**
 * Calls `listener` once, when the signal aborts, until the function that is returned is called. A signal that has aborted
 * already tells nobody any more, as that of the platform does: ask `signal.aborted` before.
 *
 * For a signal that many wait on, or that outlives them. The platform looks through all listeners of a signal at each new
 * one, so that 20,000 take seconds: here a signal has one of them, however many wait, and none once nobody does. Each call
 * is a registration of its own; they are told in the order in which they came. One that throws keeps no other from being
 * told, and is reported as the platform reports a listener that throws.
 *
 * @example
 * const stop = onAbort(signal, () => socket.destroy())
 * socket.once('close', stop)
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  const registration = { listener }
  const listeners = listenersOf(signal)
  listeners.add(registration)
  return () => listeners.delete(registration)
}

interface Registration {
  readonly listener: () => void
}

/** Those of the signal that was asked for last, whether it has any: one that is asked for again needs no look at the map. */
let latest: Listeners | undefined

/** Of all other signals that have any. */
const others = /* @__PURE__ */ new WeakMap<AbortSignal, Listeners>()

function listenersOf(signal: AbortSignal): Listeners {
  if (latest?.signal === signal) return latest
  if (latest?.any) others.set(latest.signal, latest)
  latest = others.get(signal) ?? new Listeners(signal)
  return latest
}

/** All who listen to one signal: mostly one alone, for whom there is no set. */
class Listeners {
  readonly signal: AbortSignal
  #first: Registration | undefined
  #more: Set<Registration> | undefined

  constructor(signal: AbortSignal) {
    this.signal = signal
  }

  get any(): boolean {
    return this.#first !== undefined || this.#more !== undefined
  }

  add(registration: Registration): void {
    if (this.any) {
      this.#more ??= new Set()
      this.#more.add(registration)
      return
    }
    this.#first = registration
    this.signal.addEventListener('abort', this.#abort)
  }

  delete(registration: Registration): void {
    if (registration === this.#first) this.#first = undefined
    else if (!this.#more?.delete(registration)) return
    if (this.#more?.size === 0) this.#more = undefined
    if (this.any) return
    this.signal.removeEventListener('abort', this.#abort)
    if (this !== latest) others.delete(this.signal)
  }

  /** Whoever is ended by one before it is not told, nor whoever comes from one. */
  readonly #abort = (): void => {
    for (const one of [this.#first, ...(this.#more ?? [])])
      if (one !== undefined && (one === this.#first || this.#more?.has(one))) this.#tell(one)
  }

  #tell(registration: Registration): void {
    this.delete(registration)
    try {
      registration.listener()
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }
}
