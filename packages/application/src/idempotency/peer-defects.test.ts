import { TestClock } from '@base/core/testing'
import { deferred } from '@base-internal/tools/deferred'
import { describe, expect, test } from 'vitest'
import {
  createIdempotency,
  fingerprintOf,
  type Idempotency,
  type IdempotencyClaim,
  type IdempotencyOptions,
  type IdempotencyStore,
  memoryIdempotencyStore,
} from './index.js'

/** What other libraries get wrong, by their name and ours. Each was seen in the version that is named, or in the issue. */

/** Two processes on one store, of which the first can die. */
function processes(options: Partial<IdempotencyOptions> = {}) {
  const clock = new TestClock()
  const store = memoryIdempotencyStore({ clock })
  const claims: IdempotencyClaim[] = []
  let isDead = false
  const dying: IdempotencyStore = {
    claim: (claim) => {
      claims.push(claim)
      return store.claim(claim)
    },
    renew: (claim) => (isDead ? new Promise<boolean>(() => {}) : store.renew(claim)),
    complete: (claim, outcome) => store.complete(claim, outcome),
    release: (claim) => store.release(claim),
  }
  const other = createIdempotency({ store, clock, ...options })
  const first = createIdempotency({ ...options, store: dying, clock })
  const die = () => {
    isDead = true
  }
  return { clock, claims, first, other, die }
}

const never = (): never => expect.unreachable()
const failure = (promise: Promise<unknown>) => promise.then(never, (error: unknown) => error)

/** Runs a request that does not end, and lets its process die. */
function runThatDies({ first, die }: ReturnType<typeof processes>): void {
  void first.run('k', 'f', () => new Promise(() => {}))
  die()
}

describe('what Powertools for AWS Lambda 2.35 gets wrong, on Redis', () => {
  test('powertools-lambda #53: who dies in the middle blocks its key for a lease, not for the ttl', async () => {
    const both = processes({ lease: '30s', ttl: '24h' })
    runThatDies(both)
    await both.clock.advance('30s')
    expect(await both.other.run('k', 'f', ({ takeover }) => takeover)).toEqual({
      value: true,
      replayed: false,
    })
  })

  test('powertools-lambda-python #4759: there is no run without a lease', async () => {
    const { first, claims } = processes({ lease: 1 })
    await first.run('k', 'f', () => 1)
    expect(claims.map(({ lease }) => lease)).toEqual([1])
    const store = memoryIdempotencyStore()
    for (const lease of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => createIdempotency({ store, lease })).toThrow('lease must be more than 0')
  })

  test('powertools-lambda-python #8049: the lease is an option, and whoever takes over is told so', async () => {
    const both = processes({ lease: '1h' })
    runThatDies(both)
    await both.clock.advance('59m')
    expect(await failure(both.other.run('k', 'f', never))).toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' })
    await both.clock.advance('1m')
    expect((await both.other.run('k', 'f', ({ takeover }) => takeover)).value).toBe(true)
  })

  test('powertools-lambda-python #2490: an equal request can wait for the outcome', async () => {
    const { first, other, clock } = processes({ wait: '10s' })
    const { promise, resolve } = deferred<string>()
    const running = first.run('k', 'f', () => promise)
    const waiting = other.run('k', 'f', never)
    await clock.advance('5s')
    resolve('done')
    await running
    await clock.advance('1s')
    expect(await waiting).toEqual({ value: 'done', replayed: true })
  })

  test('powertools-lambda-python #8386, -typescript #5678: who is alive is not taken for dead, by none of 50', async () => {
    const { first, other, clock } = processes()
    let runs = 0
    const { promise, resolve } = deferred<void>()
    const fn = () => {
      runs++
      return promise
    }
    const all = Array.from({ length: 50 }, (_, n) => (n % 2 ? first : other).run('k', 'f', fn))
    const settled = Promise.allSettled(all)
    // Many times what it may be silent.
    await clock.advance('10m')
    resolve()
    const refused = (await settled).filter(({ status }) => status === 'rejected')
    expect([runs, refused.length]).toEqual([1, 49])
  })

  test('powertools-lambda-typescript #5714: who was taken over cannot overwrite what the other has done', async () => {
    const { first, other, clock, die } = processes()
    const { promise, resolve } = deferred<string>()
    const slow = failure(first.run('k', 'f', () => promise))
    die()
    await clock.advance('60s')
    await other.run('k', 'f', () => 'quick')
    resolve('slow')
    expect(await slow).toMatchObject({ code: 'LEASE_LOST' })
    expect(await other.run('k', 'f', never)).toEqual({ value: 'quick', replayed: true })
  })

  test('powertools-lambda-java #1285: a lease is over after its own time, in one unit', async () => {
    const both = processes({ lease: '30s' })
    runThatDies(both)
    await both.clock.advance(29_999)
    expect(await failure(both.other.run('k', 'f', never))).toMatchObject({ retryAfter: 1 })
    await both.clock.advance(1)
    expect((await both.other.run('k', 'f', ({ takeover }) => takeover)).value).toBe(true)
  })

  test('an outcome keeps the fingerprint of its request: not every repetition is a mismatch', async () => {
    const { first, other } = processes()
    await first.run('k', fingerprintOf({ sku: 'a' }), () => 'placed')
    expect((await other.run('k', fingerprintOf({ sku: 'a' }), never)).replayed).toBe(true)
    expect(await failure(other.run('k', fingerprintOf({ sku: 'b' }), never))).toMatchObject({
      code: 'IDEMPOTENCY_MISMATCH',
    })
  })

  test('what is given again has its types: no text where there was a Date, no {} where there was a Map', async () => {
    const { first, other } = processes()
    const value = { at: new Date(0), lines: new Map([['a', 1n]]), none: undefined }
    await first.run('k', 'f', () => value)
    expect((await other.run('k', 'f', never)).value).toStrictEqual(value)
  })

  test('a value that cannot be kept does not have its effect again', async () => {
    const { first, other } = processes()
    let effects = 0
    const fn = () => ({ id: ++effects, log: () => {} })
    expect(await failure(first.run('k', 'f', fn))).toMatchObject({ code: 'UNSUPPORTED' })
    expect(await failure(other.run('k', 'f', fn))).toMatchObject({ code: 'IDEMPOTENCY_RESULT_UNAVAILABLE' })
    expect(effects).toBe(1)
  })

  test('a store that fails once the effect is there does not make the request fail', async () => {
    const store = memoryIdempotencyStore()
    const broken: IdempotencyStore = {
      claim: (claim) => store.claim(claim),
      renew: (claim) => store.renew(claim),
      release: (claim) => store.release(claim),
      complete: () => Promise.reject(new RangeError('broken')),
    }
    const idempotency = createIdempotency({ store: broken, storeTimeout: 1 })
    expect(await idempotency.run('k', 'f', () => 'placed')).toEqual({
      value: 'placed',
      replayed: false,
      stored: false,
    })
  })

  test('a store that cannot free the key does not hide why the function failed', async () => {
    const store = memoryIdempotencyStore()
    const broken: IdempotencyStore = {
      claim: (claim) => store.claim(claim),
      renew: (claim) => store.renew(claim),
      complete: (claim, outcome) => store.complete(claim, outcome),
      release: () => Promise.reject(new RangeError('broken')),
    }
    const error = new Error('no stock')
    const run = createIdempotency({ store: broken }).run('k', 'f', () => Promise.reject(error))
    expect(await failure(run)).toBe(error)
  })
})

