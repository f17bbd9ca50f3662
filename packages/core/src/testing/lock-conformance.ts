import type { Duration } from '../duration/duration.js'
import { formatDuration } from '../duration/format-duration.js'
import { errorKind } from '../errors/error-kind.js'
import { isAppError } from '../errors/is-app-error.js'
import type { Lock } from '../lock/lock.js'
import { assert } from './assert.js'
import type { ConformanceOptions, Make } from './conformance.js'
import { type Law, laws, type Prove } from './laws.js'
import { pause, settle } from './settle.js'

const TTL = 1_000
/** For what must not end meanwhile on a server's own clock, however slow the machine is. */
const LONG = 10_000
/** How far the time goes at once while a lock is waited for, and how far at most: past every `wait` here. */
const STEP = 10
const MOST = 11_000
/** How many want the same key at once. */
const CROWD = 20

/**
 * What every {@link Lock} must do; a lock is one when it passes this against the real system.
 *
 * `advance(d)` lets a time pass for the lock: in memory by its TestClock, on a server by its own means, or by waiting. It is
 * also called while a lock is waited for, in small steps and no faster than real time, for one that asks again by its clock.
 *
 * @example
 * import { lockConformance, TestClock } from '@base/core/testing'
 * import { test } from 'vitest'
 *
 * lockConformance(
 *   () => {
 *     const clock = new TestClock()
 *     return { subject: memoryLock({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
 *   },
 *   { test },
 * )
 */
export function lockConformance(make: Make<Lock>, options: ConformanceOptions): void {
  const law = laws('Lock', make, options)
  holding(law)
  ending(law)
  extending(law)
  waiting(law)
  refusing(law)
  crowds(law)
}

function holding(law: Law<Lock>): void {
  law('a key that is held is not given to another', async (lock) => {
    const lease = await lock.acquire('a', { ttl: TTL })
    assert.equal(await lock.tryAcquire('a', { ttl: TTL }), undefined)
    await lease.release()
  })

  law('keys do not know each other', async (lock) => {
    const a = await lock.acquire('a', { ttl: TTL })
    const b = await lock.tryAcquire('b', { ttl: TTL })
    assert.notEqual(b, undefined)
    assert.deepEqual([a.key, b?.key], ['a', 'b'])
  })

  law('a released key is free, and a second release does nothing', async (lock) => {
    const lease = await lock.acquire('a', { ttl: TTL })
    assert.deepEqual(await lease.release(), { released: true })
    const next = await lock.tryAcquire('a', { ttl: TTL })
    assert.notEqual(next, undefined)
    assert.deepEqual(await lease.release(), { released: false })
    assert.equal(
      await lock.tryAcquire('a', { ttl: TTL }),
      undefined,
      'a late release freed the lease of another',
    )
  })

  law('leaving the scope of await using releases', async (lock) => {
    const lease = await lock.acquire('a', { ttl: TTL })
    await lease[Symbol.asyncDispose]()
    assert.notEqual(await lock.tryAcquire('a', { ttl: TTL }), undefined)
  })

  law('tokens grow, after a release and after an expiry', async (lock, advance) => {
    const first = await lock.acquire('a', { ttl: TTL })
    await first.release()
    const second = await lock.acquire('a', { ttl: TTL })
    await advance(TTL)
    const third = await lock.acquire('a', { ttl: TTL })
    assert.equal(typeof first.token, 'bigint')
    assert.ok(first.token < second.token, `${second.token} came after ${first.token}`)
    assert.ok(second.token < third.token, `${third.token} came after ${second.token}`)
  })
}

