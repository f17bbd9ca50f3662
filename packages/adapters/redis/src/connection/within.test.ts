import { deferred } from '@base-internal/tools/deferred'
import { describe, expect, test } from 'vitest'
import { type Attempt, within } from './within.js'

/** Runs what never settles, and gives its attempt. */
function hanging(timeout: number, signal?: AbortSignal) {
  let attempt: Attempt | undefined
  const answer = within(timeout, signal, (begun) => {
    attempt = begun
    return new Promise<never>(() => {})
  })
  return { attempt: attempt as unknown as Attempt, answer }
}

describe('the signal of an attempt whose caller goes', () => {
  test('aborts at the end of its time', async () => {
    const { attempt, answer } = hanging(20)
    const { gone } = attempt
    expect(gone.aborted).toBe(false)
    await expect(answer).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' })
    expect(gone.aborted).toBe(true)
  })

  test("aborts with the caller's own", async () => {
    const caller = new AbortController()
    const { attempt, answer } = hanging(60_000, caller.signal)
    const { gone } = attempt
    caller.abort('enough')
    await expect(answer).rejects.toBe('enough')
    expect(gone.aborted).toBe(true)
  })

  test('stands where the answer came', async () => {
    let gone: Attempt['gone'] | undefined
    await within(60_000, undefined, async (attempt) => {
      gone = attempt.gone
    })
    expect(gone?.aborted).toBe(false)
  })
})

test('a process that was busy itself before an answer was read does not blame the server, whatever else is over', async () => {
  const sleeper = new Int32Array(new SharedArrayBuffer(4))
  const answered = deferred<string>()
  // In the turn in which the first time is over, before anybody is told of that.
  setTimeout(() => {
    setImmediate(() => {
      // An answer that is read one turn later.
      const late = within<string>(20, undefined, () => new Promise((answer) => setImmediate(answer, 'heard')))
      late.then(answered.resolve, answered.reject)
      Atomics.wait(sleeper, 0, 0, 40)
    })
  }, 1)
  const { answer } = hanging(1)
  await expect(answer).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' })
  expect(await answered.promise).toBe('heard')
})
