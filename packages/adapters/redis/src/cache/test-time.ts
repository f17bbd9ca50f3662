import type { RedisClient } from '../connection/client.js'
import { connect } from '../connection/connect.js'
import { runScript, script } from '../connection/script.js'

/** As if a key had been written so many milliseconds earlier. */
const age = script(`
local left = redis.call('PTTL', KEYS[1])
if left < 0 then return 0 end
if left > tonumber(ARGV[1]) then return redis.call('PEXPIRE', KEYS[1], left - ARGV[1]) end
return redis.call('DEL', KEYS[1])`)

/** Lets a time pass for all keys of a cache. */
export async function letPass(client: RedisClient, prefix: string, milliseconds: number): Promise<void> {
  const connection = connect(client, 'test')
  const options = { timeout: 10_000 }
  for (const node of await connection.masters()) {
    const keys = (await node.send(['KEYS', `{${prefix}*`], options)) as readonly Buffer[]
    for (const key of keys) await runScript(connection, age, [key.toString()], [`${milliseconds}`], options)
  }
}
