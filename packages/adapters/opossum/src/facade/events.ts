/** The events of an {@link OpossumFacade}, and the arguments that come with each, as opossum has them. */
export interface OpossumFacadeEvents {
  /** A call begins: its arguments. */
  readonly fire: [args: unknown[]]
  /** The action succeeded. */
  readonly success: [result: unknown, latency: number]
  /** The call failed, for whatever reason but that the circuit refused it. */
  readonly failure: [error: unknown, latency: number, args: unknown[]]
  /** A policy within gave up on it. */
  readonly timeout: [error: unknown, latency: number, args: unknown[]]
  /** The circuit refused it. */
  readonly reject: [error: unknown]
  /** A bulkhead refused it. */
  readonly semaphoreLocked: [error: unknown, latency: number]
  /** The fallback answered. */
  readonly fallback: [result: unknown, error: unknown]
  /** The circuit is open now. */
  readonly open: []
  /** The circuit is closed now. */
  readonly close: []
  /** The next call is a probe: how long the circuit was open, in milliseconds. */
  readonly halfOpen: [resetTimeout: number]
  /** It takes no calls any more. */
  readonly shutdown: []
}

/** All of them: others of opossum, such as `snapshot` and `cacheHit`, never come. */
export const EVENT_NAMES: readonly (keyof OpossumFacadeEvents)[] = [
  'fire',
  'success',
  'failure',
  'timeout',
  'reject',
  'semaphoreLocked',
  'fallback',
  'open',
  'close',
  'halfOpen',
  'shutdown',
]

/** What an {@link OpossumFacade} has counted since it was made. */
export interface OpossumFacadeStats {
  /** Calls. */
  readonly fires: number
  /** Those that the action answered. */
  readonly successes: number
  /** Those that failed, for whatever reason but that the circuit refused them. */
  readonly failures: number
  /** Those that the circuit refused. */
  readonly rejects: number
  /** Those that took too long. */
  readonly timeouts: number
  /** Those that the fallback answered. */
  readonly fallbacks: number
  /** Those that a bulkhead refused. */
  readonly semaphoreRejections: number
}
