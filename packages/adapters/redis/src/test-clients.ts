import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { createClient, createCluster } from 'redis'
import { createClient as createClient5, createCluster as createCluster5 } from 'redis-5'
import type { RedisClient } from './connection/client.js'

/** A client that a test has opened, and closes. */
export interface TestClient extends AsyncDisposable {
  /** What is given to the blocks. */
  readonly client: RedisClient
  /** Another of the same kind and settings, for subscriptions; closed with this one. */
  subscriber(): Promise<RedisClient>
}

/** How each client opens a connection to a server. */
export const CLIENTS: Readonly<
  Record<'ioredis 6' | 'redis 6' | 'redis 5', (url: string) => Promise<TestClient>>
> = {
  'ioredis 6': (url) => ioredis(() => new Redis(url)),
  'redis 6': (url) => nodeRedis(() => createClient({ url })),
  'redis 5': (url) => nodeRedis(() => createClient5({ url })),
}

/** How each client opens connections to a cluster, by the URLs of its nodes. */
export const CLUSTER_CLIENTS: Readonly<
  Record<'ioredis 6' | 'redis 6' | 'redis 5', (urls: readonly string[]) => Promise<TestClient>>
> = {
  'ioredis 6': (urls) => ioredis(() => new Cluster([...urls], { redisOptions: userOf(urls) })),
  'redis 6': (urls) => nodeRedis(() => createCluster(settings(urls))),
  'redis 5': (urls) => nodeRedis(() => createCluster5(settings(urls))),
}

/** The same, by one node, and no client knows the others yet. */
export const STARTING_CLUSTER_CLIENTS: typeof CLUSTER_CLIENTS = {
  'ioredis 6': ([url = '']) => CLUSTER_CLIENTS['ioredis 6']([url]),
  'redis 6': ([url = '']) => nodeRedis(() => createCluster(settings([url])), false),
  'redis 5': ([url = '']) => nodeRedis(() => createCluster5(settings([url])), false),
}

/** How a client of ioredis with options opens a connection to a server. */
export function ioredisWith(
  options: Pick<RedisOptions, 'commandTimeout' | 'reconnectOnError' | 'stringNumbers'>,
): (url: string) => Promise<TestClient> {
  return (url) => ioredis(() => new Redis(url, options))
}

/** A client of ioredis that was told to give numbers as texts, to a server. */
export const textualClient: (url: string) => Promise<TestClient> = ioredisWith({ stringNumbers: true })

/** The same, to a cluster. */
export function textualClusterClient(urls: readonly string[]): Promise<TestClient> {
  const redisOptions = { ...userOf(urls), stringNumbers: true }
  return ioredis(() => new Cluster([...urls], { redisOptions }))
}

function settings(urls: readonly string[]) {
  return { rootNodes: urls.map((url) => ({ url })), defaults: userOf(urls) }
}

function userOf(urls: readonly string[]): { username: string; password: string } {
  const { username, password } = new URL(urls[0] ?? '')
  return { username, password }
}

async function ioredis(open: () => Redis | Cluster): Promise<TestClient> {
  const all: (Redis | Cluster)[] = []
  const another = async () => {
    const client = open()
    client.on('error', () => undefined)
    all.push(client)
    return client as RedisClient
  }
  const client = await another()
  return {
    client,
    subscriber: another,
    [Symbol.asyncDispose]: async () => {
      for (const each of all) each.disconnect()
    },
  }
}

/** What the tests need of any client of node-redis. */
interface Opened {
  on(event: 'error', listener: () => void): unknown
  connect(): Promise<unknown>
  destroy(): void
}

async function nodeRedis(open: () => Opened, isAwaited = true): Promise<TestClient> {
  const all: Opened[] = []
  const another = async () => {
    const client = open()
    client.on('error', () => undefined)
    const connected = client.connect()
    if (isAwaited) await connected
    all.push(client)
    return client as unknown as RedisClient
  }
  const client = await another()
  return {
    client,
    subscriber: another,
    [Symbol.asyncDispose]: async () => {
      for (const each of all) each.destroy()
    },
  }
}
