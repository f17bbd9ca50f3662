import { entityKind } from 'drizzle-orm'
import type { Pool, PoolClient } from 'pg'
import type { Executor } from './executor.js'
import { tellTransaction } from './statement-watch/tell-transaction.js'
import { watchSession } from './statement-watch/watch-statements.js'

type Session = Executor['_']['session']

/** What drizzle's session on a pool of node-postgres has, though its types do not say so. */
interface PoolSession {
  readonly constructor: new (
    client: PoolClient,
    dialect: unknown,
    schema: unknown,
    options: unknown,
  ) => Session
  readonly client: Pool
  readonly dialect: unknown
  readonly schema: unknown
  readonly options: unknown
}

type Part = <R>(fn: (tx: Executor) => Promise<R>) => Promise<R>

const partsAlone = new WeakMap<Executor, Part>()

/** Notes how an executor runs a part that must be alone in its transaction. */
export function notePartAlone(executor: Executor, part: Part): void {
  partsAlone.set(executor, part)
}

/**
 * Drizzle's `transaction`, for a function of ours that sends by `tx` alone. In a unit of work nobody else sends meanwhile: it would
 * be taken back along.
 *
 * On a pool it is without what drizzle gets wrong: a connection that breaks meanwhile ends the process, as an error that nobody
 * hears; one whose BEGIN fails is never given back; and a ROLLBACK that fails hides what was thrown.
 */
export function inTransaction<R>(executor: Executor, fn: (tx: Executor) => Promise<R>): Promise<R> {
  const part = partsAlone.get(executor)
  if (part !== undefined) return part(fn)
  const session = poolSessionOf(executor)
  if (session === undefined) return executor.transaction(fn)
  return tellTransaction((body) => onConnection(session, body), fn)
}

function poolSessionOf(executor: Executor): PoolSession | undefined {
  const session = (executor as { _?: { session?: unknown } })._?.session as PoolSession | undefined
  const kind = (session?.constructor as { readonly [entityKind]?: unknown } | undefined)?.[entityKind]
  return kind === 'NodePgSession' && 'idleCount' in (session as PoolSession).client ? session : undefined
}

async function onConnection<R>(on: PoolSession, fn: (tx: Executor) => Promise<R>): Promise<R> {
  const client = await on.client.connect()
  client.on('error', ignore)
  const session = new on.constructor(client, on.dialect, on.schema, on.options)
  let thrown: { readonly error: unknown } | undefined
  let isSound = false
  try {
    const result = await session.transaction(async (tx) => {
      // BEGIN has been sent, and the end is told of with it.
      watchSession(session, 'hidden')
      return fn(tx).catch((error: unknown) => {
        thrown = { error }
        throw error
      })
    })
    isSound = true
    return result
  } catch (error) {
    // Drizzle gives on what the function threw once it has rolled back.
    isSound = thrown?.error === error
    throw thrown === undefined ? error : thrown.error
  } finally {
    client.release(isSound ? undefined : true)
    client.off('error', ignore)
  }
}

function ignore(): void {}