function ending(law: Law<Lock>): void {
  law('a lease ends after its ttl, and its holder learns it', async (lock, advance) => {
    const lease = await lock.acquire('a', { ttl: TTL })
    assert.equal(lease.signal.aborted, false)
    await advance(TTL)
    assert.notEqual(await lock.tryAcquire('a', { ttl: TTL }), undefined)
    assert.equal(lease.signal.aborted, true)
    assert.ok(isAppError(lease.signal.reason, 'LEASE_LOST'), 'the reason of the signal is a LEASE_LOST')
    assert.deepEqual(await lease.release(), { released: false })
  })

  law('a lease is counted in milliseconds, whenever it begins', async (lock, advance) => {
    // A TestClock stands at a whole second at first, where an end that is rounded does not show.
    await lock.acquire('b', { ttl: TTL })
    await advance(TTL * 0.9)
    await lock.acquire('a', { ttl: TTL })
    await advance(TTL * 0.15)
    assert.equal(await lock.tryAcquire('a', { ttl: TTL }), undefined, 'the lease ended too early')
    await advance(TTL * 0.85)
    assert.notEqual(await lock.tryAcquire('a', { ttl: TTL }), undefined, 'the lease did not end')
  })

  law('who has lost a lease cannot end that of the next', async (lock, advance) => {
    const lost = await lock.acquire('a', { ttl: TTL })
    await advance(TTL)
    const next = await lock.acquire('a', { ttl: '1h' })
    assert.deepEqual(await lost.release(), { released: false })
    assert.equal(await lock.tryAcquire('a', { ttl: TTL }), undefined, 'the release freed it')
    assert.deepEqual(await next.release(), { released: true })
  })

  law('a lost lease cannot be extended', async (lock, advance) => {
    const lease = await lock.acquire('a', { ttl: TTL })
    await advance(TTL)
    const error = await rejection(lease.extend())
    assert.ok(isAppError(error, 'LEASE_LOST'), `extend rejected with ${String(error)}`)
    assert.equal(error.kind, 'conflict')
  })

  law('a lease that was given back cannot be extended', async (lock) => {
    const lease = await lock.acquire('a', { ttl: TTL })
    await lease.release()
    assert.equal(errorKind(await rejection(lease.extend())), 'conflict')
    assert.notEqual(await lock.tryAcquire('a', { ttl: TTL }), undefined)
  })
}

function extending(law: Law<Lock>): void {
  law('an extended lease outlives its first ttl', async (lock, advance) => {
    const lease = await lock.acquire('a', { ttl: LONG })
    await advance(LONG * 0.6)
    await lease.extend(LONG)
    await advance(LONG * 0.6)
    assert.equal(await lock.tryAcquire('a', { ttl: TTL }), undefined)
    assert.equal(lease.signal.aborted, false)
    assert.deepEqual(await lease.release(), { released: true })
  })

  law('an extended lease ends after its new ttl, and its holder learns it', async (lock, advance) => {
    const lease = await lock.acquire('a', { ttl: TTL })
    assert.equal(lease.signal.aborted, false)
    await lease.extend(LONG)
    await advance(LONG)
    assert.equal(lease.signal.aborted, true)
    assert.ok(isAppError(lease.signal.reason, 'LEASE_LOST'), 'the reason of the signal is a LEASE_LOST')
    assert.notEqual(await lock.tryAcquire('a', { ttl: TTL }), undefined)
  })

  law('a release does not abort the signal', async (lock) => {
    const lease = await lock.acquire('a', { ttl: TTL })
    await lease.release()
    assert.equal(lease.signal.aborted, false)
  })
}

