import type { Clock, Timer } from '../clock/clock.js'
import { systemClock } from '../clock/system-clock.js'
import { checkFunction, checkMethods, checkOptions } from '../options/options.js'
import type { AcquireOptions, Lease, Lock } from './lock.js'
import { checkAcquire } from './lock-options.js'

/** Options of {@link withLock}. */
export interface WithLockOptions extends AcquireOptions {
  /** Source of time for the renewal. @defaultValue the clock of the lock, and systemClock where it has none */
  readonly clock?: Clock | undefined
}

/**
 * Runs `fn` while holding a lock, and renews the lease at each third of its `ttl` until `fn` has settled, but not while the
 * last two renewals have no answer.
 *
 * The value and the error of `fn` come through untouched, also when the lease was lost meanwhile: `lease.signal` tells
 * `fn` so, and `lease.token` protects what it writes.
 *
 * @example
 * const lock = memoryLock()
 * await withLock(lock, 'invoice-run', { ttl: '10s' }, async ({ signal, token }) => sendInvoices({ signal, token }))
 *
 * @throws TimeoutError if the lock is not free within `wait`; the signal's reason if it aborts before;
 * InvalidOptionError, before anything is locked, where `lock`, `fn` or an option is none.
 */
export async function withLock<T>(
  lock: Lock,
  key: string,
  options: WithLockOptions | undefined = {},
  fn: (lease: Lease) => T | PromiseLike<T>,
): Promise<T> {
  checkMethods(lock, ['acquire'], { ...WHERE, option: 'lock' })
  const { clock = clockOf(lock), ...acquire } = checkOptions(options, WHERE)
  checkMethods(clock, ['schedule'], { ...WHERE, option: 'clock' })
  checkFunction(fn, { ...WHERE, option: 'fn' })
  // Here, for a lock of somebody's need not look, and its lease would be held by nobody.
  const { ttl } = checkAcquire(key, acquire)
  const lease = await lock.acquire(key, acquire)
  const stop = keepAlive(lease, ttl, clock)
  try {
    return await fn(lease)
  } finally {
    stop()
    await lease.release()
  }
}

const WHERE = { package: '@base/core', pattern: 'withLock' } as const

/** A lock from before locks had one may call something else so. */
function clockOf({ clock }: Lock): Clock {
  return typeof clock?.schedule === 'function' ? clock : systemClock
}

function keepAlive(lease: Lease, ttl: number, clock: Clock): () => void {
  let timer: Timer | undefined
  let stopped = false
  let asked = 0
  let answered = 0
  const renew = () => {
    if (asked - answered < 2) {
      const which = ++asked
      // The answer to a later one stands for those before it, which may never come.
      const settle = () => {
        answered = Math.max(answered, which)
      }
      // Neither a failure nor a missing answer is a verdict: the next third may succeed, and the lease's own signal
      // tells when it is lost.
      lease.extend(ttl).then(settle, settle)
    }
    plan()
  }
  const plan = () => {
    if (!stopped && !lease.signal.aborted)
      timer = clock.schedule(Math.ceil(ttl / 3), renew, { ref: false, name: 'lock renewal' })
  }
  plan()
  return () => {
    stopped = true
    timer?.cancel()
  }
}
