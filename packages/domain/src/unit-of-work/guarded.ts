/** Says whether what it guards may be used, by throwing where it may not. */
export type Guard = () => void

type Method = (this: unknown, ...args: unknown[]) => unknown

/**
 * The same repositories, whose methods ask the guard first: one that returns a promise rejects, one that returns an
 * iterable throws when it is read, also when its unit ends in the middle.
 */
export function guarded<Repos>(repositories: Repos, guard: Guard): Repos {
  return proxy(repositories, (member) =>
    proxy(member, (value, target) => guardedMethod(value, target, guard)),
  )
}

/** An object whose members go through `change`; each once, so that a method stays the same function. */
function proxy<T>(value: T, change: (member: unknown, target: object) => unknown): T {
  if (typeof value !== 'object' || value === null) return value
  const made = new Map<PropertyKey, unknown>()
  return new Proxy(value, {
    get(target, name) {
      // Read of the target itself: a proxy has no private fields.
      if (!made.has(name)) made.set(name, change(Reflect.get(target, name, target), target))
      return made.get(name)
    },
  })
}

function guardedMethod(method: unknown, target: object, guard: Guard): unknown {
  if (typeof method !== 'function') return method
  return (...args: unknown[]): unknown => {
    try {
      guard()
    } catch (error) {
      return refusal(error)
    }
    const returned = (method as Method).apply(target, args)
    return isAsyncIterable(returned) ? guardedIterable(returned, guard) : returned
  }
}

/** A rejection, for those who await it and for those who iterate. */
function refusal(error: unknown): Promise<never> & AsyncIterable<never> {
  const rejected = Promise.reject(error)
  // Whoever iterates never looks at the promise.
  rejected.catch(() => {})
  return Object.assign(rejected, { [Symbol.asyncIterator]: () => ({ next: () => rejected }) })
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value && !('then' in value)
}

async function* guardedIterable(iterable: AsyncIterable<unknown>, guard: Guard): AsyncIterable<unknown> {
  for await (const item of iterable) {
    guard()
    yield item
    guard()
  }
}
