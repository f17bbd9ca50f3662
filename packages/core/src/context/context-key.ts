import { checkText } from '../options/options.js'
import { ContextMissingError } from './context-error.js'
import { storage } from './storage.js'

/** A typed name of a value in the context. Keys are equal by name, also between two copies of core. */
export interface ContextKey<out T> {
  /** What it is called, in errors as well. */
  readonly name: string
  /** The value that holds here; `undefined` where there is none. Never throws. */
  get(): T | undefined
  /**
   * The value that holds here.
   *
   * @throws {@link ContextMissingError} where there is none.
   */
  require(): T
}

/**
 * A key for a value that travels beside the calls, not through parameters: the locale of a request, a feature cohort.
 *
 * Two keys of one name are one key, so choose a name that is yours: `'acme.locale'`. The names `correlationId`,
 * `tenantId`, `principal` and `deadline` are taken by the keys that stand ready.
 *
 * @example
 * const locale = createContextKey<'en' | 'pt'>('acme.locale')
 * runInContext([[locale, 'pt']], () => locale.require()) // 'pt'
 * locale.get() // undefined
 *
 * @throws InvalidOptionError where the name is not a text, or empty.
 */
export function createContextKey<T>(name: string): ContextKey<T> {
  return new Key<T>(checkText(name, { package: '@base/core', pattern: 'createContextKey', option: 'name' }))
}

class Key<T> implements ContextKey<T> {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }

  get(): T | undefined {
    return storage?.getStore()?.get(this.name) as T | undefined
  }

  require(): T {
    const value = this.get()
    if (value !== undefined) return value
    throw new ContextMissingError(
      this.name,
      storage === undefined
        ? 'this runtime has no AsyncLocalStorage, so nothing is kept'
        : 'runInContext sets it, and a callback or a generator needs bindContext',
    )
  }
}
