import { TransactionClosedError } from './errors.js'

/** Repositories that refuse to work once `isOpen` says no: their methods reject, and their streams end with the error. */
export function guarded<Repos extends object>(repositories: Repos, isOpen: () => boolean): Repos {
  const entries = Object.entries(repositories).map(([name, repository]) => [
    name,
    guardedOne(repository, isOpen),
  ])
  return Object.freeze(Object.fromEntries(entries))
}

function guardedOne(repository: unknown, isOpen: () => boolean): unknown {
  if (typeof repository !== 'object' || repository === null) return repository
  const methods = new Map<unknown, unknown>()
  // Over an empty object, for a proxy may not change what a frozen one gives.
  return new Proxy(Object.create(Object.getPrototypeOf(repository)), {
    get: (_, name) => {
      // Read from the repository itself, for private fields know no proxy.
      const member: unknown = Reflect.get(repository, name, repository)
      if (typeof member !== 'function') return member
      if (!methods.has(member)) methods.set(member, guardedMethod(member, repository, isOpen))
      return methods.get(member)
    },
  })
}

// biome-ignore lint/complexity/noBannedTypes: whatever function a repository has
function guardedMethod(member: Function, owner: object, isOpen: () => boolean): unknown {
  return (...args: unknown[]): unknown => {
    if (!isOpen()) return closed()
    const result: unknown = Reflect.apply(member, owner, args)
    return isStream(result) ? guardedStream(result, isOpen) : result
  }
}

async function* guardedStream(stream: AsyncIterable<unknown>, isOpen: () => boolean): AsyncIterable<unknown> {
  if (!isOpen()) throw new TransactionClosedError()
  for await (const item of stream) {
    if (!isOpen()) throw new TransactionClosedError()
    yield item
  }
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

/** Rejects for those who await it, and fails at the first step for those who loop over it. */
function closed(): Promise<never> {
  const error = new TransactionClosedError()
  const rejected = Promise.reject(error)
  // Who loops over it never looks at the promise.
  rejected.catch(() => {})
  return Object.assign(rejected, {
    [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }),
  })
}
