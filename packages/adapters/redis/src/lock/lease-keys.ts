import { type Clock, systemClock } from '@base/core/clock'
import { type AppError, isAppError } from '@base/core/errors'
import type { Connection, Reply } from '../connection/connection.js'
import { runScript, type Script } from '../connection/script.js'
import { extendScript, releaseScript, takeScript } from './scripts.js'

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

/** How a question is asked. */
interface Asking {
  readonly timeout: number
  readonly signal?: AbortSignal | undefined
}

/**
 * The leases in Redis, a key for each. A question that got no answer, for a connection broke or a master has gone, is asked
 * again in the time that is left; its holder's name makes it the same question.
 */
export class LeaseKeys {
  readonly #parts: LeaseKeysParts

  constructor(parts: LeaseKeysParts) {
    this.#parts = parts
  }

  /** Where releases are told. One channel for all keys, so that whoever listens need not change its subscription. */
  get channel(): string {
    const { connection, prefix } = this.#parts
    return `${connection.keyPrefix}${prefix}released`
  }

  /** Takes a lease; or for how many milliseconds another holds it. */
  async take(
    { key, holder, ttl }: Claim,
    listens: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Taken | number> {
    const { timeout } = this.#parts
    const args = [holder, `${ttl}`, listens ? '1' : '0']
    const { reply, askedAt } = await this.#ask(takeScript, key, args, { timeout, signal })
    return typeof reply === 'number' ? reply : { token: BigInt(String(reply)), askedAt }
  }

  /** Lets a lease last from now: when that was asked, or `undefined` where it is not held any more. */
  async extend({ key, holder, ttl }: Claim, atMost: number): Promise<number | undefined> {
    const timeout = Math.min(this.#parts.timeout, atMost)
    const { reply, askedAt } = await this.#ask(extendScript, key, [holder, `${ttl}`], { timeout })
    return reply === 1 ? askedAt : undefined
  }

  /** Gives a lease back; false where it is not held any more. */
  async release({ key, holder }: Claim): Promise<boolean> {
    return this.#release(key, holder, this.#parts.timeout)
  }

  /** Gives back, in the background, what may have been taken although nobody learnt it. */
  forget({ key, holder, ttl }: Claim): void {
    this.#release(key, holder, Math.min(ttl, LONGEST_FAREWELL)).catch(() => {})
  }

  async #release(key: string, holder: string, timeout: number): Promise<boolean> {
    const { reply } = await this.#ask(releaseScript, key, [holder, this.channel, key], { timeout })
    return reply === 1
  }

  async #ask(
    script: Script,
    key: string,
    args: readonly string[],
    { timeout, signal }: Asking,
  ): Promise<{ readonly reply: Reply; readonly askedAt: number }> {
    const { connection, prefix, clock } = this.#parts
    const deadline = systemClock.monotonic() + timeout
    for (let left = timeout; ; ) {
      const askedAt = clock.monotonic()
      try {
        const reply = await runScript(connection, script, [prefix + key], args, { timeout: left, signal })
        return { reply, askedAt }
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
