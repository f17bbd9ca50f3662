import { isObject } from '../value-object/object-kind.js'
import { TransactionClosedError } from './errors.js'

const INSPECT = Symbol.for('nodejs.util.inspect.custom')

/**
 * Repositories that refuse to work once `isOpen` says no: their methods reject, and their streams end with the error. What
 * holds them is read when it is asked for, so that it may be of a class, with getters and methods of its own; what such a
 * method gives at once is not guarded.
 */
export function guarded<Repos extends object>(repositories: Repos, isOpen: () => boolean): Repos {
  // biome-ignore lint/complexity/noBannedTypes: whatever function a repository has
  const guardedMethod = (method: Function, owner: object) => {
    return (...args: unknown[]): unknown => {
      if (!isOpen()) return closed()
      const result: unknown = Reflect.apply(method, owner, args)
      return isStream(result) ? guardedStream(result, isOpen) : result
    }
  }
  return guardedObject(repositories, (member, name) => {
    if (typeof member !== 'function')
      return guardedObject(member, (part, _, owner) =>
        typeof part === 'function' ? guardedMethod(part, owner) : part,
      )
    // A function that lies in the holder itself is the caller's own: it is called on the handles, and may be a class.
    return Object.hasOwn(repositories, name) ? member : guardedMethod(member, repositories)
  })
}

type GuardMember<T> = (member: object, name: string | symbol, owner: T) => object

/** Reads through to an object, and takes no changes; `guardMember` guards what is no method. */
function guardedObject<T extends object>(owner: T, guardMember: GuardMember<T>): T {
  const guard = new Guard(owner, guardMember)
  // Over an object that is not the owner, for a proxy may not change what a frozen one gives.
  return new Proxy<T>(guard as unknown as T, guard)
}

/** What a proxy is over, and its handler: a class, for each unit has several of them. */
class Guard<T extends object> implements ProxyHandler<T> {
  readonly #owner: T
  readonly #guardMember: GuardMember<T>
  /** Made when it is needed: of most repositories nothing is asked. */
  #known: Map<object, object> | undefined
  /** What Node shows, which looks at what a proxy is over. Made in the constructor, for a field by a symbol keeps the class in every bundle. */
  declare readonly [INSPECT]: () => T

  constructor(owner: T, guardMember: GuardMember<T>) {
    this.#owner = owner
    this.#guardMember = guardMember
    this[INSPECT] = () => owner
  }

  get(_: T, name: string | symbol): unknown {
    // Read from the owner itself, for private fields know no proxy.
    const member: unknown = Reflect.get(this.#owner, name)
    if (!isReference(member)) return member
    const known = this.#known?.get(member)
    if (known !== undefined) return known
    const guarded = this.#guardMember(member, name, this.#owner)
    this.#known ??= new Map()
    this.#known.set(member, guarded)
    return guarded
  }

  getPrototypeOf(): object | null {
    return Reflect.getPrototypeOf(this.#owner)
  }

  has(_: T, name: string | symbol): boolean {
    return Reflect.has(this.#owner, name)
  }

  ownKeys(): (string | symbol)[] {
    return Reflect.ownKeys(this.#owner)
  }

  getOwnPropertyDescriptor(target: T, name: string | symbol): PropertyDescriptor | undefined {
    const own = Reflect.getOwnPropertyDescriptor(this.#owner, name)
    return own && { value: this.get(target, name), enumerable: own.enumerable === true, configurable: true }
  }

  /** What inherits from it may have its own. */
  set(_: T, name: string | symbol, value: unknown, receiver: unknown): boolean {
    return Reflect.set(Object.create(null), name, value, receiver)
  }

  defineProperty(): boolean {
    return false
  }

  deleteProperty(): boolean {
    return false
  }

  preventExtensions(): boolean {
    return false
  }
}

function isReference(value: unknown): value is object {
  return isObject(value) || typeof value === 'function'
}

async function* guardedStream(stream: AsyncIterable<unknown>, isOpen: () => boolean): AsyncIterable<unknown> {
  if (!isOpen()) throw new TransactionClosedError()
  for await (const item of stream) {
    if (!isOpen()) throw new TransactionClosedError()
    yield item
  }
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return isObject(value) && Symbol.asyncIterator in value
}

/** Rejects for those who await it, also at the end of a chain, as a query builder's, and fails at the first step for those who loop over it. */
function closed(): object {
  const error = new TransactionClosedError()
  const rejected = Promise.reject(error)
  // Who loops over it never looks at the promise.
  rejected.catch(() => {})
  const stream = () => ({ next: () => Promise.reject(error) })
  const chain: object = new Proxy(rejected, {
    get: (_, name) => {
      if (name === Symbol.asyncIterator) return stream
      const member: unknown = Reflect.get(rejected, name)
      if (typeof member === 'function') return member.bind(rejected)
      return typeof name === 'string' ? () => chain : member
    },
  })
  return chain
}
