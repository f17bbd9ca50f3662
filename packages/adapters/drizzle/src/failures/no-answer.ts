/** Codes of sockets and name servers that say: not now. */
const UNREACHABLE: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

/** What drivers say, without a code, where a connection broke, none came free, or all were closed. */
const CONNECTION_LOST =
  /^PGlite is clos(?:ed|ing)$|^Connection terminated|^Client has encountered a connection error|^timeout (exceeded )?when trying to connect|^Client was closed|^Cannot use a pool after calling end/

/** What node-postgres says, without a code, where no answer came within its `query_timeout`. */
const NOT_ANSWERED_IN_TIME = /^Query read timeout$/

/** Whether an error says that the database could not be reached, or no longer. */
export function isConnectionLost(error: object): boolean {
  const { code, syscall } = error as { code?: unknown; syscall?: unknown }
  // Whatever it says: the socket of a server on this machine is no file while it starts.
  return UNREACHABLE.has(code) || syscall === 'connect' || says(error, CONNECTION_LOST)
}

/** What PGlite says, without a code, of a value that it cannot send as its type. */
const UNSENDABLE = /^Invalid input for (?:boolean|bytea|date) type$/

/** Whether an error says that a value was not sent, for it is none of its type. */
export function isUnsendable(error: object): boolean {
  return says(error, UNSENDABLE)
}

/** Whether an error says that the answer was not waited for any longer. */
export function isOverdue(error: object): boolean {
  return says(error, NOT_ANSWERED_IN_TIME)
}

function says(error: object, words: RegExp): boolean {
  const { message } = error as { message?: unknown }
  return typeof message === 'string' && words.test(message)
}
