import type { RedisClient } from '../connection/client.js'
import { connect } from '../connection/connect.js'
import { ageKeys } from '../test-keys.js'

/** Lets a time pass on the server for all locks with a prefix. */
export function letPass(client: RedisClient, prefix: string, milliseconds: number): Promise<void> {
  return ageKeys(connect(client, 'test'), prefix, milliseconds)
}
