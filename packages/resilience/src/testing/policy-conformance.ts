import { assert, type ConformanceOptions, laws, type Make } from '@base/core/testing'
import type { Policy, PolicyContext } from '../policy/policy.js'

/** What is tested: a policy in a state in which calls pass, and that does not answer in place of the function. */
export type PolicySubject = Policy<unknown>

/** So many steps of a minute, at most, until whatever a policy waits for is over. */
const STEPS = 60
/** Before a step, for calls that run one after the other in real time. */
const TURNS = 10

/**
 * What every {@link Policy} must do; a policy is one when it passes this.
 *
 * `make` gives a fresh policy that lets calls pass: a circuit that is closed, a bulkhead with room for five, a fallback
 * that handles nothing. `advance(d)` lets time pass for it.
 *
 * @example
 * import { TestClock } from '@base/core/testing'
 * import { CircuitBreaker } from '@base/resilience/circuit-breaker'
 * import { policyConformance } from '@base/resilience/testing'
 * import { test } from 'vitest'
 *
 * policyConformance(
 *   () => {
 *     const clock = new TestClock()
 *     return { subject: new CircuitBreaker({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
 *   },
 *   { test },
 * )
 */
export function policyConformance(make: Make<PolicySubject>, options: ConformanceOptions): void {
  const register = laws('Policy', make, options)
  const law: Law = (name, prove) =>
    register(name, (policy, advance) => prove(policy, (promise) => settle(promise, advance)))
  outcomes(law)
  failures(law)
  cancellation(law)
  calls(law)
}

type Law = (name: string, prove: (policy: PolicySubject, settled: Settled) => Promise<void>) => void
type Outcome = { readonly value: unknown } | { readonly error: unknown }
type Settled = (promise: Promise<unknown>) => Promise<Outcome>

function outcomes(law: Law): void {
  law('the very value that the function gives is returned', async (policy, settled) => {
    const value = { id: 7 }
    for (const given of [value, undefined, null, 0]) {
      const outcome = await settled(policy.execute(async () => given))
      assert.ok('value' in outcome && Object.is(outcome.value, given), `${String(given)} came back changed`)
    }
  })

  law('a value that is no promise is returned as well', async (policy, settled) => {
    assert.deepEqual(await settled(policy.execute(() => 42)), { value: 42 })
  })

  law('a promise that is not native is asked once', async (policy, settled) => {
    let asked = 0
    const thenable = {
      // biome-ignore lint/suspicious/noThenProperty: a promise that is not native is what this is about.
      then(resolve: (value: number) => void): void {
        asked++
        resolve(42)
      },
    }
    const outcome = await settled(policy.execute(() => thenable as unknown as PromiseLike<number>))
    assert.deepEqual([outcome, asked], [{ value: 42 }, 1])
  })
}

function failures(law: Law): void {
  law('the very error that the function rejects with is rethrown', async (policy, settled) => {
    const error = Object.freeze(new Error('no answer'))
    const outcome = await settled(policy.execute(() => Promise.reject(error)))
    assert.ok('error' in outcome && outcome.error === error)
  })

  law('what is thrown need not be an Error', async (policy, settled) => {
    assert.deepEqual(await settled(policy.execute(() => Promise.reject('no answer'))), {
      error: 'no answer',
    })
  })

  law('a synchronous throw is a rejection', async (policy, settled) => {
    const error = new Error('no answer')
    const promise = policy.execute(() => {
      throw error
    })
    const outcome = await settled(promise)
    assert.ok('error' in outcome && outcome.error === error)
  })

  law('what is no function is a rejection', async (policy, settled) => {
    const outcome = await settled(policy.execute(undefined as never))
    assert.ok('error' in outcome)
  })
}

function cancellation(law: Law): void {
  aborts(law)
  afterAborts(law)
}

function aborts(law: Law): void {
  law('a signal that has aborted rejects with its reason, and nothing is called', async (policy, settled) => {
    const reason = new Error('not wanted')
    let called = false
    const promise = policy.execute(
      () => {
        called = true
      },
      { signal: AbortSignal.abort(reason) },
    )
    const outcome = await settled(promise)
    assert.ok('error' in outcome && outcome.error === reason)
    assert.equal(called, false)
  })

  law(
    'an abort reaches the function, whose failure then is the reason of the abort',
    async (policy, settled) => {
      const reason = new Error('not wanted')
      const controller = new AbortController()
      let heard: unknown
      const promise = policy.execute(({ signal }) => untilAborted(signal, (why) => (heard = why)), {
        signal: controller.signal,
      })
      await turn()
      controller.abort(reason)
      const outcome = await settled(promise)
      assert.ok('error' in outcome && outcome.error === reason)
      assert.equal(heard, reason)
    },
  )
}

