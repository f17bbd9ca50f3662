import { diagnosticsChannel } from '@base/core/diagnostics'
import { toFailure } from '../failures/failures.js'
import { sqlStateOf } from '../failures/postgres-error.js'
import { shownText } from './shown-text.js'

/** What is told of a statement that has ended. */
interface EndedStatement {
  /** What was done to which tables, in few distinct words: `select orders`. */
  readonly summary: string
  /** The first word of the statement, in small letters. */
  readonly operation: string
  /** The table, where drizzle knows that it is the only one. */
  readonly table?: string
  /** The statement, with placeholders for all values, cut where it is very long. */
  readonly sql: string
  /** From when it was sent to when it was answered, in milliseconds. */
  readonly duration: number
  /** How many rows it gave. */
  readonly rows?: number
  /** What it failed with, as errors of ours are: without a value of a row or a parameter. */
  readonly error?: unknown
  /** The SQLSTATE of that. */
  readonly state?: string
}

/** A statement that is about to be sent. */
export interface SentStatement {
  readonly sql: string
  /** The tables that drizzle knows it to touch. @defaultValue none */
  readonly tables?: readonly string[]
}

const ended = diagnosticsChannel<EndedStatement>('base:drizzle:query:end')

/** Whether anyone wants to know of statements. */
export function hasListeners(): boolean {
  return ended.hasSubscribers
}

/** Sends a statement, and tells how it ended; its value and its error pass through untouched, whatever becomes of the telling. */
export async function tellStatement<R>(statement: SentStatement, send: () => PromiseLike<R>): Promise<R> {
  const telling = startTelling(statement)
  if (telling === undefined) return send()
  let result: R
  try {
    result = await send()
  } catch (error) {
    telling.failed(error)
    throw error
  }
  telling.succeeded(result)
  return result
}

/** A statement that is under way. Neither throws. */
export interface Telling {
  succeeded(result?: unknown): void
  failed(error: unknown): void
}

/** The same, for what is no one call; nothing where nobody listens. */
export function startTelling(statement: SentStatement): Telling | undefined {
  if (!ended.hasSubscribers) return undefined
  const start = performance.now()
  const tell = (outcome: () => Outcome) => {
    const duration = performance.now() - start
    try {
      ended.publish({ ...described(statement), duration, ...outcome() })
    } catch {
      // What cannot be told has happened all the same: who sent it must not take it for failed.
    }
  }
  return {
    succeeded(result) {
      tell(() => {
        const rows = rowsIn(result)
        return rows === undefined ? {} : { rows }
      })
    },
    failed(error) {
      tell(() => {
        const state = sqlStateOf(error)
        return { error: toFailure(error), ...(state !== undefined && { state }) }
      })
    },
  }
}

type Outcome = Pick<EndedStatement, 'rows' | 'error' | 'state'>
type Description = Omit<EndedStatement, keyof Outcome | 'duration'>

function described({ sql, tables = [] }: SentStatement): Description {
  const shown = shownText(sql)
  const operation = /^[a-z]+/i.exec(shown)?.[0].toLowerCase() ?? 'other'
  const summary = [operation, ...tables].join(' ')
  const [table, ...others] = tables
  return { summary, operation, ...(table !== undefined && others.length === 0 && { table }), sql: shown }
}

/** Drizzle gives rows, and drivers what holds them. */
function rowsIn(result: unknown): number | undefined {
  const rows = Array.isArray(result) ? result : (result as { rows?: unknown } | null | undefined)?.rows
  return Array.isArray(rows) ? rows.length : undefined
}
