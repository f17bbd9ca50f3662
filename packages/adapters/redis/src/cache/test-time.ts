import type { RedisClient } from '../connection/client.js'
import { connect } from '../connection/connect.js'
import { ageKeys } from '../test-keys.js'

/** Lets a time pass for all keys of a cache. */
export function letPass(client: RedisClient, prefix: string, milliseconds: number): Promise<void> {
  return ageKeys(connect(client, 'test'), `{${prefix}`, milliseconds)
}
