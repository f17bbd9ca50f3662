import { type Clock, systemClock } from '@base/core/clock'
import { type AppError, isAppError } from '@base/core/errors'
import type { Connection } from '../connection/connection.js'
import { runScript, type Script } from '../connection/script.js'
import { extendScript, REMEMBERED, releaseScript, takeScript } from './scripts.js'

/** How long it waits before it asks again what got no answer, in milliseconds. */
const PAUSE = 20

/** For how long at most it tries to give back what nobody waits for any more, in milliseconds. */
const LONGEST_FAREWELL = 10_000

/** What the keys of a lock are made of. */
export interface LeaseKeysParts {
  readonly connection: Connection
  readonly prefix: string
  /** How long an answer may take in all, in milliseconds. */
  readonly timeout: number
  /** By which leases are measured here. */
  readonly clock: Clock
}

/** Who wants a lock: a random name for one lease, and for how many milliseconds. */
export interface Claim {
  readonly key: string
  readonly holder: string
  readonly ttl: number
}

/** A lease that was taken. */
export interface Taken {
  readonly token: bigint
  /** By the monotonic clock, before the server began to count. */
  readonly askedAt: number
}

/** What is asked. */
interface Question<Answer> {
  readonly script: Script
  readonly key: string
  readonly args: readonly string[]
  readonly timeout: number
  readonly signal?: AbortSignal | undefined
  /** What a number says that was asked for at a time of the monotonic clock. */
  readonly read: (reply: number, askedAt: number) => Answer
}

/**
 * The leases in Redis, a key for each. A question that got no answer, for a connection broke or a master has gone, is asked
 * again in the time that is left; its holder's name makes it the same question.
 */
export class LeaseKeys {
  /** Where releases are told. One channel for all keys, so that whoever listens need not change its subscription. */
  readonly channel: string
  readonly #parts: LeaseKeysParts

  constructor(parts: LeaseKeysParts) {
    this.#parts = parts
    this.channel = `${parts.connection.keyPrefix}${parts.prefix}released`
  }

  /** Takes a lease; or for how many milliseconds another holds it. */
  take(
    { key, holder, ttl }: Claim,
    listens: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Taken | number> {
    return this.#ask({
      script: takeScript,
      key,
      args: [holder, `${ttl + REMEMBERED}`, listens ? '1' : '0'],
      timeout: this.#parts.timeout,
      signal,
      read: (reply, askedAt) => (reply > 0 ? { token: BigInt(reply), askedAt } : -reply),
    })
  }

  /** Lets a lease last from now: when that was asked, or `undefined` where it is not held any more. */
  extend({ key, holder, ttl }: Claim, atMost: number): Promise<number | undefined> {
    return this.#ask({
      script: extendScript,
      key,
      args: [holder, `${ttl + REMEMBERED}`],
      timeout: Math.min(this.#parts.timeout, atMost),
      read: (reply, askedAt) => (reply === 1 ? askedAt : undefined),
    })
  }

  /** Gives a lease back; false where another has it. */
  release({ key, holder }: Claim, timeout: number = this.#parts.timeout): Promise<boolean> {
    return this.#ask({
      script: releaseScript,
      key,
      args: [holder, this.channel, key],
      timeout,
      read: (reply) => reply === 1,
    })
  }

  /** Gives back, in the background, what may have been taken although nobody learnt it. */
  forget(claim: Claim): void {
    this.release(claim, Math.min(claim.ttl, LONGEST_FAREWELL)).catch(() => {})
  }

  async #ask<Answer>(question: Question<Answer>): Promise<Answer> {
    const { connection, prefix, clock } = this.#parts
    const { script, key, args, timeout, signal } = question
    const deadline = systemClock.monotonic() + timeout
    for (let left = timeout; ; ) {
      const askedAt = clock.monotonic()
      try {
        const reply = await runScript(connection, script, [prefix + key], args, { timeout: left, signal })
        return question.read(Number(reply), askedAt)
      } catch (error) {
        left = Math.floor(deadline - systemClock.monotonic()) - PAUSE
        if (left <= 0 || !mayPass(error)) throw error
        await systemClock.sleep(PAUSE, { signal })
      }
    }
  }
}

/** Whether it may go better in a moment: a connection broke, or a master is being replaced. */
function mayPass(error: unknown): boolean {
  if (!isAppError(error) || error.kind !== 'unavailable' || error.code === 'REDIS_OUT_OF_MEMORY') return false
  const outcome = (error as AppError).details?.['outcome']
  return outcome === 'unknown' || outcome === 'not_done'
}
