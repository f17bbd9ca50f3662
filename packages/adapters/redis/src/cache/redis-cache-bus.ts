import type { CacheBus } from '@base/cache/bus'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkText, type OptionPlace } from '@base/core/options'
import type { RedisClient } from '../connection/client.js'
import { connect } from '../connection/connect.js'
import { runScript, script } from '../connection/script.js'
import { checkSubscriber } from '../connection/subscriber.js'
import { channelOf } from './channel.js'

/** A script goes to the node of its key: of a cluster always the same, or messages would overtake each other. */
const publishScript = script(`return redis.call('PUBLISH', ARGV[1], ARGV[2])`)

const DEFAULT_CHANNEL = 'cache'
const DEFAULT_TIMEOUT: Duration = '1s'

/** Options of {@link redisCacheBus}; checked and read once. */
export interface RedisCacheBusOptions {
  /**
   * A second client, for subscriptions: a connection that listens can do nothing else. It stays yours, and you close it. A client of
   * a cluster keeps a connection for it, so it may be the first one again.
   */
  readonly subscriber: RedisClient
  /** Where messages go: one for all caches that share entries. Databases of a server share channels. @defaultValue 'cache' */
  readonly channel?: string | undefined
  /** How long Redis may take for an answer, whatever the client does, more than 0. @defaultValue '1s' */
  readonly timeout?: Duration | undefined
}

/**
 * Tells the caches of other processes what was changed, by Redis' PUBLISH and SUBSCRIBE.
 *
 * Messages are not kept: who is away when one comes misses it. When the subscriber's connection has been lost and stands
 * again, every cache is told so, and drops what it cannot vouch for. A client of a cluster, or node-redis' of a Sentinel, does
 * not tell; there a cache finds out by the numbers of the messages, within five seconds of the last one.
 *
 * @example
 * const bus = redisCacheBus(client, { subscriber: client.duplicate() })
 * const cache = createCache({ layers: [memoryCacheStore(), redisCacheStore(client)], bus })
 *
 * @throws InvalidOptionError naming the option.
 * @throws UnavailableError from its methods, where Redis is away.
 */
export function redisCacheBus(client: RedisClient, options: RedisCacheBusOptions): CacheBus {
  const { subscriber, channel = DEFAULT_CHANNEL, timeout = DEFAULT_TIMEOUT } = options ?? {}
  const place = (option: string): OptionPlace => ({
    package: '@base/redis',
    pattern: 'redisCacheBus',
    option,
  })
  const connection = connect(client, 'redisCacheBus')
  const name = checkText(channel, place('channel'))
  const heard = channelOf(checkSubscriber(subscriber, client, 'redisCacheBus'), name)
  const wait = { timeout: toMilliseconds(timeout, { ...place('timeout'), positive: true }) }
  return {
    publish: async (message) => {
      if (connection.isCluster) await runScript(connection, publishScript, [name], [name, message], wait)
      else await connection.send(['PUBLISH', name, message], wait)
    },
    subscribe: (hear, { onGap = () => {} } = {}) => heard.join({ hear, missed: onGap }, wait.timeout),
  }
}
