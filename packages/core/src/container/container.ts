/**
 * Services by name, made when first asked for. A scope is a container of its own for what lives shorter, such as a
 * request; it shares the singletons.
 */
export interface Container<Services extends object, Scoped extends keyof Services = never> {
  /**
   * A service, at once. Makes it if it must, with what it needs.
   *
   * @throws ContainerError `CONTAINER_NOT_RESOLVED` where it, or what it needs, is made asynchronously and is not there
   * yet: `await resolve` it first, and an asynchronous transient, which never is, instead; `CONTAINER_SCOPE_REQUIRED`;
   * `CONTAINER_CLOSED` once it closes, but for what is there already, until the first of its own services is closed.
   * @throws InvalidOptionError for a name that nobody registered.
   */
  get<Name extends Exclude<keyof Services, Scoped>>(name: Name): Services[Name]

  /**
   * A service, made if it must be, with what it needs; factories that do not wait for each other run at the same time.
   * Callers of one service share its making. If a factory fails, what this call made and nobody else uses is closed,
   * the last first; the factory's error comes through untouched, and a later call tries anew. What is then still in the
   * making is waited for no longer than `disposeTimeout`, and closed when it comes.
   *
   * A factory gets what it names; one that asks the container itself for a service that needs its own waits for ever.
   */
  resolve<Name extends Exclude<keyof Services, Scoped>>(name: Name): Promise<Services[Name]>

  /** Makes every singleton now, so that `get` has to wait for none. Scoped services and transients are not made. */
  resolveAll(): Promise<void>

  /** A container for what lives shorter: it has `scoped` services of its own, and this one's singletons. Close it: it is held until then. */
  createScope(): Container<Services>

  /**
   * Closes scopes first, then services, the last made first, one after the other; a service that fails or takes longer
   * than `disposeTimeout` does not keep the others from closing. Waits for services in the making. A second call
   * returns the first one's promise.
   *
   * @throws AggregateError with every failure, naming the services in its message.
   */
  close(): Promise<void>

  /** {@link Container.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}
