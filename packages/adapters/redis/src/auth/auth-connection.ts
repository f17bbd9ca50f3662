import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkOptions, type OptionPlace } from '@base/core/options'
import { checkKeyPrefix } from '../connection/check-key-prefix.js'
import type { RedisClient } from '../connection/client.js'
import { connect } from '../connection/connect.js'
import type { Argument, Connection, Reply } from '../connection/connection.js'
import { type EvictionRisk, warnOfEviction } from '../connection/eviction.js'
import { runScript, type Script } from '../connection/script.js'

const MAX_PREFIX = 128

/** Options of every store for `@base/auth`. */
export interface RedisAuthStoreOptions {
  /** Begins the name of every key, so that services can share a server. 1 to 128 characters, without `{}`. @defaultValue 'base' */
  readonly prefix?: string | undefined
  /** For how long a command may take, more than 0; then it is an UnavailableError. @defaultValue '1s' */
  readonly timeout?: Duration | undefined
}

/** A command whose first argument is its key. */
type KeyCommand = readonly [name: string, key: string, ...args: Argument[]]

/** Sends the commands of a store, each bounded in time, to keys that begin alike; warns where the server may drop them. */
export class AuthConnection {
  readonly #connection: Connection
  readonly #prefix: string
  readonly #timeout: number
  readonly #onAnswer: () => void

  constructor(risk: EvictionRisk, client: RedisClient, options: RedisAuthStoreOptions) {
    const { pattern } = risk
    const place = (option: string): OptionPlace => ({ package: '@base/redis', pattern, option })
    const { prefix = 'base', timeout = '1s' } = checkOptions(options, place('options'))
    this.#connection = connect(client, pattern)
    this.#prefix = checkKeyPrefix(prefix, { ...place('prefix'), maxLength: MAX_PREFIX })
    this.#timeout = toMilliseconds(timeout, { ...place('timeout'), positive: true })
    this.#onAnswer = warnOfEviction(this.#connection, risk)
  }

  /** The name of a key. Braces make it lie in the slot of what is in them. */
  key(name: string): string {
    return `${this.#prefix}:${name}`
  }

  /** Runs a script, all of whose keys lie in one slot. */
  run(script: Script, keys: readonly [string, ...string[]], args: readonly Argument[]): Promise<Reply> {
    return this.#heard(runScript(this.#connection, script, keys, args, { timeout: this.#timeout }))
  }

  /**
   * The same for what a second run would answer otherwise, such as that a code is used: where its connection breaks before the
   * answer it rejects, and is not run again.
   */
  runOnce(script: Script, keys: readonly [string, ...string[]], args: readonly Argument[]): Promise<Reply> {
    return this.#heard(
      runScript(this.#connection, script, keys, args, { timeout: this.#timeout, once: true }),
    )
  }

  /** Sends one command, to the node of its key. */
  send(command: KeyCommand): Promise<Reply> {
    return this.#heard(this.#connection.send(command, { timeout: this.#timeout, key: command[1] }))
  }

  /** The same, once, as `runOnce` does. */
  sendOnce(command: KeyCommand): Promise<Reply> {
    return this.#heard(
      this.#connection.send(command, { timeout: this.#timeout, key: command[1], once: true }),
    )
  }

  /** The texts at some keys: asked for in one command, but in a cluster, where they may lie on several nodes, one by one. */
  async get(keys: readonly string[]): Promise<readonly (string | undefined)[]> {
    const [first, ...others] = keys
    if (first === undefined) return []
    if (!this.#connection.isCluster) return partsOf(await this.send(['MGET', first, ...others])).map(textOf)
    return Promise.all(keys.map(async (key) => textOf(await this.send(['GET', key]))))
  }

  async #heard(answer: Promise<Reply>): Promise<Reply> {
    const reply = await answer
    this.#onAnswer()
    return reply
  }
}

/** A text of a reply; `undefined` where there was none. */
export function textOf(reply: Reply | undefined): string | undefined {
  return Buffer.isBuffer(reply) ? reply.toString() : undefined
}

/** The parts of a reply. */
export function partsOf(reply: Reply): readonly Reply[] {
  return Array.isArray(reply) ? reply : []
}
