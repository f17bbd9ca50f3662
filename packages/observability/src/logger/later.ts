/** In the next turn of the event loop. Taken at load, so that a test's fake timers do not stop it. */
export const later: (fn: () => void) => { unref(): unknown } = setImmediate
