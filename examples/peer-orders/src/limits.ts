import type { Redis } from 'ioredis'
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { Limit } from './config.ts'
import { Problem } from './problem.ts'
import type { Meters } from './telemetry/meters.ts'

/** How often something may be tried by one key: in all instances together where there is Redis, else and while it is away in each. */
export class Limiter {
  readonly #name: string
  readonly #meters: Meters
  readonly #limiter: RateLimiterMemory | RateLimiterRedis

  constructor(
    name: string,
    limit: Limit,
    { redis, meters }: { readonly redis: Redis | undefined; readonly meters: Meters },
  ) {
    this.#name = name
    this.#meters = meters
    const options = { ...limit, keyPrefix: `peer-orders:limit:${name}` }
    const memory = new RateLimiterMemory(options)
    this.#limiter =
      redis === undefined
        ? memory
        : new RateLimiterRedis({
            ...options,
            storeClient: redis,
            insuranceLimiter: memory,
            rejectIfRedisNotReady: true,
          })
  }

  /** Counts an attempt. @throws 429 with when the next one may come */
  async charge(key: string, message: string): Promise<void> {
    const wait = await this.consume(key)
    if (wait > 0) throw new Problem(429, 'RATE_LIMITED', message, { retryAfter: wait })
  }

  /** Counts an attempt. @returns 0, or in how many milliseconds the next one may come. */
  async consume(key: string): Promise<number> {
    try {
      await this.#limiter.consume(key)
      return 0
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal
      this.#meters.limitRefusals.inc({ limit: this.#name })
      return Math.max(refusal.msBeforeNext, 1)
    }
  }

  /** Forgets what was counted; where that fails it is over in time. */
  async reset(key: string): Promise<void> {
    await this.#limiter.delete(key).catch(() => {})
  }
}
