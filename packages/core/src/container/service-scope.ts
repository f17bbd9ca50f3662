import { invalidOption } from '../options/options.js'
import { attempt, type Closable, closeAll, type Failure, within } from './closing.js'
import type { Container } from './container.js'
import { Call, Creation, type Home } from './creation.js'
import { closedError, neverThereError, notResolvedError, oneOf, place, scopeRequiredError } from './errors.js'
import type { Dependencies, Registration, Registrations, Settings } from './registration.js'

/** What all scopes of one container share. */
export interface Plan extends Settings {
  readonly registrations: Registrations
  /** Names that cannot be had outside a scope. */
  readonly scopeOnly: ReadonlySet<string>
  /** How many closable services were made: the order of closing, over all scopes. */
  made: number
}

/** The container and each of its scopes: the same machine, with a root that holds the singletons. */
export class ServiceScope implements Container<Record<string, unknown>>, Home {
  readonly #plan: Plan
  readonly #parent: ServiceScope | undefined
  readonly #root: ServiceScope
  readonly #children = new Set<ServiceScope>()
  /** What is there to stay. */
  readonly #built = new Map<string, unknown>()
  /** What is in the making, or made by a call that may still fail. */
  readonly #creations = new Map<string, Creation>()
  readonly #closables = new Map<unknown, Closable>()
  readonly #calls = new Set<Promise<unknown>>()
  #closing: Promise<void> | undefined
  #closed = false

  constructor(plan: Plan, parent?: ServiceScope) {
    this.#plan = plan
    this.#parent = parent
    this.#root = parent === undefined ? this : parent.#root
    if (parent !== undefined) return
    for (const { name, lifetime, create } of plan.registrations.values()) {
      if (lifetime === 'value') this.#built.set(name, create({}))
    }
  }

  get(name: string): unknown {
    return this.#get(name, name)
  }

  resolve(name: string): Promise<unknown> {
    return this.#run(async (call) => (await this.#obtain(name, call)).instance)
  }

  async resolveAll(): Promise<void> {
    const singletons = [...this.#plan.registrations.values()].filter(
      ({ lifetime }) => lifetime === 'singleton',
    )
    await this.#run((call) => Promise.all(singletons.map(({ name }) => this.#obtain(name, call))))
  }

  createScope(): Container<Record<string, unknown>> {
    this.#checkOpen()
    const child = new ServiceScope(this.#plan, this)
    this.#children.add(child)
    return child
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** @internal */
  settle(creation: Creation): void {
    const { name, lifetime } = creation.registration
    if (lifetime === 'transient') return
    this.#creations.delete(name)
    this.#built.set(name, creation.instance)
  }

  /** @internal */
  discard(creation: Creation): Closable | undefined {
    const { name } = creation.registration
    if (this.#creations.get(name) === creation) this.#creations.delete(name)
    const closable = this.#closables.get(creation)
    this.#closables.delete(creation)
    return closable
  }

  /** Within the `get` of what was asked for. */
  #get(name: string, asked: string): unknown {
    const instance = this.#built.get(name)
    return instance === undefined ? this.#getOrMake(name, asked) : instance
  }

  #getOrMake(name: string, asked: string): unknown {
    if (this.#closed) throw closedError()
    const registration = this.#find(name)
    const home = this.#homeOf(registration)
    if (home.#built.has(name)) {
      const instance = home.#built.get(name)
      // The next `get` of a scope need not ask the container, which outlives it.
      this.#built.set(name, instance)
      return instance
    }
    home.#checkOpen()
    const creation = home.#creations.get(name)
    if (creation === undefined || !creation.isMade) return home.#makeNow(registration, creation, asked)
    // It stays, for its caller has it: a failure of the call that made it closes it no more.
    creation.keep()
    return creation.instance
  }

  /** Makes it at once; a `resolve` under way that has not come to its factory yet takes what that returned here. */
  #makeNow(registration: Registration, creation: Creation | undefined, asked: string): unknown {
    const { name, dependencies, lifetime } = registration
    if (creation?.returned !== undefined) throw notResolvedError(name)
    const values = dependencies.map((dependency) => this.#get(dependency, asked))
    const instance = registration.create(named(registration, values))
    if (creation !== undefined) creation.returned = { value: instance }
    if (isThenable(instance)) {
      if (lifetime === 'transient') this.#abandon(registration, instance)
      else if (creation === undefined) this.#adopt(registration, instance)
      throw lifetime === 'transient' ? neverThereError(name, asked) : notResolvedError(name)
    }
    this.#admit(registration, instance, creation ?? {})
    if (lifetime !== 'transient') this.#built.set(name, instance)
    creation?.make(instance)
    creation?.keep()
    return instance
  }

  /** What `get` found to be asynchronous is made all the same: a later `resolve` waits for it. */
  #adopt(registration: Registration, instance: PromiseLike<unknown>): void {
    const creation = this.#start(registration, async () => instance)
    creation.returned = { value: instance }
    this.#track(
      creation.made.then(
        () => creation.keep(),
        () => {},
      ),
    )
  }

