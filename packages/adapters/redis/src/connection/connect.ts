import { invalidOption } from '@base/core/options'
import type { IoredisClient, NodeRedisClient, RedisClient } from './client.js'
import type { Connection } from './connection.js'
import { IoredisConnection } from './ioredis-connection.js'
import { NodeRedisConnection } from './node-redis-connection.js'

const connections = new WeakMap<RedisClient, Connection>()

/**
 * The connection of a client, one for each client.
 *
 * @throws InvalidOptionError naming `client`, for what is none.
 */
export function connect(client: RedisClient, pattern: string): Connection {
  const known = connections.get(client)
  if (known !== undefined) return known
  const place = { package: '@base/redis', pattern, option: 'client' }
  const connection = recognise(client)
  if (connection === undefined)
    throw invalidOption(
      client,
      place,
      'a client of ioredis (Redis or Cluster) or of node-redis (createClient, createClientPool, createSentinel or createCluster)',
    )
  // Its keys would be shared with those who have another prefix.
  if ('_keyPrefix' in client && client._keyPrefix !== undefined && client._keyPrefix !== '')
    throw invalidOption(
      { keyPrefix: client._keyPrefix },
      place,
      'without a keyPrefix, which node-redis leaves off what it is given as a whole command: use the option prefix',
    )
  connections.set(client, connection)
  return connection
}

function recognise(client: RedisClient): Connection | undefined {
  if (typeof client !== 'object' || client === null) return undefined
  if ('callBuffer' in client && 'status' in client) return new IoredisConnection(client as IoredisClient)
  // A sentinel's client by which commands could run again unasked is none.
  if ('getSentinelNode' in client && !('_execute' in client)) return undefined
  if ('sendCommand' in client && 'isOpen' in client) return new NodeRedisConnection(client as NodeRedisClient)
  return undefined
}
