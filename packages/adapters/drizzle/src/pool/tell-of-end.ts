import type { Pool } from 'pg'

/** Who waits for a connection, though the types of the pool do not say so. */
interface Waits {
  readonly _pendingQueue?: { readonly callback: (error: Error) => void }[]
}

const told = new WeakSet<Pool>()

/** Has whoever waits for a connection hear that the pool is ended: `pg` would forget them, and they would wait for ever. */
export function tellOfEnd(pool: Pool): void {
  if (told.has(pool) || typeof pool.end !== 'function') return
  told.add(pool)
  const end = pool.end.bind(pool) as (...args: unknown[]) => unknown
  pool.end = ((...args: unknown[]) => {
    const ended = end(...args)
    for (const { callback } of (pool as Waits)._pendingQueue?.splice(0) ?? []) {
      // As the pool itself says to who asks from now on.
      process.nextTick(callback, new Error('Cannot use a pool after calling end on the pool'))
    }
    return ended
  }) as typeof pool.end
}
