import { checkFunction, checkOptions, checkText, invalidOption } from '../options/options.js'
import { oneOf, place } from './errors.js'
import { checkGraph, needsScope } from './graph.js'
import type { Lifetime, Registration, Registrations, Settings } from './registration.js'
import { ServiceScope } from './service-scope.js'

type Factory = Registration['create']
type Closing = Pick<Registration, 'dispose'>

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

  singleton(name: string, dependencies: unknown, create: Factory, options?: Closing): RegistrationBuilder {
    return this.#withFactory('singleton', name, dependencies, create, options)
  }

  scoped(name: string, dependencies: unknown, create: Factory, options?: Closing): RegistrationBuilder {
    return this.#withFactory('scoped', name, dependencies, create, options)
  }

  transient(name: string, dependencies: unknown, create: Factory, options?: Closing): RegistrationBuilder {
    return this.#withFactory('transient', name, dependencies, create, options)
  }

  override(name: string, instance: unknown): RegistrationBuilder {
    if (!this.#registrations.has(name)) {
      throw invalidOption(name, place('override name'), oneOf(this.#registrations.keys()))
    }
    return this.#with({ name, lifetime: 'value', dependencies: [], create: () => instance })
  }

  build(): ServiceScope {
    const registrations = this.#registrations
    checkGraph(registrations)
    const scopeOnly = new Set<string>()
    for (const registration of registrations.values())
      if (needsScope(registration, registrations)) scopeOnly.add(registration.name)
    return new ServiceScope({ ...this.#settings, registrations, scopeOnly, made: 0 })
  }

  #withFactory(
    lifetime: Lifetime,
    name: string,
    dependencies: unknown,
    create: Factory,
    options: Closing = {},
  ): RegistrationBuilder {
    this.#checkNew(name)
    const { dispose } = checkOptions(options, place(`options of '${name}'`))
    if (!isNames(dependencies))
      throw invalidOption(dependencies, place(`dependencies of '${name}'`), 'an array of names')
    checkFunction(create, place(`the factory of '${name}'`))
    if (dispose !== undefined) checkFunction(dispose, place(`dispose of '${name}'`))
    return this.#with({ name, lifetime, dependencies: [...new Set(dependencies)], create, dispose })
  }

  #with(registration: Registration): RegistrationBuilder {
    return new RegistrationBuilder(
      this.#settings,
      new Map(this.#registrations).set(registration.name, registration),
    )
  }

  #checkNew(name: unknown): void {
    const known = checkText(name, place('name'))
    if (this.#registrations.has(known))
      throw invalidOption(name, place('name'), 'new (use override to replace a service)')
  }
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string')
}
