import { invalidOption } from '@base/core/options'
import type { IoredisClient, NodeRedisClient, RedisClient } from './client.js'
import { connect } from './connect.js'
import { listen } from './listen.js'
import { whileWriting } from './while-writing.js'

/** What listens to one channel, whichever client it is. */
export interface Subscriber {
  readonly client: RedisClient
  /** Resolves once messages arrive; also where they do already. */
  subscribe(channel: string, hear: (message: string) => void): Promise<unknown>
  unsubscribe(channel: string, hear: (message: string) => void): Promise<unknown>
}

interface IoredisSubscriber extends IoredisClient {
  subscribe(channel: string): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
}

interface NodeRedisSubscriber extends NodeRedisClient {
  sendCommand(args: readonly string[], options: object): Promise<unknown>
  subscribe(channel: string, hear: (message: string) => void): Promise<unknown>
  unsubscribe(channel: string, hear: (message: string) => void): Promise<unknown>
}

/** @throws InvalidOptionError for what cannot listen beside `client`. */
export function checkSubscriber(subscriber: RedisClient, client: RedisClient, pattern: string): Subscriber {
  const place = { package: '@base/redis', pattern, option: 'subscriber' }
  if (typeof subscriber !== 'object' || subscriber === null || !('subscribe' in subscriber))
    throw invalidOption(subscriber, place, 'a client of ioredis or node-redis that can subscribe')
  const { isCluster } = connect(subscriber, pattern)
  if (subscriber === client && !isCluster)
    throw invalidOption('the same client', place, 'another client, such as a duplicate of the first')
  return 'callBuffer' in subscriber
    ? ofIoredis(subscriber as IoredisSubscriber)
    : ofNodeRedis(subscriber as NodeRedisSubscriber)
}

/** ioredis tells of all channels together. */
function ofIoredis(client: IoredisSubscriber): Subscriber {
  const ends = new Map<(message: string) => void, () => void>()
  return {
    client,
    subscribe: (channel, hear) => {
      if (!ends.has(hear)) {
        const end = listen(client, 'message', (from: string, message: string) => {
          if (from === channel) hear(message)
        })
        ends.set(hear, end)
      }
      return client.subscribe(channel)
    },
    unsubscribe: (channel, hear) => {
      ends.get(hear)?.()
      ends.delete(hear)
      return client.unsubscribe(channel)
    },
  }
}

/** node-redis has listeners for each channel, and keeps each of them once. Its clients of many nodes listen by one that they do not show. */
function ofNodeRedis(client: NodeRedisSubscriber): Subscriber {
  const isSingle = !('masters' in client) && !('getSentinelNode' in client)
  const tell = (act: () => Promise<unknown>) => (isSingle ? whileWriting(client, act) : act())
  return {
    client,
    subscribe: (channel, hear) => tell(() => client.subscribe(channel, hear)),
    unsubscribe: (channel, hear) => tell(() => client.unsubscribe(channel, hear)),
  }
}
