import { Server } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { KEEP_ALIVE } from './app.ts'

/** Node closes an idle connection a second after it has told clients that it would. */
const IDLE_GRACE = KEEP_ALIVE + 1_000

/**
 * What stops an app without losing a request: no new connection is taken, and every answer from then on says `connection: close`,
 * so that busy clients leave by themselves. An idle connection is not cut at once, as `app.close` does, for its client may just be
 * sending a request. When the signal aborts, what is still open is cut.
 */
export function stopServing(app: FastifyInstance): (signal: AbortSignal) => Promise<void> {
  let isStopping = false
  app.addHook('onSend', async (_, reply) => {
    if (isStopping) reply.header('connection', 'close')
  })
  return async (signal) => {
    isStopping = true
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
    await app.close()
  }
}
