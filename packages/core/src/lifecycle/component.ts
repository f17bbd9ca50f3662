/** What a component's `start` and `stop` are given. */
export interface LifecycleContext {
  /**
   * In `start`: aborts when the service is told to stop meanwhile, and never once all has started. In `stop`: aborts when a
   * tenth of `shutdownTimeout` is left, or a second if that is less: what ends then, such as by cutting its connections, has
   * stopped in time, and so can the parts below, whose own signals abort as soon as their `stop` was called.
   */
  readonly signal: AbortSignal
}

/** A part of a service that is started and stopped: a server, a pool, a consumer. */
export interface Component {
  /** Names it in errors, and in the `dependsOn` of others; unique, not empty. */
  readonly name: string
  /** Starts it; what depends on it waits. @defaultValue nothing to do */
  readonly start?: ((context: LifecycleContext) => unknown) | undefined
  /** Stops it, and waits for what is in flight. Called once, and only if its start has succeeded, were it after the deadline. @defaultValue nothing to do */
  readonly stop?: ((context: LifecycleContext) => unknown) | undefined
  /** Names of components that start before it and stop after it, added before or after it. @defaultValue [] */
  readonly dependsOn?: readonly string[] | undefined
}
