import type { RedisClient } from '../connection/client.js'
import { connect } from '../connection/connect.js'
import { script } from '../connection/script.js'
import { ageKeys } from '../test-keys.js'

/** As if a key had been written so many milliseconds earlier. */
const age = script(`
local over = redis.call('HGET', KEYS[1], 'until')
if over then
  redis.call('HSET', KEYS[1], 'until', string.format('%.0f', over - ARGV[1] * 1000))
end
local left = redis.call('PTTL', KEYS[1]) - ARGV[1]
if left > 0 then
  return redis.call('PEXPIRE', KEYS[1], left)
end
return redis.call('DEL', KEYS[1])`)

/** Lets a time pass for all keys with a prefix. */
export function letPass(client: RedisClient, prefix: string, milliseconds: number): Promise<void> {
  return ageKeys(connect(client, 'test'), prefix, milliseconds, age)
}
