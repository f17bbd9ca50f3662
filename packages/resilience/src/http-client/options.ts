import type { Clock } from '@base/core/clock'
import type { Duration } from '@base/core/duration'
import type { CircuitBreakerRegistryOptions } from '../circuit-breaker/registry.js'
import type { RetryOptions } from '../retry/retry.js'

/** How what failed is tried again: as by a `Retry`, which decides for itself what is. */
export type HttpRetryOptions = Pick<
  RetryOptions,
  'maxAttempts' | 'backoff' | 'maxElapsed' | 'budget' | 'respectRetryAfter'
>

/** How the breaker of each host judges, which decides for itself what is a failure. */
export type HttpBreakerOptions = Omit<
  CircuitBreakerRegistryOptions,
  'isFailure' | 'isFailureResult' | 'clock' | 'random'
>

/** Options of `resilientFetch`; checked and read once. */
export interface ResilientFetchOptions {
  /**
   * Names it in errors, events and telemetry, and its breakers `<name>/<host>`; few distinct values.
   * @defaultValue 'http-client', and breakers by their host alone
   */
  readonly name?: string | undefined
  /**
   * What relative inputs are appended to, below its path; `'/users'` and `'users'` are the same. With it only what is
   * below it can be called: any other input is refused. A query or a fragment is refused, for no call would have them. Where the
   * server redirects to is up to `redirect`, as in `fetch`. @defaultValue none: inputs are absolute
   */
  readonly baseUrl?: string | URL | undefined
  /**
   * How long a call may take in all: attempts, pauses, and the body of the response. The `deadline` in context counts
   * where it is earlier. More than 0; Infinity sets no limit. @defaultValue '30s'
   */
  readonly timeout?: Duration | undefined
  /** How long one attempt may take until there is a response, more than 0, or Infinity. @defaultValue '10s' */
  readonly attemptTimeout?: Duration | undefined
  /**
   * How 429, 500, 502, 503, 504, connection errors and attempts that took too long are tried again; `false` never. No pause
   * is begun that would last to the end of `timeout`. @defaultValue as `new Retry()`
   */
  readonly retry?: HttpRetryOptions | false | undefined
  /**
   * How the breakers judge, one for each `host` of a URL, so that the default ports of http and https share one; `false`
   * for none. @defaultValue as `new CircuitBreaker()`, 1,000 hosts
   */
  readonly breaker?: HttpBreakerOptions | false | undefined
  /** The header that carries the `correlationId` in context; `false` for none. @defaultValue 'x-correlation-id' */
  readonly correlationHeader?: string | false | undefined
  /** Whether an answer of type application/problem+json is thrown, as `HttpProblemError`. @defaultValue false */
  readonly throwProblems?: boolean | undefined
  /** What sends a request. @defaultValue the global `fetch`, as it is when a call is made */
  readonly fetch?: typeof globalThis.fetch | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
  /** Source of chance for the pauses. @defaultValue Math.random */
  readonly random?: (() => number) | undefined
}
