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

  /** What is there of all its names, the oldest first. */
  async list<T extends { readonly createdAt: number }>(
    sub: string,
    find: (name: string) => Promise<T | undefined>,
  ): Promise<readonly T[]> {
    const found = await this.#forEach(sub, find)
    return found.flatMap((one) => one ?? []).sort((one, other) => one.createdAt - other.createdAt)
  }

  /** Ends what all its names stand for; how many were alive. */
  async endAll(sub: string, end: (name: string) => Promise<boolean>): Promise<number> {
    const ended = await this.#forEach(sub, end)
    return ended.filter((wasAlive) => wasAlive).length
  }

  async #forEach<T>(sub: string, act: (name: string) => Promise<T>): Promise<T[]> {
    const reply = await this.#connection.send(['ZRANGE', this.#key(sub), '0', '-1'])
    return Promise.all(
      partsOf(reply)
        .flatMap((name) => textOf(name) ?? [])
        .map(act),
    )
  }

  async remove(sub: string, name: string): Promise<void> {
    await this.#connection.run(REMOVE, [this.#key(sub)], [name])
  }

  #key(sub: string): string {
    return this.#connection.key(`${this.#name}:sub:${sub}`)
  }
}
