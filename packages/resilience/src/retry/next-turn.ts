interface Immediate {
  readonly setImmediate?: (fn: () => void) => unknown
}

/** Taken at load, so that a runner's fake timers do not stop it; no clock moves it, for it takes no time. */
const later: (fn: () => void) => unknown = (globalThis as Immediate).setImmediate ?? setTimeout

/** Resolves in a later turn of the event loop: a promise alone would let in neither a timer nor I/O. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    later(resolve)
  })
}
