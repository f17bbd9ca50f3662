import { script } from '../connection/script.js'
import { type AuthConnection, partsOf, textOf } from './auth-connection.js'
import { SERVER_TIME } from './server-time.js'

/** The key lives as long as its last name. */
const untilLast = `
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2]
if last == 'inf' then redis.call('PERSIST', KEYS[1])
elseif last then redis.call('PEXPIREAT', KEYS[1], last) end
return 1
`

/** Adds a name until its time is over, or for ever without one, and takes away those whose time is. */
const ADD = script(`${SERVER_TIME}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', text(now))
redis.call('ZADD', KEYS[1], ARGV[2] == '' and '+inf' or text(now + ARGV[2]), ARGV[1])
${untilLast}`)

/** Takes a name away. */
const REMOVE = script(`redis.call('ZREM', KEYS[1], ARGV[1])${untilLast}`)

/**
 * What belongs to a subject: the names of its families, sessions or keys. It lies in another slot than they do, so a name is added
 * before what it names is made: whoever reads the index finds everything that was made before, and maybe something that is
 * not there, or no more.
 */
export class SubjectIndex {
  readonly #connection: AuthConnection
  readonly #name: string

  constructor(connection: AuthConnection, name: string) {
    this.#connection = connection
    this.#name = name
  }

  async add(sub: string, name: string, ttl: number | undefined): Promise<void> {
    await this.#connection.run(ADD, [this.#key(sub)], [name, String(ttl ?? '')])
  }

  async names(sub: string): Promise<string[]> {
    const key = this.#key(sub)
    const reply = await this.#connection.send(['ZRANGE', key, '0', '-1'], key)
    return partsOf(reply).flatMap((name) => textOf(name) ?? [])
  }

  async remove(sub: string, name: string): Promise<void> {
    await this.#connection.run(REMOVE, [this.#key(sub)], [name])
  }

  #key(sub: string): string {
    return this.#connection.key(`${this.#name}:sub:${sub}`)
  }
}
