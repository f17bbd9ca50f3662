import { checkFunction, checkOneOf } from '../options/options.js'
import { reportCallbackError } from './report-callback-error.js'

/** Told what happened. What it returns or throws changes nothing. */
export type Listener<in Payload> = (payload: Payload) => unknown

/** Options of {@link Emitter}. */
export interface EmitterOptions<Name extends string = string> {
  /** The package whose events they are: `'@base/resilience'`. */
  readonly package: string
  /** The class whose events they are: `'CircuitBreaker'`. */
  readonly pattern: string
  /** The name of every event, so that a misspelled one is refused instead of never heard. */
  readonly events: readonly Name[]
}

/** A registration. Its listener is taken out when it is ended, so that an emission under way passes it by. */
interface Registration {
  listener: Listener<never> | undefined
}

/**
 * Typed events for a class of yours: `Events` maps each name to its payload.
 *
 * Listeners run synchronously, in the order in which they came. One that throws, or returns a promise that rejects, is
 * reported by {@link reportCallbackError}; the others still run. One that is added during an emission hears the next.
 *
 * @example
 * const events = new Emitter<{ saved: { id: number } }>({ package: 'my-service', pattern: 'Orders', events: ['saved'] })
 * const off = events.on('saved', ({ id }) => console.log(id))
 * if (events.has('saved')) events.emit('saved', { id: 7 }) // nobody listens: not even the payload is made
 * off()
 */
export class Emitter<Events extends object> {
  readonly #options: EmitterOptions<keyof Events & string>
  readonly #registrations = new Map<keyof Events, readonly Registration[]>()

  constructor(options: EmitterOptions<keyof Events & string>) {
    this.#options = options
  }

  /**
   * Calls `listener` at each `event` from now on, until the function that is returned is called.
   *
   * @throws InvalidOptionError for an event that does not exist, or a listener that is no function.
   */
  on<Name extends keyof Events & string>(event: Name, listener: Listener<Events[Name]>): () => void {
    const place = { package: this.#options.package, pattern: this.#options.pattern }
    checkOneOf(event, this.#options.events, { ...place, option: 'event' })
    const registration: Registration = {
      listener: checkFunction(listener, { ...place, option: 'listener' }) as Listener<never>,
    }
    this.#registrations.set(event, [...(this.#registrations.get(event) ?? []), registration])
    return () => this.#end(event, registration)
  }

  /** Whether anyone listens: ask before a payload is built. */
  has(event: keyof Events): boolean {
    return this.#registrations.has(event)
  }

  /** Tells those who listen. Never throws. */
  emit<Name extends keyof Events & string>(event: Name, payload: Events[Name]): void {
    for (const { listener } of this.#registrations.get(event) ?? []) {
      try {
        const returned: unknown = (listener as Listener<Events[Name]> | undefined)?.(payload)
        if (isPromise(returned)) Promise.resolve(returned).catch((error) => this.#report(error, event))
      } catch (error) {
        this.#report(error, event)
      }
    }
  }

  #end(event: keyof Events, registration: Registration): void {
    registration.listener = undefined
    const left = this.#registrations.get(event)?.filter((other) => other !== registration) ?? []
    if (left.length > 0) this.#registrations.set(event, left)
    else this.#registrations.delete(event)
  }

  #report(error: unknown, event: string): void {
    const { package: owner, pattern } = this.#options
    reportCallbackError(error, { package: owner, pattern, callback: `a listener of '${event}'` })
  }
}

/** Also one of another realm. Not all with a `then`: that of a query builder sends the query. */
function isPromise(value: unknown): boolean {
  return value instanceof Promise || Object.prototype.toString.call(value) === '[object Promise]'
}
