import { err, ok } from './ok-err.js'
import type { Result } from './result.js'

/**
 * Runs code that throws, and returns what it throws as an error. Without `mapError` the error is `unknown`: anything can
 * be thrown. Catches what `run` throws and nothing else; what `mapError` throws is thrown.
 *
 * For code that returns a promise use {@link fromPromise}: `attempt` does not wait, so a rejection would go unhandled.
 *
 * @example
 * const url = attempt(() => new URL(text), () => 'not_a_url' as const) // Result<URL, 'not_a_url'>
 */
export function attempt<T>(run: () => T): Result<T, unknown>
export function attempt<T, const E>(run: () => T, mapError: (thrown: unknown) => E): Result<T, E>
export function attempt<T>(run: () => T, mapError?: (thrown: unknown) => unknown): Result<T, unknown> {
  let value: T
  try {
    value = run()
  } catch (thrown) {
    return err(mapError === undefined ? thrown : mapError(thrown))
  }
  return ok(value)
}

/**
 * Waits for a promise, and returns its rejection as an error. Given a function, calls it at once and catches what it
 * throws before it returns the promise too. Without `mapError` the error is `unknown`. The returned promise rejects
 * only with what `mapError` throws.
 *
 * @example
 * const response = await fromPromise(fetch(url), (cause) => ({ type: 'unreachable', cause }) as const)
 * const user = await fromPromise(() => client.users.find(id)) // Result<User, unknown>
 */
export function fromPromise<T>(promise: PromiseLike<T> | (() => PromiseLike<T>)): Promise<Result<T, unknown>>
export function fromPromise<T, const E>(
  promise: PromiseLike<T> | (() => PromiseLike<T>),
  mapError: (thrown: unknown) => E,
): Promise<Result<T, E>>
export async function fromPromise<T>(
  promise: PromiseLike<T> | (() => PromiseLike<T>),
  mapError?: (thrown: unknown) => unknown,
): Promise<Result<T, unknown>> {
  let value: T
  try {
    // Awaited, not chained: the async stack of the caller stays whole.
    value = await (typeof promise === 'function' ? promise() : promise)
  } catch (thrown) {
    return err(mapError === undefined ? thrown : mapError(thrown))
  }
  return ok(value)
}
