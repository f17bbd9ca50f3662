/** The part of ioredis that is used: of `Redis`, and of `Cluster`. Told by its methods, so that two copies of it work. */
export interface IoredisClient {
  /** Where its connection stands: `'ready'` when it can be used. */
  readonly status: string
  /** Sends any command; bulk strings of its reply are buffers. */
  callBuffer(command: string, args: (string | Buffer)[]): Promise<unknown>
  /** Opens the connection of a client that waits for its first command. */
  connect(): Promise<unknown>
  /** Calls the listener at each event. */
  on(event: string, listener: () => void): unknown
  /** Takes a listener away. */
  off(event: string, listener: () => void): unknown
}

/** The part of node-redis that is used, of all its clients. Told by its methods, so that two copies of it work. */
export interface NodeRedisClient {
  /** Whether it was opened, and not closed since. */
  readonly isOpen: boolean
  /** Whether its connection can be used. The cluster of version 5 does not say. */
  readonly isReady?: boolean
  /** Calls the listener at each event. */
  on(event: string, listener: () => void): unknown
  /** Takes a listener away. */
  off(event: string, listener: () => void): unknown
}

/**
 * A client of Redis: `Redis` or `Cluster` of ioredis, or what `createClient`, `createClientPool`, `createSentinel` or
 * `createCluster` of node-redis give. It stays yours: nothing of `@base/redis` configures, connects or closes it.
 */
export type RedisClient = IoredisClient | NodeRedisClient