  /** What `get` found to be asynchronous, and nobody can have later, is closed when it comes; what it needs, with the scope. */
  #abandon({ name, dispose }: Registration, instance: PromiseLike<unknown>): void {
    const close = async (made: unknown) =>
      dispose && this.#closeFailed([{ order: 0, name, instance: made, close: dispose }])
    this.#track(Promise.resolve(instance).then(close, () => {}))
  }

  /** Closing waits for it; it must not reject. */
  #track(running: Promise<unknown>): void {
    this.#calls.add(running)
    void running.then(() => this.#calls.delete(running))
  }

  async #run<T>(fn: (call: Call) => Promise<T>): Promise<T> {
    this.#checkOpen()
    const call = new Call()
    const running = this.#attempt(call, fn)
    this.#track(running.catch(() => call.late))
    return running
  }

  async #attempt<T>(call: Call, fn: (call: Call) => Promise<T>): Promise<T> {
    try {
      const value = await fn(call)
      call.keep()
      return value
    } catch (error) {
      await this.#giveUp(call)
      throw error
    }
  }

  /** Waits for what a failed call has started, but not for ever: what comes later is closed when it comes. */
  async #giveUp(call: Call): Promise<void> {
    const ended = () => Promise.allSettled(call.pending().map(({ made }) => made))
    await within(this.#plan, 'What a failed call has started did not end', ended).catch(() => {})
    const closed = () => this.#closeFailed(call.drop())
    call.late = Promise.all(call.pending().map(({ made }) => made.then(closed, closed)))
    await closed()
  }

  async #closeFailed(closables: readonly Closable[]): Promise<void> {
    const failures = await closeAll(closables, this.#plan)
    // The error of the call is the one to see; what then failed to close must not hide it, nor vanish.
    for (const [, failure] of failures) globalThis.process?.emitWarning?.(String(failure))
  }

  /** Boxed, for a value may be a promise, which a factory is given as it is. */
  async #obtain(name: string, call: Call, needer?: Creation): Promise<{ readonly instance: unknown }> {
    const registration = this.#find(name)
    const home = this.#homeOf(registration)
    if (home.#built.has(name)) return { instance: home.#built.get(name) }
    const running = registration.lifetime === 'transient' ? undefined : home.#creations.get(name)
    const creation = running ?? home.#start(registration, (own) => home.#make(own, call))
    needer?.needs.push(creation)
    call.hold(creation)
    return { instance: await creation.made }
  }

  #start(registration: Registration, make: (creation: Creation) => Promise<unknown>): Creation {
    const creation = new Creation(registration, this)
    if (registration.lifetime !== 'transient') this.#creations.set(registration.name, creation)
    creation.made = make(creation).then((instance) => {
      if (creation.isMade) return instance
      this.#admit(registration, instance, creation)
      creation.make(instance)
      return instance
    })
    creation.made.catch(() => {
      creation.hasFailed = true
      // It is not there: the next call tries anew.
      if (!creation.kept) this.discard(creation)
    })
    return creation
  }

  async #make(creation: Creation, call: Call): Promise<unknown> {
    const { registration } = creation
    const needed = registration.dependencies.map((dependency) => this.#obtain(dependency, call, creation))
    const instances = (await Promise.all(needed)).map(({ instance }) => instance)
    const services = named(registration, instances)
    creation.returned ??= { value: registration.create(services) }
    return creation.returned.value
  }

  /** Takes note of a new instance that has to be closed; one that comes after the end is closed at once. */
  #admit({ name, dispose }: Registration, instance: unknown, key: unknown): void {
    if (dispose !== undefined) {
      this.#closables.set(key, { order: this.#plan.made++, name, instance, close: dispose })
    }
    if (!this.#closed) return
    void this.#closeServices()
    throw closedError()
  }

  async #close(): Promise<void> {
    const failures: Failure[] = []
    for (const child of [...this.#children].reverse()) await attempt('a scope', () => child.close(), failures)
    const made = () => within(this.#plan, 'What is in the making did not end', () => Promise.all(this.#calls))
    await attempt('what is in the making', made, failures)
    this.#closed = true
    // From here on it gives out nothing, for what it has is being closed.
    this.#built.clear()
    failures.push(...(await this.#closeServices()))
    if (this.#parent !== undefined) this.#parent.#children.delete(this)
    if (failures.length === 0) return
    const names = failures.map(([name]) => name).join(', ')
    const errors = failures.map(([, error]) => error)
    throw new AggregateError(errors, `Closing the container failed for: ${names}.`)
  }

  #closeServices(): Promise<readonly Failure[]> {
    const closables = [...this.#closables.values()]
    this.#closables.clear()
    return closeAll(closables, this.#plan)
  }

  #find(name: string): Registration {
    const { registrations } = this.#plan
    const registration = registrations.get(name)
    if (registration === undefined) throw invalidOption(name, place('name'), oneOf(registrations.keys()))
    if (this === this.#root && this.#plan.scopeOnly.has(name)) throw scopeRequiredError(name)
    return registration
  }

  #homeOf({ lifetime }: Registration): ServiceScope {
    return lifetime === 'singleton' || lifetime === 'value' ? this.#root : this
  }

  #checkOpen(): void {
    for (let scope: ServiceScope | undefined = this; scope !== undefined; scope = scope.#parent) {
      if (scope.#closing !== undefined) throw closedError()
    }
  }
}

function named({ dependencies }: Registration, values: readonly unknown[]): Dependencies {
  const services: Record<string, unknown> = {}
  for (const [index, name] of dependencies.entries()) {
    // A service may bear this name too; an assignment would change what the object is.
    if (name === '__proto__')
      Object.defineProperty(services, name, { value: values[index], enumerable: true })
    else services[name] = values[index]
  }
  return services
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  return typeof (value as { then?: unknown }).then === 'function'
}
