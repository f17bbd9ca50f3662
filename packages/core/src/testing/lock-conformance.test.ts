import { describe, expect, test, vi } from 'vitest'
import type { Duration } from '../duration/index.js'
import type { AcquireOptions, Lease, LeaseOptions, Lock } from '../lock/index.js'
import { checkAcquire, checkLease, memoryLock, notFreeError } from '../lock/index.js'
import { lockConformance, TestClock } from './index.js'

// No law takes real time here.
vi.mock('./settle.js', async (load) => {
  const { settle } = await load<typeof import('./settle.js')>()
  return { settle, pause: settle }
})

/** Runs the suite on a lock, and returns the laws that it breaks. */
async function broken(twin: (lock: Lock, clock: TestClock) => Lock): Promise<string[]> {
  const laws: [string, () => Promise<void>][] = []
  lockConformance(
    () => {
      const clock = new TestClock()
      return {
        subject: twin(memoryLock({ clock }), clock),
        advance: (d) => clock.advance(d),
        dispose: () => {},
      }
    },
    { test: (name, fn) => laws.push([name, fn]) },
  )
  const failed: string[] = []
  for (const [name, prove] of laws) {
    // A law that would wait for ever is broken too; nothing here takes real time.
    const hung = new Promise((_, reject) => setImmediate(() => after(500, () => reject(new Error('hangs')))))
    await Promise.race([prove(), hung]).catch(() => failed.push(name.replace('Lock: ', '')))
  }
  return failed
}

/** After so many turns of the event loop. */
function after(turns: number, fn: () => void): void {
  if (turns === 0) fn()
  else setImmediate(() => after(turns - 1, fn))
}

/** A lock whose leases are changed. */
function withLeases(lock: Lock, change: (lease: Lease, options: LeaseOptions) => Partial<Lease>): Lock {
  const wrap = (lease: Lease, options: LeaseOptions): Lease => {
    const plain: Lease = {
      key: lease.key,
      token: lease.token,
      signal: lease.signal,
      extend: (ttl) => lease.extend(ttl),
      release: () => lease.release(),
      [Symbol.asyncDispose]: () => lease[Symbol.asyncDispose](),
    }
    return { ...plain, ...change(lease, options) }
  }
  return {
    acquire: async (key, options = {}) => wrap(await lock.acquire(key, options), options),
    tryAcquire: async (key, options = {}) => {
      const lease = await lock.tryAcquire(key, options)
      return lease && wrap(lease, options)
    },
  }
}

/** A lock whose asking is changed. */
function withAcquire(lock: Lock, acquire: (key: string, options: AcquireOptions) => Promise<Lease>): Lock {
  return {
    acquire: (key, options = {}) => acquire(key, options),
    tryAcquire: (key, options) => lock.tryAcquire(key, options),
  }
}

/** A lock that asks again by the clock, and after each sleep alone looks at the signal. */
function polling(lock: Lock, clock: TestClock, isFair: (attempt: number) => boolean = () => true): Lock {
  return {
    tryAcquire: (key, options) => lock.tryAcquire(key, options),
    acquire: async (key, options) => {
      const { ttl, wait, signal } = checkAcquire(key, options)
      const end = clock.monotonic() + wait
      for (let attempt = 0; ; attempt++) {
        signal?.throwIfAborted()
        const lease = isFair(attempt) ? await lock.tryAcquire(key, { ttl }) : undefined
        if (lease) return lease
        if (clock.monotonic() >= end) throw notFreeError(key, wait)
        await clock.sleep(Math.min(20, end - clock.monotonic()))
      }
    },
  }
}

/** A lock that looks whether a key is free, and takes it a round trip later: as two statements do. */
function lookingFirst(clock: TestClock): Lock {
  const holders = new Map<string, Lease>()
  let token = 0n
  const tryAcquire: Lock['tryAcquire'] = async (key, options = {}) => {
    checkLease(key, options)
    const isFree = holders.get(key)?.signal.aborted ?? true
    await new Promise((resolve) => setImmediate(resolve))
    if (!isFree) return undefined
    const lease = await memoryLock({ clock }).acquire(key, options)
    const release = async () => {
      if (holders.get(key) === lease) holders.delete(key)
      return lease.release()
    }
    holders.set(key, lease)
    token += 1n
    return {
      ...{ key, token, signal: lease.signal, release },
      extend: (ttl) => lease.extend(ttl),
      [Symbol.asyncDispose]: async () => void (await release()),
    }
  }
  return polling({ tryAcquire, acquire: () => expect.unreachable() }, clock)
}

