import { Server } from 'node:net'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { KEEP_ALIVE } from './app.ts'

/** Node closes an idle connection a second after it has told clients that it would. */
const IDLE_GRACE = KEEP_ALIVE + 1_000
/** How long nobody may knock before the door closes, how often it looks at most, and how many may wait before it: Node's backlog. */
const QUIET = 10
const MAX_LOOKS = 25
const MOST_WAITING = 511

/**
 * What stops an app without losing a request: no new connection is taken, and every answer from then on says `connection: close`,
 * so that busy clients leave by themselves. An idle connection is not cut at once, as `app.close` does, for its client may just be
 * sending a request. What callers have left behind is done to its end. When the signal aborts, what is still open is cut.
 */
export function stopServing(app: FastifyInstance): (signal: AbortSignal) => Promise<void> {
  const working = new Set<FastifyRequest>()
  let isStopping = false
  let door: Promise<void> | undefined
  let accepted = 0
  app.server.on('connection', () => accepted++)
  app.addHook('onRequest', (request, _, done) => {
    working.add(request)
    done()
  })
  app.addHook('onSend', (request, reply, _, done) => {
    working.delete(request)
    if (isStopping) reply.header('connection', 'close')
    if (door === undefined) done()
    else void door.then(() => done())
  })

  /** Lets in who waits to be accepted, and would be reset. Answers are held meanwhile: so nobody comes anew. */
  const letIn = async (signal: AbortSignal) => {
    for (let look = 0, seen = -1; look < MAX_LOOKS && seen !== accepted && !signal.aborted; look++) {
      seen = accepted
      await sleep(QUIET)
    }
    // One comes in in each turn of the loop.
    const last = accepted + MOST_WAITING
    for (let seen = -1; seen !== accepted && seen < last; await setImmediate()) seen = accepted
  }

  return async (signal) => {
    isStopping = true
    door = letIn(signal)
    await door
    const closed = new Promise<void>((resolve) => {
      // Not http's own close, which cuts idle connections.
      Server.prototype.close.call(app.server, () => resolve())
    })
    const cut = () => app.server.closeAllConnections()
    signal.addEventListener('abort', cut, { once: true })
    if (signal.aborted) cut()
    const idle = setTimeout(() => app.server.closeIdleConnections(), IDLE_GRACE)
    await closed
    clearTimeout(idle)
    signal.removeEventListener('abort', cut)
    while (working.size > 0 && !signal.aborted) await sleep(QUIET)
    await app.close()
  }
}
