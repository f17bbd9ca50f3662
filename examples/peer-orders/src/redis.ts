import { Redis } from 'ioredis'
import type { Logger } from 'pino'

/**
 * A client of the Redis that instances share. It need not be there when the service starts, nor all the time: no command waits
 * for a connection, and none longer than the timeout.
 */
export function openRedis(url: string, timeout: number, logger: Logger): Redis {
  const client = new Redis(url, {
    commandTimeout: timeout,
    connectTimeout: 5_000,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
  })
  tellChanges(client, logger)
  const duplicate = client.duplicate.bind(client)
  client.duplicate = () => copyForBus(duplicate())
  return client
}

/** The bus of bentocache makes its clients by `duplicate`: whatever becomes of ours becomes of them as well. */
function copyForBus(copy: Redis): Redis {
  copy.on('error', () => {})
  const subscribe = copy.subscribe.bind(copy) as (...channels: string[]) => Promise<unknown>
  // It subscribes at once, and would not do so again; later ioredis does.
  const whenReady = async (...channels: string[]) => {
    if (copy.status !== 'ready') await new Promise<void>((resolve) => copy.once('ready', () => resolve()))
    return subscribe(...channels)
  }
  return Object.assign(copy, { subscribe: whenReady })
}

/** Tells the log when Redis goes and when it is back, and not each attempt. */
function tellChanges(client: Redis, logger: Logger): void {
  let isAway = false
  client.on('error', (error) => {
    if (!isAway) logger.error({ err: error }, 'Redis does not answer, and is tried again until it does')
    isAway = true
  })
  client.on('ready', () => {
    if (isAway) logger.info('Redis answers again')
    isAway = false
  })
}
