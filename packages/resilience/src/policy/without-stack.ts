/** Makes an error without its stack, which costs more than all the rest of it. */
export function withoutStack<E extends Error>(make: () => E): E {
  const limit = Error.stackTraceLimit
  try {
    Error.stackTraceLimit = 0
    return make()
  } catch {
    // The built-in objects are frozen: an error with a stack is as good.
    return make()
  } finally {
    if (Error.stackTraceLimit !== limit) Error.stackTraceLimit = limit
  }
}
