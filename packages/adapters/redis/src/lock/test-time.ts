import type { RedisClient } from '../connection/client.js'
import { connect } from '../connection/connect.js'
import { runScript, script } from '../connection/script.js'

/** As if a lock had been taken so many milliseconds earlier. */
const age = script(`
local over = tonumber(redis.call('HGET', KEYS[1], 'over'))
if over > 0 then
  redis.call('HSET', KEYS[1], 'over', string.format('%.0f', over - ARGV[1] * 1000))
end
local left = redis.call('PTTL', KEYS[1]) - ARGV[1]
if left > 0 then
  return redis.call('PEXPIRE', KEYS[1], left)
end
return redis.call('DEL', KEYS[1])`)

/** Lets a time pass on the server for all locks with a prefix. */
export async function letPass(client: RedisClient, prefix: string, milliseconds: number): Promise<void> {
  const connection = connect(client, 'test')
  const options = { timeout: 10_000 }
  for (const node of await connection.masters()) {
    const keys = (await node.send(['KEYS', `${prefix}*`], options)) as readonly Buffer[]
    for (const key of keys) await runScript(connection, age, [key.toString()], [`${milliseconds}`], options)
  }
}