describe('what @node-idempotency/core 1.0.11 gets wrong', () => {
  test('an error frees the key: it does not block it for the ttl', async () => {
    const { first, other } = processes()
    await failure(first.run('k', 'f', () => Promise.reject(new Error('no stock'))))
    expect(await other.run('k', 'f', () => 'placed')).toEqual({ value: 'placed', replayed: false })
  })

  test('another payload is a mismatch also while the first is running', async () => {
    const { first, other } = processes()
    const { promise, resolve } = deferred<void>()
    const running = first.run('k', fingerprintOf({ x: 1 }), () => promise)
    await Promise.resolve()
    expect(await failure(other.run('k', fingerprintOf({ x: 2 }), never))).toMatchObject({
      code: 'IDEMPOTENCY_MISMATCH',
    })
    resolve()
    await running
  })

  test('the order of the keys in a payload makes no other request of it', async () => {
    const { first, other } = processes()
    await first.run('k', fingerprintOf({ a: 1, b: 2 }), () => 1)
    expect((await other.run('k', fingerprintOf({ b: 2, a: 1 }), never)).replayed).toBe(true)
  })

  test('nothing can be given again: it is told from a request that is new', async () => {
    const { first, other } = processes()
    let effects = 0
    const fn = () => {
      effects++
    }
    await first.run('k', 'f', fn)
    expect([(await other.run('k', 'f', fn)).replayed, effects]).toEqual([true, 1])
  })

  test('idempot-js #182: of two that ask at once, one has the key', async () => {
    const { first, other } = processes()
    const ask = (one: Idempotency, name: string) => one.run('k', 'f', () => Promise.resolve(name))
    const settled = await Promise.allSettled([ask(first, 'first'), ask(other, 'other')])
    expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })
})
