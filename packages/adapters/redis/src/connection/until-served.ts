import { replyName } from './redis-error.js'
import type { Attempt } from './within.js'

/** Between two questions, in milliseconds: from the first, each twice the one before, up to the longest. */
const FIRST_PAUSE = 5
const LONGEST_PAUSE = 50

/**
 * Sends a command to a cluster again, while its caller waits, as long as it is answered that another node has its keys, that
 * they are on their way to one, or that nobody has them now: whoever answers so has run nothing. A script on several keys
 * is refused by both nodes while its slot moves, also where one of the keys has never been written, and clients give up
 * after a number of redirections, which is over in no time. `mayRepeat` tells what else is sent again.
 */
export async function untilServed<T>(
  attempt: Attempt,
  send: () => Promise<T>,
  mayRepeat: (error: unknown) => boolean = isElsewhere,
): Promise<T> {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return await send()
    } catch (error) {
      if (attempt.over || !mayRepeat(error)) throw error
      if (replyName(error) !== undefined) attempt.outcome = 'not_done'
      await attempt.pause(pause)
    }
  }
}

/** Whether a node of a cluster did nothing, for the keys are elsewhere or nowhere at the moment. */
export function isElsewhere(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const reply = replyName(error)
  return reply === undefined ? GIVEN_UP.test(error.message) : REPLIES.has(reply)
}

const REPLIES = new Set(['MOVED', 'ASK', 'TRYAGAIN', 'CLUSTERDOWN'])

/** What clients say of such replies. ioredis counts connections that were lost among them: what was sent there may have run. */
const GIVEN_UP = /^(Too many Cluster redirections(?!.*Connection is closed)|Cannot find node )/
