import type { Argument, Connection, Reply, SendOptions } from '../connection/connection.js'
import { redisError } from '../connection/redis-error.js'
import { runScript, script } from '../connection/script.js'

const TIME = `redis.call('TIME')`
const options = { timeout: 10_000 }

/** As if a key had been there so many milliseconds longer. */
const age = script(`
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  return 0
end
if left > tonumber(ARGV[1]) then
  return redis.call('PEXPIRE', KEYS[1], left - ARGV[1])
end
return redis.call('DEL', KEYS[1])`)

/** What a script of a server of another time sees as its clock: seconds and microseconds. */
export type ServerTime = () => string

/** The server's own time, and so many microseconds. */
export function shifted(offset: () => number): ServerTime {
  return () => `(function()
    local time = ${TIME}
    local now = time[1] * 1000000 + time[2] + ${offset().toFixed(0)}
    return {string.format('%.0f', math.floor(now / 1000000)), string.format('%.0f', now % 1000000)}
  end)()`
}

/** That time, in microseconds since the epoch. */
export function standing(now: () => number): ServerTime {
  return () => `{'${Math.floor(now() / 1_000_000)}', '${now() % 1_000_000}'}`
}

/** A connection to a server whose clock is another. Scripts are sent as text, with that clock in them. */
export class TimedConnection implements Connection {
  readonly isCluster: boolean
  readonly keyPrefix: string
  readonly #inner: Connection
  readonly #time: ServerTime

  constructor(inner: Connection, time: ServerTime) {
    this.isCluster = inner.isCluster
    this.keyPrefix = inner.keyPrefix
    this.#inner = inner
    this.#time = time
  }

  async send([name, ...args]: readonly [string, ...Argument[]], options: SendOptions): Promise<Reply> {
    if (name === 'EVALSHA') throw redisError(new ReplyError('NOSCRIPT'), 'unknown')
    const [source, ...rest] = args
    return this.#inner.send(
      name === 'EVAL' ? [name, `${source}`.replace(TIME, this.#time()), ...rest] : [name, ...args],
      options,
    )
  }

  masters(): Promise<readonly Connection[]> {
    return this.#inner.masters()
  }
}

class ReplyError extends Error {
  override readonly name = 'ReplyError'
}

/** All keys with a prefix. */
export async function keysWith(connection: Connection, prefix: string): Promise<readonly string[]> {
  const nodes = await connection.masters()
  const replies = await Promise.all(nodes.map((node) => node.send(['KEYS', `${prefix}*`], options)))
  return replies.flatMap((reply) => (reply as readonly Buffer[]).map(String))
}

/** Ends those keys with a prefix whose life would be over after so many milliseconds, and shortens that of the others. */
export async function ageKeys(connection: Connection, prefix: string, milliseconds: number): Promise<void> {
  const keys = await keysWith(connection, prefix)
  await Promise.all(keys.map((key) => runScript(connection, age, [key], [`${milliseconds}`], options)))
}
