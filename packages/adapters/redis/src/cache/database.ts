import type { RedisClient } from '../connection/client.js'

/** The number of the database that a client was made for, as far as it says: on a cluster there is one. */
export function databaseOf(client: RedisClient): string {
  const { options } = client as { options?: { db?: unknown; database?: unknown } }
  return String(options?.db ?? options?.database ?? 0)
}
