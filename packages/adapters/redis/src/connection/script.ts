import { createHash } from 'node:crypto'
import type { Argument, Command, Connection, Reply, SendOptions } from './connection.js'
import { replyName } from './redis-error.js'

/** A script in Lua, which the server runs in one step. All its keys lie in one slot. */
export interface Script {
  /** Its text. */
  readonly source: string
  /** By what a server knows it. */
  readonly sha: string
}

/** How a script is run; its first key decides the node. */
export type RunOptions = Omit<SendOptions, 'key' | 'readonly'>

/** A script, with the name by which servers know it. */
export function script(source: string): Script {
  return { source, sha: createHash('sha1').update(source).digest('hex') }
}

/**
 * Runs a script by its name. A server that does not know it, new, restarted or promoted, has done nothing, and gets its text.
 *
 * @throws what {@link Connection.send} throws.
 */
export function runScript(
  connection: Connection,
  script: Script,
  keys: readonly [string, ...string[]],
  args: readonly Argument[],
  options: RunOptions,
): Promise<Reply> {
  const sending = { ...options, key: keys[0] }
  return connection.send(byName(script, keys, args), sending).catch((error: unknown) => {
    if (!isUnknownScript(error)) throw error
    return connection.send(byText(script, keys, args), sending)
  })
}

/** The command that runs a script by its name. */
export function byName({ sha }: Script, keys: readonly string[], args: readonly Argument[]): Command {
  return ['EVALSHA', sha, `${keys.length}`, ...keys, ...args]
}

/** The command that runs a script by its text. */
export function byText({ source }: Script, keys: readonly string[], args: readonly Argument[]): Command {
  return ['EVAL', source, `${keys.length}`, ...keys, ...args]
}

/** Whether a server has refused a script because it does not know it. */
export function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && replyName(error.cause) === 'NOSCRIPT'
}
