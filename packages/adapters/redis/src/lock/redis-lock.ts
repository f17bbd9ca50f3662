import { type Clock, systemClock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { UnavailableError } from '@base/core/errors'
import {
  type AcquireOptions,
  type CheckedAcquire,
  checkAcquire,
  checkLease,
  type Lease,
  type LeaseOptions,
  type Lock,
  notFreeError,
  remoteLease,
  trustedUntil,
} from '@base/core/lock'
import { checkFunction, checkMethods, checkOptions, checkText } from '@base/core/options'
import type { RedisClient } from '../connection/client.js'
import { connect } from '../connection/connect.js'
import { warnOfEviction } from '../connection/eviction.js'
import { checkSubscriber, type Subscriber } from '../connection/subscriber.js'
import { type Claim, LeaseKeys, type Taken } from './lease-keys.js'
import { ReleaseNews } from './release-news.js'
import { WaitingRoom } from './waiting-room.js'

const DEFAULT_PREFIX = 'lock:'
/** Below a second, within which a caller learns that Redis is away. */
const DEFAULT_TIMEOUT: Duration = '750ms'

/** The longest pauses between two looks at a lock that is held, in milliseconds, and where releases are heard. */
const LONGEST_PAUSE = 20
const LONGEST_PAUSE_HEARING = 500

/** Options of {@link redisLock}; checked and read once. */
export interface RedisLockOptions {
  /** Stands before each key, so that nothing else has it; not empty. @defaultValue 'lock:' */
  readonly prefix?: string | undefined
  /**
   * How long Redis may take for an answer, whatever the client does, more than 0; a question that a broken connection lost
   * is asked again within it, and one that a replica has refused, but by `tryAcquire`. The `wait` for a lock that is held is
   * apart from it.
   *
   * @defaultValue '750ms'
   */
  readonly timeout?: Duration | undefined
  /**
   * A second client, open, on which nothing but subscriptions run: with it, a release in another process wakes who waits,
   * where it would else look again within 20 ms. It is subscribed at the first wait, until you close it.
   *
   * @defaultValue none
   */
  readonly subscriber?: RedisClient | undefined
  /**
   * Names this process in Redis, for who looks there which one holds a lock; not empty.
   *
   * @defaultValue the name of the host and the id of the process
   */
  readonly owner?: string | undefined
  /** Source of time, by which a process gives up its own lease and pauses. The server's clock ends leases. @defaultValue systemClock */
  readonly clock?: Clock | undefined
  /** From 0 to below 1, for the jitter of pauses. @defaultValue Math.random */
  readonly random?: (() => number) | undefined
}

/**
 * A lock between processes, in Redis, single or a cluster: one key, one script and one round trip for each step, by the
 * server's clock.
 *
 * Tokens are the server's time in microseconds, or one above the last, so that they grow even if data is lost. Redis
 * forgets: a crash, a failover or eviction can lose a lock that is held, and another gets it. So can a holder that is
 * stopped outlive its lease. `lease.signal` tells a holder that its lease is lost, or that it cannot vouch for it any more,
 * 1 % of the `ttl` and 2 ms before the server ends it; what must not be written twice compares the `token`.
 *
 * Who waits looks again within 20 ms, or hears of the release; within a process, who waits longest comes first, between
 * processes whoever asks first. One lock serves a whole process.
 *
 * @example
 * const lock = redisLock(client)
 * await withLock(lock, 'invoice-run', { ttl: '10s' }, (lease) => sendInvoices({ token: lease.token }))
 *
 * @throws InvalidOptionError naming the option. From its methods UnavailableError where Redis does not answer in time, or
 * cannot serve: what was taken unawares is given back.
 * @see Martin Kleppmann, "How to do distributed locking", 2016
 */
export function redisLock(client: RedisClient, options: RedisLockOptions = {}): Lock {
  const place = { package: '@base/redis', pattern: 'redisLock' }
  const { prefix = DEFAULT_PREFIX, timeout = DEFAULT_TIMEOUT } = checkOptions(options, place)
  const { subscriber, owner = thisProcess(), clock = systemClock, random = Math.random } = options
  const connection = connect(client, place.pattern)
  const ears = subscriber === undefined ? undefined : checkSubscriber(subscriber, client, place.pattern)
  const keys = new LeaseKeys({
    connection,
    prefix: checkText(prefix, { ...place, option: 'prefix' }),
    timeout: toMilliseconds(timeout, { ...place, option: 'timeout', positive: true }),
    clock: checkMethods(clock, ['monotonic', 'schedule'], { ...place, option: 'clock' }),
  })
  checkFunction(random, { ...place, option: 'random' })
  checkText(owner, { ...place, option: 'owner' })
  const onAnswer = warnOfEviction(connection, {
    pattern: place.pattern,
    what: 'a lock that is held, and give it to another',
  })
  return new RedisLock({ keys, owner, clock, random, subscriber: ears, onAnswer })
}

function thisProcess(): string {
  const host = globalThis.process?.getBuiltinModule?.('node:os').hostname()
  return `${host ?? 'unknown'}:${globalThis.process?.pid ?? 0}`
}

/** What a lock is made of. */
interface Parts {
  readonly keys: LeaseKeys
  readonly owner: string
  readonly clock: Clock
  readonly random: () => number
  readonly subscriber: Subscriber | undefined
  /** Called after an answer. */
  readonly onAnswer: () => void
}

/** When it began to wait: after how many calls in the waiting room, and by the monotonic clock. */
interface Since {
  readonly calls: number
  readonly time: number
}

class RedisLock implements Lock {
  readonly clock: Clock
  readonly #keys: LeaseKeys
  /** Before the number of a claim: the names of two of them are never the same, in whatever process. */
  readonly #holder: string
  readonly #random: () => number
  readonly #onAnswer: () => void
  readonly #room = new WaitingRoom()
  readonly #news: ReleaseNews | undefined
  #claims = 0

  constructor({ keys, owner, clock, random, subscriber, onAnswer }: Parts) {
    this.#keys = keys
    this.#holder = `${owner} ${crypto.randomUUID()} `
    this.clock = clock
    this.#random = random
    this.#onAnswer = onAnswer
    if (subscriber !== undefined)
      this.#news = new ReleaseNews(subscriber, keys.channel, (key) => this.#room.call(key))
  }

  async acquire(key: string, options?: AcquireOptions): Promise<Lease> {
    const wish = checkAcquire(key, options)
    const { ttl, wait, signal } = wish
    const hears = wait > 0 && this.#hears
    const claim = this.#claim(key, ttl)
    // Whoever comes to others that wait stands behind them.
    const isNext = wait === 0 || this.#room.isEmptyFor(key)
    const answer = isNext ? this.#keys.take(claim, hears, signal) : undefined
    const since = { calls: this.#room.calls, time: this.clock.monotonic() }
    let pause = Number.POSITIVE_INFINITY
    if (answer !== undefined) {
      const lease = this.#read(claim, await answer)
      if (typeof lease !== 'number') return lease
      pause = this.#pauseFor(lease, hears)
    }
    const lease = wait === 0 ? undefined : await this.#wait(key, wish, since, pause)
    if (lease !== undefined) return lease
    throw notFreeError(key, wait)
  }

  async tryAcquire(key: string, options?: LeaseOptions): Promise<Lease | undefined> {
    const { ttl, signal } = checkLease(key, options)
    const claim = this.#claim(key, ttl)
    const lease = this.#read(claim, await this.#keys.tryTake(claim, signal))
    return typeof lease === 'number' ? undefined : lease
  }

  /** The lease; or `undefined`, once the patience is over. */
  async #wait(
    key: string,
    wish: CheckedAcquire,
    since: Since,
    firstPause: number,
  ): Promise<Lease | undefined> {
    const waiting = this.#room.enter(key, since.calls)
    try {
      for (let pause = firstPause; ; ) {
        const left = since.time + wish.wait - this.clock.monotonic()
        if (left <= 0) return undefined
        this.#news?.listen()
        await waiting.pause(Math.ceil(Math.min(pause, left)), this.clock, wish.signal)
        const turn = this.#room.answer(key, waiting) ? await this.#look(key, wish) : Number.POSITIVE_INFINITY
        if (typeof turn !== 'number') return turn
        pause = turn
      }
    } finally {
      this.#room.leave(key, waiting)
    }
  }

  /** The lease; or for how long to pause. */
  async #look(key: string, { ttl, signal }: CheckedAcquire): Promise<Lease | number> {
    const hears = this.#hears
    const claim = this.#claim(key, ttl)
    const lease = this.#read(claim, await this.#takeForAll(claim, hears, signal))
    return typeof lease === 'number' ? this.#pauseFor(lease, hears) : lease
  }

  /** What the server does not answer to one who waits, it does not to the others. */
  async #takeForAll(claim: Claim, hears: boolean, signal: AbortSignal | undefined): Promise<Taken | number> {
    try {
      return await this.#keys.take(claim, hears, signal)
    } catch (error) {
      if (signal?.aborted !== true) this.#room.dismiss(claim.key, error)
      throw error
    }
  }

  get #hears(): boolean {
    return this.#news?.isHeard === true
  }

  /** No longer than another holds it; with jitter, so that those who wait do not ask at one time. */
  #pauseFor(heldFor: number, hears: boolean): number {
    const longest = hears ? LONGEST_PAUSE_HEARING : LONGEST_PAUSE
    return Math.min(heldFor + 1, longest * (1 - this.#random() / 2))
  }

  /** A name that nobody had before. */
  #claim(key: string, ttl: number): Claim {
    return { key, ttl, holder: `${this.#holder}${this.#claims++}` }
  }

  /** What an answer says: the lease; or for how long another holds it. */
  #read(claim: Claim, taken: Taken | number): Lease | number {
    this.#onAnswer()
    if (typeof taken === 'number') return taken
    if (this.clock.monotonic() < trustedUntil(taken.askedAt, claim.ttl)) return this.#lease(claim, taken)
    this.#keys.forget(claim)
    throw tooLate(claim.key)
  }

  #lease(claim: Claim, taken: Taken): Lease {
    const { key, ttl } = claim
    return remoteLease({
      ...taken,
      key,
      ttl,
      clock: this.clock,
      extend: (lasting, left) => this.#keys.extend({ ...claim, ttl: lasting }, left),
      release: () => this.#keys.release(claim),
      onEnd: () => this.#room.call(key),
    })
  }
}

function tooLate(key: string): UnavailableError {
  return new UnavailableError({
    code: 'REDIS_TOO_LATE',
    message: `The lease of lock '${key}' was over before Redis had answered.`,
    details: { key },
  })
}
