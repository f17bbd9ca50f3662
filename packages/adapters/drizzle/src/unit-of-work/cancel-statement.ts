import type { Pool, PoolClient } from 'pg'

/** What a client of node-postgres has for this, though its types do not say so. */
interface Canceller {
  readonly connection?: {
    readonly stream: { unref?(): void }
    on(event: 'error', listener: () => void): unknown
  }
  cancel?(client: { activeQuery: unknown; processID: unknown; secretKey: unknown }, query: unknown): void
}

interface Session {
  readonly processID: unknown
  readonly secretKey: unknown
}

type PoolParts = { readonly Client?: new (options: unknown) => Canceller; readonly options: unknown }

/**
 * Asks the server to cancel what runs on a connection, by a request of PostgreSQL's protocol: that takes no place in the
 * pool, and goes through poolers. Whether it arrives nobody is told, nor that it could not be made. The server closes it: where
 * the client does so first, PgBouncer 1.18 ends.
 *
 * @see PostgreSQL documentation, "Canceling Requests in Progress"
 */
export function cancelStatement(pool: Pool, client: PoolClient): void {
  try {
    request(pool, client)
  } catch {
    // A client reads its certificates anew, or is given a stream by a function of the user.
  }
}

function request(pool: Pool, client: PoolClient): void {
  const { Client, options } = pool as unknown as PoolParts
  if (Client === undefined) return
  const canceller = new Client(options)
  const { connection } = canceller
  if (canceller.cancel === undefined || connection === undefined) return
  connection.on('error', () => {})
  const { processID, secretKey } = client as unknown as Session
  // It compares what it is to cancel with what runs, by a member that warns when it is read.
  const running = {}
  canceller.cancel({ activeQuery: running, processID, secretKey }, running)
  // A server that stands still never closes it, and the process is to end all the same.
  connection.stream.unref?.()
}