/** What a law says of a lock; waits for its end. */
async function verdictOf(law: string, twin: (lock: Lock, clock: TestClock) => Lock): Promise<string> {
  const laws = new Map<string, () => Promise<void>>()
  const make = () => {
    const clock = new TestClock()
    const subject = twin(memoryLock({ clock }), clock)
    return { subject, advance: (d: Duration) => clock.advance(d), dispose: () => {} }
  }
  lockConformance(make, { test: (name, fn) => laws.set(name.replace('Lock: ', ''), fn) })
  const prove = laws.get(law) ?? expect.unreachable()
  return prove().then(
    () => 'holds',
    (error: Error) => error.message,
  )
}

describe('lockConformance of a lock that waits by its clock', () => {
  const waits = [
    'who waits gets the lock once it is released',
    'a wait that is over is a timeout',
    'an aborted wait rejects with the reason, and passes its place on',
    'twenty at once are never two at a time',
  ]
  test.each(waits)('lets time pass, so that this holds: %s', async (law) => {
    expect(await verdictOf(law, polling)).toBe('holds')
  })

  test('ends also for one that never gets the key', async () => {
    const never = (lock: Lock, clock: TestClock) => polling(lock, clock, (attempt) => attempt === 0)
    expect(await verdictOf('who waits gets the lock once it is released', never)).toMatch(/10s/)
  })

  test('ends also for one that waits for ever', async () => {
    const forever = (lock: Lock): Lock => ({
      tryAcquire: (key, options) => lock.tryAcquire(key, options),
      acquire: async (key, options) => (await lock.tryAcquire(key, options)) ?? new Promise(() => {}),
    })
    expect(await verdictOf('who waits gets the lock once it is released', forever)).toBe(
      'what was waited for has not come after 11s',
    )
  })
})

describe('lockConformance of a lock that looks first, and takes a round trip later', () => {
  const races = [
    'of twenty that try at once exactly one gets it, of a new key and of one whose lease is over',
    'twenty at once are never two at a time',
  ]
  test.each(races)('finds that this is broken: %s', async (law) => {
    expect(await verdictOf(law, (_, clock) => lookingFirst(clock))).not.toBe('holds')
  })
})

