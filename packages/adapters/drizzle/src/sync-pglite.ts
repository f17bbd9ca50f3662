/** What a client of PGlite has for this; its transactions have none of it. */
interface Client {
  syncToFs(): Promise<void>
  runExclusive<R>(fn: () => Promise<R>): Promise<R>
}

/** Whether it is a client of PGlite. */
export function isPglite(client: unknown): client is Client {
  return typeof (client as Partial<Client> | undefined)?.syncToFs === 'function'
}

/**
 * Has a client of PGlite keep what a transaction has committed, where its file system is told when to, as in a browser: it does so
 * by itself after a statement, but not after a transaction.
 */
export async function syncPglite(client: Client): Promise<void> {
  // Not while a statement changes the files.
  await client.runExclusive(() => client.syncToFs())
}
