import { systemClock } from '@base/core/clock'
import { UnavailableError } from '@base/core/errors'
import type { Argument, Reply } from '../connection/connection.js'
import { isUnknownScript, type Script } from '../connection/script.js'
import type { Database } from './database.js'
import { LIFE } from './scripts.js'

/** So often a process that uses a set lets its life begin anew, in milliseconds. */
const OFTEN = 24 * 3_600_000

/** What may begin a set anew: gives the arguments of its script. */
export type Begin = (until: number) => Promise<readonly string[]>

/** A script that bears a name, and on a cluster knows its node. */
export type ScriptOf = (name: string, isCluster: boolean) => Script

/**
 * One of the sorted sets of a cache, and its script.
 *
 * A server that does not know the script has started, or was promoted, since it was last told; one that has refused to write
 * was no master for a while; a node of a cluster whose set was told to another one took over from that; one without the set
 * has lost it. In each case the set begins anew before it is used, so that
 * nothing older is vouched for.
 */
export class KnownSet {
  readonly key: string
  readonly #database: Database
  readonly #scriptOf: ScriptOf
  readonly #begin: Begin
  #script: Script | undefined
  #beginning: Promise<void> | undefined
  #begun = 0
  /** Whether the server has answered for it once. */
  isMet = false
  /** Whether it has to begin anew, for the server was no master meanwhile: it may hold what another one told it. */
  isDoubtful = false
  /** Until when its life is long enough, by the monotonic clock. */
  #keptUntil = 0
  /** Of each refusal, whether the call that met it is still waited for or not. */
  readonly #doubt = (): void => {
    this.isDoubtful = true
  }

  constructor(database: Database, key: string, scriptOf: ScriptOf, begin: Begin) {
    this.#database = database
    this.key = key
    this.#scriptOf = scriptOf
    this.#begin = begin
  }

  /**
   * Runs the script; `until` is on the monotonic clock. `undefined` where the set had to begin anew first, after which
   * what is known of versions does not count.
   */
  async tryRun(
    keys: readonly string[],
    args: readonly Argument[],
    until: number,
  ): Promise<Reply | undefined> {
    const begun = this.#begun
    const reply = await this.look(keys, args, until)
    if (reply !== null) return reply
    if (begun === this.#begun || this.isDoubtful) await this.#beginAnew(until)
    return undefined
  }

  /** Runs the script; `null` where the set would have to begin anew first. */
  look(keys: readonly string[], args: readonly Argument[], until: number): Promise<Reply> {
    return this.isDoubtful ? Promise.resolve(null) : this.#evaluate(keys, args, until)
  }

  /** Runs the script, after a new beginning if need be. */
  async run(keys: readonly string[], args: readonly Argument[], until: number): Promise<Reply> {
    const reply = (await this.tryRun(keys, args, until)) ?? (await this.#evaluate(keys, args, until))
    if (reply === null) throw lost()
    return reply
  }

  /** Its life begins anew, in the background: reads and loads do not see to it, for they would have to be written each. */
  keep(until: number): void {
    if (until < this.#keptUntil) return
    this.#keptUntil = until + OFTEN
    // Whoever uses it tomorrow does it then.
    this.#send(['PEXPIRE', this.key, String(LIFE)], until).catch(() => {})
  }

  /** `null` where the server does not know the script, or has lost the set. */
  async #evaluate(keys: readonly string[], args: readonly Argument[], until: number): Promise<Reply> {
    const rest = [String(keys.length + 1), this.key, ...keys, ...args]
    const { sha } = this.#script ?? (await this.#name(until))
    try {
      const reply = await this.#send(['EVALSHA', sha, ...rest], until)
      // Also one that was refused before it was answered.
      if (reply === null || this.isDoubtful) return null
      this.isMet = true
      this.keep(until)
      return reply
    } catch (error) {
      if (isUnknownScript(error)) return null
      throw error
    }
  }

  /** A name that no other set on the server has. */
  async #name(until: number): Promise<Script> {
    const identity = await this.#database.identity(until)
    this.#script ??= this.#scriptOf(identity + this.key, this.#database.connection.isCluster)
    return this.#script
  }

  /** One beginning for all who find that it is due. */
  #beginAnew(until: number): Promise<void> {
    this.#beginning ??= this.#tellBegin(until).finally(() => {
      this.#beginning = undefined
    })
    return this.#beginning
  }

  async #tellBegin(until: number): Promise<void> {
    const args = await this.#begin(until)
    const { source } = await this.#name(until)
    await this.#send(['EVAL', source, '1', this.key, 'begin', ...args], until)
    this.#begun++
    this.isDoubtful = false
  }

  #send(command: readonly [string, ...Argument[]], until: number): Promise<Reply> {
    const timeout = Math.max(1, Math.ceil(until - systemClock.monotonic()))
    return this.#database.connection.send(command, { timeout, key: this.key, onRefusal: this.#doubt })
  }
}

function lost(): UnavailableError {
  return new UnavailableError({
    code: 'REDIS_UNAVAILABLE',
    message: 'Redis loses what it is told of a cache at once.',
    details: { outcome: 'not_done' },
  })
}
