import { KeptServer } from './kept-server.ts'
import type { PrivateKind, ServerOptions } from './kinds.ts'

/** A server that only one test uses, and so may stop, kill and start again. */
export interface PrivateServer extends AsyncDisposable {
  /** The same for as long as it lives, also while it is stopped. */
  readonly url: string
  /** The file that holds what it prints; `close()` removes it. */
  readonly log: string
  /** RabbitMQ alone: its HTTP API, credentials included. */
  readonly management: string | undefined
  /** Starts it on its port, with its data. Resolves when it answers. */
  start(): Promise<void>
  /** Lets it finish. Resolves when it is gone; its data stays. */
  stop(): Promise<void>
  /** `stop()`, then `start()`. */
  restart(): Promise<void>
  /** Ends it as `kill -9` does. Resolves when it is gone; its data is what it had written. */
  kill(): Promise<void>
  /** Freezes it, as `SIGSTOP` does: its connections stand, and nothing answers. */
  pause(): Promise<void>
  /** Lets it go on after `pause()`. */
  resume(): Promise<void>
  /** Ends it and removes its data; so does the end of this process, however it comes. Idempotent. */
  close(): Promise<void>
}

/**
 * Starts a server of that kind for one test alone. It keeps what it has acknowledged, as in production.
 *
 * @throws Error with the end of the server's log if it cannot be started.
 *
 * @example
 * await using redis = await privateServer('redis', { settings: { maxmemory: '2mb' } })
 * await redis.kill()
 */
export async function privateServer(kind: PrivateKind, options: ServerOptions = {}): Promise<PrivateServer> {
  const server = await KeptServer.start({ ...options, kind, durable: true })
  const { url, log, management } = server.address
  return {
    url,
    log,
    management,
    start: () => server.start(),
    stop: () => server.stop(),
    restart: () => server.restart(),
    kill: () => server.kill(),
    pause: () => server.pause(),
    resume: () => server.resume(),
    close: () => server.close(),
    [Symbol.asyncDispose]: () => server.close(),
  }
}
