import { AppError, UnavailableError } from '@base/core/errors'

/** Replies that say that a server cannot do it now, though another, or the same one later, can. */
const CODES: Readonly<Record<string, string>> = {
  OOM: 'REDIS_OUT_OF_MEMORY',
  READONLY: 'REDIS_READ_ONLY',
  MASTERDOWN: 'REDIS_READ_ONLY',
  NOREPLICAS: 'REDIS_READ_ONLY',
  MISCONF: 'REDIS_READ_ONLY',
  LOADING: 'REDIS_UNAVAILABLE',
  BUSY: 'REDIS_UNAVAILABLE',
  CLUSTERDOWN: 'REDIS_UNAVAILABLE',
  TRYAGAIN: 'REDIS_UNAVAILABLE',
  MOVED: 'REDIS_UNAVAILABLE',
  ASK: 'REDIS_UNAVAILABLE',
  UNBLOCKED: 'REDIS_UNAVAILABLE',
}

/** What a failed command may have done: nothing, for it was not sent or the server said so; or nobody knows. */
export type Outcome = 'not_sent' | 'not_done' | 'unknown'

/**
 * The error for what a client rejected with. A server that is away, full, loading or no master is an UnavailableError;
 * a reply that no waiting mends, such as a missing permission, an AppError of kind `internal`, code `REDIS_REFUSED`. The keys
 * are those of the command: one that holds something else is named.
 */
export function redisError(cause: unknown, outcome: Outcome, keys: readonly string[] = []): AppError {
  hideArguments(cause)
  const reply = replyName(cause)
  if (reply === undefined) return unavailable(cause, 'Redis cannot be reached.', outcome)
  const code = isFull(cause) ? 'REDIS_UNAVAILABLE' : CODES[reply]
  if (code === undefined)
    return new AppError({
      code: 'REDIS_REFUSED',
      kind: 'internal',
      message: `Redis refused a command: ${reasonOf(reply, (cause as Error).message, keys)}.`,
      cause,
    })
  // A reply tells that nothing was done.
  return new UnavailableError({
    code,
    message: `Redis cannot serve a command: ${reply}.`,
    details: { outcome: 'not_done' },
    cause,
  })
}

/** How a server that does not know a command goes on, with the first arguments. */
const ARGUMENTS = /,? with args beginning with:.*/s

/**
 * Who logs the cause would log the values: ioredis tells the whole command with what it failed with, and the server what it
 * does not know, as where commands were renamed.
 */
function hideArguments(cause: unknown): void {
  if (!(cause instanceof Error)) return
  if ('command' in cause) cause.command = { name: (cause.command as { name?: unknown } | undefined)?.name }
  if (!ARGUMENTS.test(cause.message)) return
  const { stack, message } = cause
  cause.message = message.replace(ARGUMENTS, '')
  // V8 writes the message into the stack, whose lines behind it hold no values.
  if (stack !== undefined) cause.stack = stack.replace(message, () => cause.message)
}

function reasonOf(reply: string, message: string, keys: readonly string[]): string {
  if (MISSING_PERMISSION.test(message))
    return 'its user lacks a permission, which ACL LOG of the server names'
  if (!message.includes('WRONGTYPE') || keys.length === 0) return reply
  const more = keys.length > MOST_NAMED ? ', …' : ''
  return `WRONGTYPE, something else lies at ${keys.slice(0, MOST_NAMED).join(' or ')}${more}`
}

/** A command is refused by the first word, one of a script by a sentence, which differs by the version of the server. */
const MISSING_PERMISSION = /NOPERM|ACL failure|The user executing the script can't/

/** Of the keys of a command so many are named: behind them are those that may hold anything. */
const MOST_NAMED = 3

/** A server that takes no more connections answers whatever it is asked with this, and hangs up. */
function isFull(cause: unknown): boolean {
  return cause instanceof Error && cause.message.startsWith('ERR max number of clients')
}

/** Redis did not answer, or was not there, within so many milliseconds. */
export function tooLate(timeout: number, outcome: Outcome): UnavailableError {
  return unavailable(undefined, `Redis did not answer within ${timeout} ms.`, outcome)
}

function unavailable(cause: unknown, message: string, outcome: Outcome): UnavailableError {
  return new UnavailableError({
    code: 'REDIS_UNAVAILABLE',
    message,
    details: { outcome },
    ...(cause !== undefined && { cause }),
  })
}

/** The first word of an error that the server replied with; `undefined` where the client itself failed. */
export function replyName(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { message } = error
  const word = (IN_SCRIPT.exec(message) ?? /^-?([A-Z]{2,})(?= |$)/.exec(message))?.[1]
  if (REPLY_ERRORS.has(error.name) || REPLY_ERRORS.has(error.constructor.name)) return word ?? 'ERR'
  // Bundlers rename classes. Of those of the clients no other begins its message so; an error of the system has a code.
  return error.constructor === Error || 'code' in error ? undefined : word
}

/** Redis 6.2 tells at the end of an error of the script's own why it refused a command of a script. */
const IN_SCRIPT = /@user_script: ?\d+: -([A-Z]{2,}) /

const REPLY_ERRORS = new Set(['ReplyError', 'SimpleError', 'BlobError', 'ErrorReply'])
