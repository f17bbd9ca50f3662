import type { Clock } from '../clock/clock.js'
import { systemClock } from '../clock/system-clock.js'
import { type Duration, toMilliseconds } from '../duration/duration.js'
import { checkMethods, checkOptions } from '../options/options.js'
import type { Container } from './container.js'
import { place } from './errors.js'
import { RegistrationBuilder } from './registration-builder.js'

const DEFAULT_DISPOSE_TIMEOUT: Duration = '5s'

/** Options of {@link createContainer}. */
export interface ContainerOptions {
  /**
   * How long one service may take to close, and how long a failed `resolve` and `close` wait for what is in the making;
   * more than 0. @defaultValue '5s'
   */
  readonly disposeTimeout?: Duration | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/** Options of one service. */
export interface ServiceOptions<Instance> {
  /**
   * Closes the instance when its container or scope closes. Without it nothing is closed, whatever the instance can do:
   * it may be somebody else's.
   */
  readonly dispose?: ((instance: Instance) => unknown) | undefined
}

/** What takes the place of a name that another service has; `override` replaces a service. Nothing is of this type. */
export interface NeedsANewName {
  /** What the name would have to be. */
  readonly [NEEDS]: 'new (use override to replace a service)'
}

declare const NEEDS: unique symbol

/** The name of a service that was not registered before. @inline */
type Fresh<Name extends string, Services> = Name extends keyof Services ? NeedsANewName : Name

/** The scoped names, and this one too if it needs one of them. @inline */
type Holding<Name, Needed, Scoped> = [Needed & Scoped] extends [never] ? Scoped : Scoped | Name

/**
 * Describes services by name, one after the other: each names what it needs among those before it, and the compiler
 * knows their types. Every step returns a new builder, so that a test overrides a part without touching the original.
 */
export interface ContainerBuilder<Services extends object, Scoped extends keyof Services = never> {
  /** Something that is there already, handed out as it is, were it a promise. The container never closes it. */
  value<Name extends string, Instance>(
    name: Fresh<Name, Services>,
    instance: Instance,
  ): ContainerBuilder<Services & { readonly [N in Name]: Instance }, Scoped>

  /** One for the container and all its scopes. It cannot need what lives in a scope. */
  singleton<Name extends string, Instance, Needed extends Exclude<keyof Services, Scoped> & string = never>(
    name: Fresh<Name, Services>,
    dependencies: readonly Needed[],
    create: (services: Pick<Services, Needed>) => Instance,
    options?: ServiceOptions<Awaited<Instance>>,
  ): ContainerBuilder<Services & { readonly [N in Name]: Awaited<Instance> }, Scoped>

  /** One for each scope. */
  scoped<Name extends string, Instance, Needed extends keyof Services & string = never>(
    name: Fresh<Name, Services>,
    dependencies: readonly Needed[],
    create: (services: Pick<Services, Needed>) => Instance,
    options?: ServiceOptions<Awaited<Instance>>,
  ): ContainerBuilder<Services & { readonly [N in Name]: Awaited<Instance> }, Scoped | Name>

  /**
   * A new one each time. With `dispose` it is kept until the container or scope that made it closes: ask a scope for
   * those.
   */
  transient<Name extends string, Instance, Needed extends keyof Services & string = never>(
    name: Fresh<Name, Services>,
    dependencies: readonly Needed[],
    create: (services: Pick<Services, Needed>) => Instance,
    options?: ServiceOptions<Awaited<Instance>>,
  ): ContainerBuilder<Services & { readonly [N in Name]: Awaited<Instance> }, Holding<Name, Needed, Scoped>>

  /**
   * Replaces a registered service, of whatever lifetime, by something that is there already: for tests. By its type, a
   * transient that needed a scope because of it is still asked of one.
   *
   * @throws InvalidOptionError for a name that nobody registered.
   */
  override<Name extends keyof Services & string>(
    name: Name,
    instance: Services[Name],
  ): ContainerBuilder<Services, Exclude<Scoped, Name>>

  /**
   * Checks the whole graph and makes the container. Nothing is made yet.
   *
   * @throws ContainerError `CONTAINER_GRAPH` naming every missing dependency, every cycle with its path, and every
   * scoped service that a singleton would hold.
   */
  build(): Container<Services, Scoped>
}

/**
 * Starts to describe a container: a typed registry of services that makes each when it is first needed and closes
 * them in reverse order.
 *
 * @example
 * const container = createContainer()
 *   .value('url', 'postgres://localhost/orders')
 *   .singleton('db', ['url'], async ({ url }) => connect(url), { dispose: (db) => db.close() })
 *   .scoped('orders', ['db'], ({ db }) => new Orders(db))
 *   .build()
 * await container.resolve('db')
 * const orders = container.createScope().get('orders')
 *
 * @throws {@link InvalidOptionError} naming the option.
 */
export function createContainer(options: ContainerOptions = {}): ContainerBuilder<object> {
  const { clock, disposeTimeout } = checkOptions(options, place('options'))
  const settings = {
    clock: checkMethods(clock ?? systemClock, ['schedule'], place('clock')),
    disposeTimeout: toMilliseconds(disposeTimeout ?? DEFAULT_DISPOSE_TIMEOUT, {
      ...place('disposeTimeout'),
      positive: true,
    }),
  }
  return new RegistrationBuilder(settings, new Map()) as unknown as ContainerBuilder<object>
}
