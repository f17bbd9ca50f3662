const attempts = /* @__PURE__ */ new WeakMap<object, number>()

/**
 * How many attempts a {@link Retry} made before it rethrew this error; 0 where that is not known: the error is no object,
 * or came from elsewhere. The error itself is left as it was. Of an object that was thrown more than once, the last.
 *
 * @example
 * try {
 *   await retry.execute(() => load(id))
 * } catch (error) {
 *   console.error(`given up after ${attemptsOf(error)} attempts`, error)
 * }
 */
export function attemptsOf(error: unknown): number {
  return isObject(error) ? (attempts.get(error) ?? 0) : 0
}

export function rememberAttempts(error: unknown, count: number): void {
  if (isObject(error)) attempts.set(error, count)
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