describe('lockConformance', () => {
  test('accepts a lock', async () => {
    expect(await broken((lock) => lock)).toEqual([])
    expect(await broken((lock) => withLeases(lock, () => ({})))).toEqual([])
  })

  const twins: readonly [law: string, twin: (lock: Lock, clock: TestClock) => Lock][] = [
    [
      'a key that is held is not given to another',
      (_, clock) => ({
        acquire: (key, options) => memoryLock({ clock }).acquire(key, options),
        tryAcquire: (key, options) => memoryLock({ clock }).tryAcquire(key, options),
      }),
    ],
    [
      'keys do not know each other',
      (lock) => ({
        acquire: (_, options) => lock.acquire('the only key', options),
        tryAcquire: (_, options) => lock.tryAcquire('the only key', options),
      }),
    ],
    [
      'a released key is free, and a second release does nothing',
      (lock) =>
        withLeases(lock, (lease) => ({ release: () => lease.release().then(() => ({ released: true })) })),
    ],
    [
      'leaving the scope of await using releases',
      (lock) => withLeases(lock, () => ({ [Symbol.asyncDispose]: async () => {} })),
    ],
    ['tokens grow, after a release and after an expiry', (lock) => withLeases(lock, () => ({ token: 1n }))],
    [
      'a lease ends after its ttl, and its holder learns it',
      (lock) => withLeases(lock, () => ({ signal: new AbortController().signal })),
    ],
    [
      'a lease is counted in milliseconds, whenever it begins',
      // Keeps the end in whole seconds.
      (lock, clock) => {
        const inSeconds = (ttl: Duration = '30s') => {
          const end = Math.floor((clock.now() + checkLease('a', { ttl }).ttl) / 1_000) * 1_000
          return Math.max(1, end - clock.now())
        }
        return {
          acquire: (key, options) => lock.acquire(key, { ...options, ttl: inSeconds(options?.ttl) }),
          tryAcquire: (key, options) => lock.tryAcquire(key, { ...options, ttl: inSeconds(options?.ttl) }),
        }
      },
    ],
    [
      'who has lost a lease cannot end that of the next',
      (lock) => {
        const last = new Map<string, Lease>()
        return withLeases(lock, (lease) => {
          last.set(lease.key, lease)
          return {
            release: async () => {
              const released = await lease.release()
              await last.get(lease.key)?.release()
              return released
            },
          }
        })
      },
    ],
    ['a lost lease cannot be extended', (lock) => withLeases(lock, () => ({ extend: async () => {} }))],
    [
      'a lease that was given back cannot be extended',
      (lock) => withLeases(lock, () => ({ extend: async () => {} })),
    ],
    [
      'an extended lease outlives its first ttl',
      (lock) =>
        withLeases(lock, (lease) => ({
          extend: async () => {
            if (lease.signal.aborted) throw lease.signal.reason
          },
        })),
    ],
    [
      'an extended lease ends after its new ttl, and its holder learns it',
      // Watches the first end alone.
      (lock) =>
        withLeases(lock, (lease) => {
          const told = new AbortController()
          let isExtended = false
          lease.signal.addEventListener('abort', () => isExtended || told.abort(lease.signal.reason))
          const extend = async (ttl?: Duration) => {
            await lease.extend(ttl)
            isExtended = true
          }
          return { extend, signal: told.signal }
        }),
    ],
    [
      'a release does not abort the signal',
      (lock) =>
        withLeases(lock, (lease) => {
          const controller = new AbortController()
          const release = async () => {
            controller.abort()
            return lease.release()
          }
          return { release, signal: AbortSignal.any([lease.signal, controller.signal]) }
        }),
    ],
    [
      'who waits gets the lock once it is released',
      (lock) => withAcquire(lock, (key, options) => lock.acquire(key, { ...options, wait: 0 })),
    ],
    [
      'a wait of 0 tries once',
      (lock) =>
        withAcquire(lock, (key, options) => lock.acquire(key, { ...options, wait: options.wait || '10s' })),
    ],
    [
      'a wait that is over is a timeout',
      (lock) => withAcquire(lock, (key, options) => lock.acquire(key, { ...options, wait: '1h' })),
    ],
    [
      'an aborted wait rejects with the reason, and passes its place on',
      // Looks at the signal once it has the key.
      (lock) =>
        withAcquire(lock, async (key, { signal, ...options }) => {
          signal?.throwIfAborted()
          const lease = await lock.acquire(key, options)
          if (signal?.aborted) {
            await lease.release()
            throw signal.reason
          }
          return lease
        }),
    ],
    [
      'an aborted signal takes nothing',
      (lock) => withAcquire(lock, (key, { signal: _, ...options }) => lock.acquire(key, options)),
    ],
    [
      'wrong arguments are refused',
      (lock) =>
        withAcquire(lock, (key, options) =>
          lock.acquire(key || 'default', { ...options, ttl: options.ttl || '1s' }),
        ),
    ],
    [
      'of twenty that try at once exactly one gets it, of a new key and of one whose lease is over',
      (_, clock) => lookingFirst(clock),
    ],
    [
      'twenty at once are never two at a time',
      (lock, clock) => withAcquire(lock, (key, options) => memoryLock({ clock }).acquire(key, options)),
    ],
  ]

  test.each(twins)('rejects a twin that breaks: %s', async (law, twin) => {
    expect(await broken(twin)).toContain(law)
  })

  test('has a broken twin for every law', () => {
    const laws: string[] = []
    const make = () => expect.unreachable()
    lockConformance(make, { test: (name) => laws.push(name.replace('Lock: ', '')) })

    expect(laws).toEqual(twins.map(([law]) => law))
  })
})
