import type { Component } from './component.js'

/**
 * Where a service stands: `idle` until started, `starting`, `running`, `stopping`, and at the end `stopped`, or `failed`
 * if a start failed or a stop failed or hung.
 */
export type LifecycleState = 'idle' | 'starting' | 'running' | 'stopping' | 'stopped' | 'failed'

/** Starts the parts of a service in order, and stops them in reverse. */
export interface Lifecycle {
  /**
   * Adds a component, before the start.
   *
   * @throws InvalidOptionError for a wrong or taken name; ConflictError once started.
   */
  add(component: Component): this

  /**
   * Starts every component, one after the other: what it depends on first, otherwise as added. If one fails, those that
   * have started are stopped in reverse, and its error comes through untouched. While it starts or runs a second call
   * returns the first one's promise.
   *
   * @throws InvalidOptionError for an unknown dependency or a cycle, before anything starts; CancelledError if `stop`
   * came meanwhile; ConflictError once it was told to stop or has failed, for a lifecycle is lived once.
   */
  start(): Promise<void>

  /**
   * Waits `drainDelay`, then stops what has started, the last first, one after the other; one that fails does not keep
   * the others from stopping. Before the start it does nothing but end the lifecycle. A second call returns the first
   * one's promise.
   *
   * @throws TimeoutError after `shutdownTimeout`, naming what hangs and what was not stopped for it, or before, naming a part
   * that only its aborted signal has ended, by an error; AggregateError with every error of a `stop`, naming the components in its message.
   */
  stop(): Promise<void>

  /** Where it stands; a readiness check answers 200 only while it is `running`. */
  readonly state: LifecycleState

  /** {@link Lifecycle.stop}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}
