import type { Pool, PoolClient } from 'pg'

/** What a client of node-postgres has for this, though its types do not say so. */
interface Canceller {
  readonly connection?: { on(event: 'error', listener: () => void): unknown }
  cancel?(client: { activeQuery: unknown; processID: unknown; secretKey: unknown }, query: unknown): void
}

interface Session {
  readonly processID: unknown
  readonly secretKey: unknown
}

type PoolParts = { readonly Client?: new (options: unknown) => Canceller; readonly options: unknown }

/**
 * Asks the server to cancel what runs on a connection, by a request of PostgreSQL's protocol: that takes no place in the
 * pool, and goes through poolers. Whether it arrives nobody is told.
 *
 * @see PostgreSQL documentation, "Canceling Requests in Progress"
 */
export function cancelStatement(pool: Pool, client: PoolClient): void {
  const { Client, options } = pool as unknown as PoolParts
  if (Client === undefined) return
  const canceller = new Client(options)
  if (canceller.cancel === undefined || canceller.connection === undefined) return
  canceller.connection.on('error', () => {})
  const { processID, secretKey } = client as unknown as Session
  // It compares what it is to cancel with what runs, by a member that warns when it is read.
  const running = {}
  canceller.cancel({ activeQuery: running, processID, secretKey }, running)
}
