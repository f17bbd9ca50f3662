import { UnavailableError } from '@base/core/errors'
import { checkMethods } from '@base/core/options'

/** A client that can ask whether its server is there: of `ioredis` or `redis`. */
export interface RedisLike {
  /** Sends `PING`. */
  ping(): Promise<unknown>
}

/**
 * A check that Redis answers `PONG`. Give it a connection on which no command blocks (`BLPOP`, `XREAD BLOCK`): the answer would
 * come behind theirs, and too late.
 *
 * @example
 * const health = createHealth({ checks: { redis: { check: redisCheck(client), critical: false } } })
 *
 * @throws InvalidOptionError for what has no `ping`.
 */
export function redisCheck(client: RedisLike): () => Promise<void> {
  const checked = checkMethods(client, ['ping'], {
    package: '@base/observability',
    pattern: 'redisCheck',
    option: 'client',
  })
  return async () => {
    if (String(await checked.ping()) !== 'PONG')
      throw new UnavailableError({ message: 'Redis answered something else than PONG.' })
  }
}