function afterAborts(law: Law): void {
  law(
    'a success that comes after an abort is returned, where the call has not ended by then',
    async (policy, settled) => {
      const reason = new Error('not wanted')
      const controller = new AbortController()
      let finish = (_value: number): void => {}
      const promise = policy.execute(() => new Promise<number>((resolve) => (finish = resolve)), {
        signal: controller.signal,
      })
      let hasEnded = false
      const end = (): void => {
        hasEnded = true
      }
      promise.then(end, end)
      await turn()
      controller.abort(reason)
      await turn()
      // Work that is done, and may have been paid for.
      const expected = hasEnded ? { error: reason } : { value: 42 }
      finish(42)
      assert.deepEqual(await settled(promise), expected)
    },
  )

  law('no listener is left on the signal', async (policy, settled) => {
    const { signal } = new AbortController()
    await settled(policy.execute(async (ctx) => ctx.signal.aborted, { signal }))
    await settled(policy.execute(() => Promise.reject(new Error('no answer')), { signal }))
    assert.equal(listenersOf(signal), 0)
  })
}

function calls(law: Law): void {
  contexts(law)
  wrappedFunctions(law)
}

function contexts(law: Law): void {
  law('the function is told its signal, its attempt and its key', async (policy, settled) => {
    let told: Partial<PolicyContext> = {}
    const promise = policy.execute(
      (ctx) => {
        told = { signal: ctx.signal, attempt: ctx.attempt, key: ctx.key, waitUntil: ctx.waitUntil }
      },
      { key: 'tenant-1' },
    )
    await settled(promise)
    assert.ok(told.signal instanceof AbortSignal && !told.signal.aborted)
    assert.deepEqual([told.attempt, told.key, typeof told.waitUntil], [1, 'tenant-1', 'function'])
  })

  law('waitUntil can be taken out of the context', async (policy, settled) => {
    const promise = policy.execute(async ({ waitUntil }) => {
      waitUntil(turn())
      return 42
    })
    assert.deepEqual(await settled(promise), { value: 42 })
  })

  law('a signal does not abort after its function has returned', async (policy, settled) => {
    let signal: AbortSignal | undefined
    await settled(policy.execute(async (ctx) => (signal = ctx.signal)))
    await settled(policy.execute(() => 1))
    assert.equal(signal?.aborted, false)
  })
}

function wrappedFunctions(law: Law): void {
  law('a wrapped function keeps this and its arguments', async (policy, settled) => {
    const account = {
      balance: 40,
      add: policy.wrap(async function (this: { balance: number }, more: number, factor: number) {
        return this.balance + more * factor
      }),
    }
    assert.deepEqual(await settled(account.add(1, 2)), { value: 42 })
  })

  law('a wrapped function is told its arguments alone', async (policy, settled) => {
    const promise = policy.wrap((...args: unknown[]) => args)('a', undefined)
    assert.deepEqual(await settled(promise), { value: ['a', undefined] })
  })

  law('a synchronous throw of a wrapped function is a rejection', async (policy, settled) => {
    const error = new Error('no answer')
    const promise = policy.wrap(() => {
      throw error
    })()
    const outcome = await settled(promise)
    assert.ok('error' in outcome && outcome.error === error)
  })

  law('calls at one time do not know each other', async (policy, settled) => {
    const promises = [0, 1, 2, 3, 4].map((index) =>
      policy.execute(async () => {
        // No timer: the clock must not move before the last of them has had its turn.
        await Promise.resolve()
        return index
      }),
    )
    assert.deepEqual(await settled(Promise.all(promises)), { value: [0, 1, 2, 3, 4] })
  })
}

/** Lets time pass until a call has settled. */
async function settle(promise: Promise<unknown>, advance: (d: number) => unknown): Promise<Outcome> {
  let outcome: Outcome | undefined
  promise.then(
    (value) => {
      outcome = { value }
    },
    (error: unknown) => {
      outcome = { error }
    },
  )
  for (let step = 0; step < STEPS && outcome === undefined; step++) {
    for (let given = 0; given < TURNS && outcome === undefined; given++) await turn()
    if (outcome === undefined) await advance(60_000)
  }
  assert.ok(outcome !== undefined, 'the call has not settled')
  return outcome as Outcome
}

function untilAborted(signal: AbortSignal, onAbort: (reason: unknown) => void): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener(
      'abort',
      () => {
        onAbort(signal.reason)
        reject(new Error('given up'))
      },
      { once: true },
    )
  })
}

/** As many listeners as Node knows of; 0 where there is no Node to ask. */
function listenersOf(signal: AbortSignal): number {
  const events = globalThis.process?.getBuiltinModule?.('node:events')
  return events?.getEventListeners(signal, 'abort').length ?? 0
}

/** All that is ready to run. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}
