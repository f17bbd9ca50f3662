import type { Clock } from '../clock/clock.js'
import { systemClock } from '../clock/system-clock.js'
import { type Duration, toMilliseconds } from '../duration/duration.js'
import { InvalidOptionError } from '../errors/invalid-option-error.js'
import { checkGraph, needsScope } from './graph.js'
import type { Lifetime, Registration, Registrations } from './registration.js'
import { ServiceScope } from './service-scope.js'

const DEFAULT_DISPOSE_TIMEOUT: Duration = '5s'

interface Settings {
  readonly clock: Clock
  readonly disposeTimeout: number
}

/** The builder behind its types: checks what JavaScript may pass, and copies at each step. */
export class RegistrationBuilder {
  readonly #settings: Settings
  readonly #registrations: Registrations

  constructor(settings: Settings, registrations: Registrations) {
    this.#settings = settings
    this.#registrations = registrations
  }

  value(name: string, instance: unknown): RegistrationBuilder {
    this.#checkNew(name)
    return this.#with({ name, lifetime: 'value', dependencies: [], create: () => instance })
  }

  singleton(name: string, dependencies: unknown, create: unknown, options?: object): RegistrationBuilder {
    return this.#withFactory('singleton', name, dependencies, create, options)
  }

  scoped(name: string, dependencies: unknown, create: unknown, options?: object): RegistrationBuilder {
    return this.#withFactory('scoped', name, dependencies, create, options)
  }

  transient(name: string, dependencies: unknown, create: unknown, options?: object): RegistrationBuilder {
    return this.#withFactory('transient', name, dependencies, create, options)
  }

  override(name: string, instance: unknown): RegistrationBuilder {
    if (!this.#registrations.has(name)) {
      throw invalid('override name', `one of ${[...this.#registrations.keys()].join(', ')}`, name)
    }
    return this.#with({ name, lifetime: 'value', dependencies: [], create: () => instance })
  }

  build(): ServiceScope {
    const registrations = this.#registrations
    checkGraph(registrations)
    const scopeOnly = [...registrations.values()].filter((registration) =>
      needsScope(registration, registrations),
    )
    return new ServiceScope({
      ...this.#settings,
      registrations,
      scopeOnly: new Set(scopeOnly.map(({ name }) => name)),
      made: 0,
    })
  }

  #withFactory(
    lifetime: Lifetime,
    name: string,
    dependencies: unknown,
    create: unknown,
    { dispose }: { dispose?: unknown } = {},
  ): RegistrationBuilder {
    this.#checkNew(name)
    if (!isNames(dependencies)) throw invalid(`dependencies of '${name}'`, 'an array of names', dependencies)
    if (!isFactory(create)) throw invalid(`the factory of '${name}'`, 'a function', create)
    if (dispose !== undefined && !isFactory(dispose))
      throw invalid(`dispose of '${name}'`, 'a function', dispose)
    return this.#with({ name, lifetime, dependencies: [...new Set(dependencies)], create, dispose })
  }

  #with(registration: Registration): RegistrationBuilder {
    return new RegistrationBuilder(
      this.#settings,
      new Map(this.#registrations).set(registration.name, registration),
    )
  }

  #checkNew(name: unknown): void {
    if (typeof name !== 'string' || name === '') throw invalid('name', 'a text that is not empty', name)
    if (this.#registrations.has(name)) throw invalid('name', 'new (use override to replace a service)', name)
  }
}

/** Reads the container's options. */
export function readSettings({
  clock,
  disposeTimeout,
}: {
  clock?: Clock
  disposeTimeout?: Duration
}): Settings {
  return {
    clock: clock ?? systemClock,
    disposeTimeout: toMilliseconds(disposeTimeout ?? DEFAULT_DISPOSE_TIMEOUT, {
      pattern: 'Container',
      option: 'disposeTimeout',
      positive: true,
    }),
  }
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string')
}

function isFactory(value: unknown): value is (argument: unknown) => unknown {
  return typeof value === 'function'
}

function invalid(option: string, allowed: string, received: unknown): InvalidOptionError {
  return new InvalidOptionError({ package: '@base/core', pattern: 'Container', option, allowed, received })
}
