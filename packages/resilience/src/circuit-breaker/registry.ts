import { checkInteger, checkOptions, checkText } from '@base/core/options'
import { placesOf } from '../policy/place.js'
import { CircuitBreaker } from './circuit-breaker.js'
import { type BreakerRules, breakerRules, type CircuitBreakerOptions, optionsOf } from './options.js'

const DEFAULT_MAX_BREAKERS = 1_000

/**
 * Options of {@link createCircuitBreakerRegistry}: those of each breaker, and how many there may be; checked and read once.
 */
export interface CircuitBreakerRegistryOptions extends Omit<CircuitBreakerOptions, 'name' | 'initial'> {
  /** Breakers that are kept, an integer from 1. @defaultValue 1,000 */
  readonly maxBreakers?: number | undefined
}

/** One breaker per key. */
export interface CircuitBreakerRegistry {
  /** How many breakers it keeps. */
  readonly size: number
  /** The breaker of that key, made with the registry's options, the key as its name, where there is none. */
  get(key: string): CircuitBreaker
  /** The breakers that it keeps now, with their keys, the least recently used first. */
  entries(): IterableIterator<[string, CircuitBreaker]>
  /** Forgets one; whether there was one. */
  delete(key: string): boolean
}

/**
 * One breaker per host, tenant or shard, made when it is first asked for, so that one bad host does not close the door to
 * all others.
 *
 * It keeps at most `maxBreakers`. Over that it forgets the closed breaker that was not asked for longest; only where none
 * is closed, another. A forgotten breaker goes on working for who holds it, so ask `get` for each call.
 *
 * @example
 * const breakers = createCircuitBreakerRegistry({ failureThreshold: 3 })
 * const response = await breakers.get(url.host).execute(({ signal }) => fetch(url, { signal }))
 *
 * @throws InvalidOptionError naming the option.
 */
export function createCircuitBreakerRegistry(
  options: CircuitBreakerRegistryOptions = {},
): CircuitBreakerRegistry {
  return registryOf(options, (name) => ({ name }))
}

/** What a breaker is called, and the host that it is of, where it is of one. */
type NamesOf = (key: string) => BreakerRules['told']

/** One whose breakers have a name of their own, and rules that are not the user's to say. */
export function registryOf(
  options: CircuitBreakerRegistryOptions,
  namesOf: NamesOf,
  own: Partial<BreakerRules> = {},
): CircuitBreakerRegistry {
  const place = placesOf('createCircuitBreakerRegistry')
  const { maxBreakers = DEFAULT_MAX_BREAKERS } = checkOptions(options, place('options'))
  checkInteger(maxBreakers, { ...place('maxBreakers'), min: 1 })
  // Whatever is wrong with the options shows now, and not with the first call.
  const rules = breakerRules(options)
  return new Registry({ ...rules, initial: undefined, ...own }, maxBreakers, namesOf)
}

class Registry implements CircuitBreakerRegistry {
  readonly #rules: BreakerRules
  readonly #maxBreakers: number
  readonly #namesOf: NamesOf
  /** The least recently used first. */
  readonly #breakers = new Map<string, CircuitBreaker>()

  constructor(rules: BreakerRules, maxBreakers: number, namesOf: NamesOf) {
    this.#rules = rules
    this.#maxBreakers = maxBreakers
    this.#namesOf = namesOf
  }

  get size(): number {
    return this.#breakers.size
  }

  get(key: string): CircuitBreaker {
    const breaker = this.#breakers.get(key) ?? this.#make(key)
    this.#breakers.delete(key)
    this.#breakers.set(key, breaker)
    return breaker
  }

  entries(): IterableIterator<[string, CircuitBreaker]> {
    // Those of the map itself would never end for who asks `get` on the way, which puts a breaker at the end.
    return [...this.#breakers].values()
  }

  delete(key: string): boolean {
    return this.#breakers.delete(key)
  }

  #make(key: string): CircuitBreaker {
    checkText(key, placesOf('CircuitBreakerRegistry.get')('key'))
    const breaker = new CircuitBreaker(optionsOf(this.#rules, this.#namesOf(key)))
    if (this.#breakers.size >= this.#maxBreakers) this.#breakers.delete(this.#dispensable() as string)
    return breaker
  }

  /** A closed one knows the least that is worth keeping. */
  #dispensable(): string | undefined {
    for (const [key, breaker] of this.#breakers) if (breaker.state === 'closed') return key
    return this.#breakers.keys().next().value
  }
}
