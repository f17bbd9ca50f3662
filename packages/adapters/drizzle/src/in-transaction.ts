import { entityKind } from 'drizzle-orm'
import type { Pool, PoolClient } from 'pg'
import { giveBack, takeConnection } from './connection.js'
import type { Executor } from './executor.js'
import { tellTransaction } from './statement-watch/tell-transaction.js'
import { watchSession } from './statement-watch/watch-statements.js'
import { isPglite, syncPglite } from './sync-pglite.js'
import { commitFailure } from './unit-of-work/commit-failure.js'

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
 * be taken back along. Elsewhere those of ours on one connection come one after the other.
 *
 * On a pool it is without what drizzle gets wrong: a connection that breaks meanwhile ends the process, as an error that nobody
 * hears; one whose BEGIN fails is never given back; and a ROLLBACK that fails hides what was thrown.
 */
export async function inTransaction<R>(executor: Executor, fn: (tx: Executor) => Promise<R>): Promise<R> {
  const part = partsAlone.get(executor)
  if (part !== undefined) return part(fn)
  const session = (executor as { _?: { session?: unknown } })._?.session as Partial<PoolSession> | undefined
  if (isPoolSession(session)) return tellTransaction((body) => onConnection(session, body), fn)
  const { client }: { client?: unknown } = session ?? {}
  // It has turns of its own, and refuses what would wait for a unit that is open.
  if (!isPglite(client)) return inTurn(session ?? executor, () => executor.transaction(fn))
  const result = await executor.transaction(fn)
  await syncPglite(client).catch((error: unknown) => {
    throw commitFailure(error)
  })
  return result
}

const lasts = new WeakMap<object, Promise<unknown>>()

/**
 * One after the other on a connection: of two transactions at once the one would end the other, and of two parts of a transaction
 * take it back, for drizzle gives their savepoints one name.
 */
function inTurn<R>(session: object, part: () => Promise<R>): Promise<R> {
  const turn = (lasts.get(session) ?? Promise.resolve()).then(part)
  lasts.set(
    session,
    turn.catch(() => {}),
  )
  return turn
}

function isPoolSession(session: Partial<PoolSession> | undefined): session is PoolSession {
  const kind = (session?.constructor as { readonly [entityKind]?: unknown } | undefined)?.[entityKind]
  return kind === 'NodePgSession' && 'idleCount' in (session as PoolSession).client
}

async function onConnection<R>(on: PoolSession, fn: (tx: Executor) => Promise<R>): Promise<R> {
  const client = await takeConnection(on.client)
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
    giveBack(client, isSound)
  }
}
