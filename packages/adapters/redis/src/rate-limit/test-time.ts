import type { Argument, Connection, Reply, SendOptions, WaitOptions } from '../connection/connection.js'
import { redisError } from '../connection/redis-error.js'

const HOUR = '3600000'
const TIME = `redis.call('TIME')`

/** The last argument of a script, in microseconds, is its time, or what stands before it is added to. */
const timeOf = (origin: string): string => `(function()
  local time = redis.call('TIME')
  local now = ${origin} + tonumber(table.remove(ARGV))
  return {string.format('%.0f', math.floor(now / 1000000)), string.format('%.0f', now % 1000000)}
end)()`

/** A clock for a server: how scripts read it, and the microseconds that they are told. */
export interface ServerTime {
  readonly source: string
  readonly given: () => number
}

/** The server's own time, and so many microseconds. */
export function shifted(offset: () => number): ServerTime {
  return { source: timeOf('time[1] * 1000000 + time[2]'), given: offset }
}

/** That time, in microseconds since the epoch, whatever the server's own. */
export function standing(now: () => number): ServerTime {
  return { source: timeOf('0'), given: now }
}

/** A connection to a server whose clock is another. */
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

  get isOpen(): boolean {
    return this.#inner.isOpen
  }

  /** Scripts go as text, in which the clock is another. */
  async send([name, ...args]: readonly [string, ...Argument[]], options: SendOptions): Promise<Reply> {
    if (name === 'EVALSHA') throw redisError(new ReplyError('NOSCRIPT'), 'unknown')
    const [source, ...rest] = args
    const text = `${source}`
    if (name !== 'EVAL' || !text.includes(TIME)) return this.#inner.send([name, ...args], options)
    const { source: time, given } = this.#time
    return this.#inner.send([name, text.replace(TIME, time), ...rest, given().toFixed(0)], options)
  }

  masters(options: WaitOptions): Promise<readonly Connection[]> {
    return this.#inner.masters(options)
  }
}

class ReplyError extends Error {
  override readonly name = 'ReplyError'
}

/** A connection on which real time ends no key: where the clock stands, it must not. */
export function withoutEnd(connection: Connection): Connection {
  return {
    isCluster: connection.isCluster,
    keyPrefix: connection.keyPrefix,
    isOpen: connection.isOpen,
    send: ([name, source, ...args], options) =>
      connection.send(
        [name, `${source}`.replace(/min\(ceil\(\w+ \/ 1000\) \+ 2, most\)/g, HOUR), ...args],
        options,
      ),
    masters: (options) => connection.masters(options),
  }
}