function waiting(law: Law<Lock>): void {
  law('who waits gets the lock once it is released', async (lock, advance) => {
    const lease = await lock.acquire('a', { ttl: TTL })
    const waiting = pending(lock.acquire('a', { ttl: TTL, wait: '10s' }))
    await lease.release()
    const next = await meanwhile(waiting, advance)
    assert.ok(lease.token < next.token)
    await next.release()
  })

  law('a wait of 0 tries once', async (lock) => {
    const lease = await lock.acquire('a', { ttl: TTL })
    assert.equal(errorKind(await rejection(lock.acquire('a', { ttl: TTL, wait: 0 }))), 'timeout')
    await lease.release()
    await (await lock.acquire('a', { ttl: TTL, wait: 0 })).release()
  })

  law('a wait that is over is a timeout', async (lock, advance) => {
    await lock.acquire('a', { ttl: '1h' })
    const waiting = rejection(lock.acquire('a', { ttl: TTL, wait: TTL }))
    await advance(TTL)
    assert.ok(isAppError(await waiting, 'TIMEOUT'))
  })

  law('an aborted wait rejects with the reason, and passes its place on', async (lock, advance) => {
    // So long that nobody gets it meanwhile who looks at the signal then.
    const lease = await lock.acquire('a', { ttl: '1h' })
    const controller = new AbortController()
    const reason = new Error('the client went away')
    const aborted = rejection(lock.acquire('a', { ttl: '1h', wait: '10s', signal: controller.signal }))
    const waiting = pending(lock.acquire('a', { ttl: TTL, wait: '10s' }))
    controller.abort(reason)
    assert.equal(await meanwhile(aborted, advance), reason)
    await lease.release()
    await (await meanwhile(waiting, advance)).release()
    // What the aborted wait had asked for may have been granted meanwhile: it is given back, and soon.
    await (await meanwhile(lock.acquire('a', { ttl: TTL, wait: '10s' }), advance)).release()
  })

  law('an aborted signal takes nothing', async (lock) => {
    const reason = new Error('too late')
    const signal = AbortSignal.abort(reason)
    assert.equal(await rejection(lock.acquire('a', { ttl: TTL, signal })), reason)
    assert.equal(await rejection(lock.tryAcquire('a', { ttl: TTL, signal })), reason)
    assert.notEqual(await lock.tryAcquire('a', { ttl: TTL }), undefined)
  })
}

function refusing(law: Law<Lock>): void {
  law('wrong arguments are refused', async (lock) => {
    const wrong = [
      () => lock.acquire('', { ttl: TTL }),
      () => lock.acquire('a', { ttl: 0 }),
      () => lock.acquire('a', { ttl: Number.NaN }),
      () => lock.acquire('a', { wait: -1 }),
      () => lock.tryAcquire('a', { ttl: 'soon' as Duration }),
    ]
    for (const ask of wrong) assert.ok(isAppError(await rejection(ask()), 'INVALID_OPTION'))
    assert.notEqual(await lock.tryAcquire('a', { ttl: TTL }), undefined)
  })
}

function crowds(law: Law<Lock>): void {
  law(
    'of twenty that try at once exactly one gets it, of a new key and of one whose lease is over',
    async (lock, advance) => {
      for (const key of ['a new key', 'one whose lease is over']) {
        const tries = Array.from({ length: CROWD }, () => lock.tryAcquire('a', { ttl: LONG }))
        const leases = (await Promise.all(tries)).filter((lease) => lease !== undefined)
        assert.equal(leases.length, 1, `of ${key} ${leases.length} got it`)
        await advance(LONG)
      }
    },
  )

  law('twenty at once are never two at a time', async (lock, advance) => {
    let inside = 0
    let most = 0
    const tokens: bigint[] = []
    const work = async () => {
      const lease = await lock.acquire('a', { ttl: '10s', wait: '10s' })
      tokens.push(lease.token)
      most = Math.max(most, ++inside)
      // Longer than a round trip, or one that is let in wrongly comes when this one has left.
      await pause(STEP)
      inside--
      assert.deepEqual(await lease.release(), { released: true })
    }
    await meanwhile(pending(Promise.all(Array.from({ length: CROWD }, work))), advance)
    assert.equal(most, 1)
    assert.deepEqual(
      tokens,
      [...tokens].sort((a, b) => (a < b ? -1 : 1)),
    )
    assert.equal(new Set(tokens).size, CROWD)
  })
}

/** What a promise comes to, while time passes for the lock: not before it is needed, and as it does for a real one. */
async function meanwhile<T>(promise: Promise<T>, advance: Parameters<Prove<Lock>>[1]): Promise<T> {
  const wait = { isOver: false }
  const end = () => {
    wait.isOver = true
  }
  const over = promise.then(end, end)
  await Promise.race([over, settle()])
  for (let passed = 0; !wait.isOver && passed < MOST; passed += STEP) {
    await Promise.race([over, pause(STEP)])
    if (!wait.isOver) await advance(STEP)
  }
  if (!wait.isOver) assert.fail(`what was waited for has not come after ${formatDuration(MOST)}`)
  return promise
}

/** What a promise rejects with, or `undefined`; itself never rejects, for a law that fails leaves it behind. */
async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  return undefined
}

/** A promise that may be left behind. */
function pending<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}
