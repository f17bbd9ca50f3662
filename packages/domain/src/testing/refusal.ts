import { isAppError } from '@base/core/errors'
import { assert } from '@base/core/testing'

/** The error that a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  assert.ok(outcome !== undefined, 'it should have been refused, but was not')
  return outcome.error
}

/** Whether a promise rejects with an error of this code, and these details. */
export async function refuses(
  promise: Promise<unknown>,
  code: string,
  details?: Record<string, unknown>,
): Promise<void> {
  const error = await rejection(promise)
  if (!isAppError(error)) throw error
  assert.equal(error.code, code)
  for (const [name, value] of Object.entries(details ?? {}))
    assert.deepEqual(error.details?.[name], value, name)
}
