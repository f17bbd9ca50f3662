import { assert, type ConformanceOptions, type Law, laws, type Make } from '@base/core/testing'
import type { TotpAttempt, TotpStore } from '../totp/totp-store.js'
import { MINUTE, MOMENT } from './times.js'
import { lastsToTheMillisecond } from './to-the-millisecond.js'

const LIMIT = { attempts: 3, lockFor: 10 * MINUTE }

/**
 * What every `TotpStore` must do; a store is one when it passes this against the real system.
 *
 * `make` gives a store without subjects. `advance(d)` lets a time of some minutes pass for it: in memory by its TestClock, on
 * a server by a clock that is given to it, or by moving what it has stored into the past.
 *
 * @example
 * import { memoryTotpStore } from '@base/auth/totp'
 * import { totpStoreConformance } from '@base/auth/testing'
 * import { TestClock } from '@base/core/testing'
 * import { test } from 'vitest'
 *
 * totpStoreConformance(
 *   () => {
 *     const clock = new TestClock()
 *     return { subject: memoryTotpStore({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
 *   },
 *   { test },
 * )
 */
export function totpStoreConformance(make: Make<TotpStore>, options: ConformanceOptions): void {
  const law = laws('TotpStore', make, options)
  secrets(law)
  steps(law)
  attempts(law)
  forgetting(law)
  races(law)
}

function secrets(law: Law<TotpStore>): void {
  law('a secret that is enrolled waits, and comes back as it was given', async (store) => {
    const odd = '{ "a": "ü\'; --" }'
    await store.enroll("ü'; --", odd)
    assert.deepEqual(await secretsOf(store, "ü'; --"), [undefined, odd])
    assert.deepEqual(await opened(store, "ü'; --"), [undefined, odd])
  })

  law('a secret that waits replaces another that waits, and leaves the active one', async (store) => {
    await store.enroll('ann', 'a')
    await store.enroll('ann', 'b')
    assert.deepEqual(await secretsOf(store), [undefined, 'b'])
    assert.equal(await store.accept('ann', 'a', 1), false)
    assert.equal(await store.accept('ann', 'b', 1), true)
    await store.enroll('ann', 'c')
    assert.deepEqual(await secretsOf(store), ['b', 'c'])
    assert.equal(await store.accept('ann', 'b', 2), true)
    assert.deepEqual(await secretsOf(store), ['b', 'c'])
  })

  law('a secret that is accepted is the active one, and the one before is nothing', async (store) => {
    await active(store, 'a')
    await store.enroll('ann', 'b')
    assert.equal(await store.accept('ann', 'b', 1), true)
    assert.deepEqual(await secretsOf(store), ['b', undefined])
    assert.equal(await store.accept('ann', 'a', 100), false)
  })

  law('a subject that is removed is not known', async (store) => {
    await active(store, 'a')
    assert.deepEqual([await store.remove('ann'), await store.remove('ann')], [true, false])
    assert.equal(await store.find('ann', Date.now()), undefined)
    assert.deepEqual(await attempt(store), { status: 'unknown' })
    assert.equal(await store.accept('ann', 'a', 100), false)
    await store.enroll('ann', 'b')
    assert.equal(await store.accept('ann', 'b', 0), true)
  })

  law('subjects do not know each other', async (store) => {
    await active(store, 'a')
    await store.enroll('bob', 'a')
    for (let count = 0; count < LIMIT.attempts; count++) await attempt(store, 'bob')
    assert.equal((await attempt(store, 'bob')).status, 'locked')
    assert.equal((await attempt(store)).status, 'open')
    assert.equal(await store.accept('ann', 'a', 1), true)
    assert.equal((await attempt(store, 'bob')).status, 'locked')
    assert.deepEqual(await attempt(store, 'Ann'), { status: 'unknown' })
  })
}

function steps(law: Law<TotpStore>): void {
  law('a step is taken once, and none before it', async (store) => {
    await active(store, 'a', 5)
    assert.deepEqual(await accepted(store, 'a', [5, 4, 6, 6, 5, 60_000_000, 6]), [
      ...[false, false, true, false, false, true, false],
    ])
  })

  law('the steps of a new secret begin anew', async (store) => {
    await active(store, 'a', 100)
    await store.enroll('ann', 'b')
    assert.deepEqual(await accepted(store, 'b', [100, 100, 101]), [true, false, true])
  })
}

