import type { Pool, PoolClient } from 'pg'

/**
 * A connection of a pool, whose breaking ends no process. What breaks it may come in the packet that lets us have it, before a
 * promise of it has resolved: `pg` then emits an error that nobody could have listened for.
 */
export function takeConnection(pool: Pool): Promise<PoolClient> {
  return new Promise((resolve, reject) => {
    pool.connect((error, client) => {
      if (client === undefined) return reject(error)
      client.on('error', ignore)
      resolve(client)
    })
  })
}

/** Gives it back; one that is not sound the pool closes. */
export function giveBack(client: PoolClient, isSound: boolean): void {
  client.release(isSound ? undefined : true)
  client.off('error', ignore)
}

function ignore(): void {}
