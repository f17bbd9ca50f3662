import type { Connection } from './connection/connection.js'
import { runScript, type Script, script } from './connection/script.js'

const options = { timeout: 10_000 }

/** As if a key had been written so many milliseconds earlier; one without an end stays. */
const age = script(`
local left = redis.call('PTTL', KEYS[1])
if left < 0 then return 0 end
if left > tonumber(ARGV[1]) then return redis.call('PEXPIRE', KEYS[1], left - ARGV[1]) end
return redis.call('DEL', KEYS[1])`)

/** All keys with a prefix, on every node. */
export async function keysWith(connection: Connection, prefix: string): Promise<readonly string[]> {
  const nodes = await connection.masters(options)
  const replies = await Promise.all(nodes.map((node) => node.send(['KEYS', `${prefix}*`], options)))
  return replies.flatMap((reply) => (reply as readonly Buffer[]).map(String))
}

/** Lets so many milliseconds pass for all keys with a prefix, by a script for each. */
export async function ageKeys(
  connection: Connection,
  prefix: string,
  milliseconds: number,
  by: Script = age,
): Promise<void> {
  const keys = await keysWith(connection, prefix)
  await Promise.all(keys.map((key) => runScript(connection, by, [key], [`${milliseconds}`], options)))
}