function attempts(law: Law<TotpStore>): void {
  law('attempts beyond the limit are refused until the lock is over', async (store, advance) => {
    await active(store, 'a')
    assert.deepEqual(await statuses(store, 5), ['open', 'open', 'open', 'locked', 'locked'])
    const { lockedUntil } = (await store.find('ann', Date.now())) ?? {}
    assert.equal(typeof lockedUntil, 'number')
    await advance(LIMIT.lockFor - MOMENT)
    assert.deepEqual(await statuses(store, 2), ['locked', 'locked'])
    assert.equal(typeof (await store.find('ann', Date.now()))?.lockedUntil, 'number')
    await advance(MOMENT)
    assert.equal((await store.find('ann', (lockedUntil as number) + 1))?.lockedUntil, undefined)
    assert.deepEqual(await statuses(store, 4), ['open', 'open', 'open', 'locked'])
  })

  law('attempts during a lock do not prolong it', async (store, advance) => {
    await active(store, 'a')
    await statuses(store, 3)
    await advance(LIMIT.lockFor / 2)
    assert.deepEqual(await statuses(store, 3), ['locked', 'locked', 'locked'])
    await advance(LIMIT.lockFor / 2)
    assert.deepEqual(await statuses(store, 1), ['open'])
  })

  law('a lock is counted in milliseconds, whenever it begins', async (store, advance) => {
    await active(store, 'a')
    await lastsToTheMillisecond(
      advance,
      (lockFor) => store.attempt('ann', { attempts: 1, lockFor }, Date.now()),
      async () => (await attempt(store)).status === 'locked',
    )
  })
}

function forgetting(law: Law<TotpStore>): void {
  law('a code that is accepted forgets the attempts before it', async (store) => {
    await active(store, 'a')
    await statuses(store, 2)
    assert.equal(await store.accept('ann', 'a', 1), true)
    assert.deepEqual(await statuses(store, 4), ['open', 'open', 'open', 'locked'])
    assert.equal(await store.accept('ann', 'a', 2), true)
    assert.equal((await store.find('ann', Date.now()))?.lockedUntil, undefined)
    assert.deepEqual(await statuses(store, 1), ['open'])
  })

  law('what is not accepted, and what is only looked at, changes nothing', async (store) => {
    await active(store, 'a', 5)
    await statuses(store, 1)
    assert.deepEqual(await accepted(store, 'a', [5, 4]), [false, false])
    await store.find('ann', Date.now())
    assert.deepEqual(await statuses(store, 3), ['open', 'open', 'locked'])
  })

  law('a new secret does not end a lock', async (store) => {
    await active(store, 'a')
    await statuses(store, 3)
    await store.enroll('ann', 'b')
    assert.deepEqual(await statuses(store, 1), ['locked'])
  })
}

function races(law: Law<TotpStore>): void {
  const many = Array.from({ length: 50 }, (_, index) => index)

  law('of 50 that take one step at once exactly one succeeds', async (store) => {
    await active(store, 'a')
    const all = await Promise.all(many.map(() => store.accept('ann', 'a', 7)))
    assert.equal(all.filter(Boolean).length, 1)
  })

  law('of 50 that confirm one secret at once exactly one succeeds', async (store) => {
    await store.enroll('ann', 'a')
    const all = await Promise.all(many.map(() => store.accept('ann', 'a', 7)))
    assert.equal(all.filter(Boolean).length, 1)
  })

  law('of 50 attempts at once as many are let through as the limit says', async (store) => {
    await active(store, 'a')
    const all = await Promise.all(many.map(() => attempt(store)))
    assert.equal(all.filter(({ status }) => status === 'open').length, LIMIT.attempts)
  })
}

/** A subject whose secret is active, with a step of it taken. */
async function active(store: TotpStore, secret: string, step = 0): Promise<void> {
  await store.enroll('ann', secret)
  assert.equal(await store.accept('ann', secret, step), true)
}

async function attempt(store: TotpStore, sub = 'ann'): Promise<TotpAttempt> {
  return store.attempt(sub, LIMIT, Date.now())
}

async function opened(store: TotpStore, sub: string): Promise<(string | undefined)[]> {
  const found = await attempt(store, sub)
  return found.status === 'open' ? [found.active, found.pending] : []
}

async function secretsOf(store: TotpStore, sub = 'ann'): Promise<(string | undefined)[]> {
  const { active: signing, pending } = (await store.find(sub, Date.now())) ?? {}
  return [signing, pending]
}

async function statuses(store: TotpStore, count: number): Promise<string[]> {
  const all: string[] = []
  while (all.length < count) all.push((await attempt(store)).status)
  return all
}

async function accepted(store: TotpStore, secret: string, steps: readonly number[]): Promise<boolean[]> {
  const all: boolean[] = []
  for (const step of steps) all.push(await store.accept('ann', secret, step))
  return all
}
