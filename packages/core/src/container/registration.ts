import type { Clock } from '../clock/clock.js'

/** The options of a container, checked. */
export interface Settings {
  readonly clock: Clock
  readonly disposeTimeout: number
}

/** How long a service lives: as the container, as a scope, or as the call that asked. */
export type Lifetime = 'value' | 'singleton' | 'scoped' | 'transient'

/** What a factory is given: the services that it named, by their names. */
export type Dependencies = Readonly<Record<string, unknown>>

/** One registered service, without its type. */
export interface Registration {
  readonly name: string
  readonly lifetime: Lifetime
  readonly dependencies: readonly string[]
  readonly create: (dependencies: Dependencies) => unknown
  readonly dispose?: ((instance: unknown) => unknown) | undefined
}

/** Every registered service by its name, in the order of registration. */
export type Registrations = ReadonlyMap<string, Registration>
