import { diagnosticsChannel } from '@base/core/diagnostics'
import { toFailure } from '../failures/failures.js'
import { sqlStateOf } from '../failures/postgres-error.js'
import { shownStatement } from './shown-statement.js'

/** What is told of a statement that has ended. */
interface EndedStatement {
  /** What was done to which tables, in few distinct words: `select orders`. */
  summary: string
  /** The first word of the statement, in small letters. */
  operation: string
  /** The table, where drizzle knows that it is the only one. */
  table?: string
  /** The statement, with placeholders for all values, cut where it is very long. */
  sql: string
  /** From when it was sent to when it was answered, in milliseconds. */
  duration: number
  /** How many rows it gave. */
  rows?: number
  /** What it failed with, as errors of ours are: without a value of a row or a parameter. */
  error?: unknown
  /** The SQLSTATE of that. */
  state?: string
}

/** A statement that is about to be sent. */
export interface SentStatement {
  readonly sql: string
  /** The tables that drizzle knows it to touch. @defaultValue none */
  readonly tables?: readonly string[] | undefined
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

/** The same, for what is no one call; nothing where nobody listens. */
export function startTelling(statement: SentStatement): Telling | undefined {
  return ended.hasSubscribers ? new Telling(statement) : undefined
}

/** A statement that is under way. Neither its success nor its failure throws. */
export class Telling {
  readonly #statement: SentStatement
  readonly #start = performance.now()

  constructor(statement: SentStatement) {
    this.#statement = statement
  }

  succeeded(result?: unknown): void {
    this.#tell((told) => {
      const rows = rowsIn(result)
      if (rows !== undefined) told.rows = rows
    })
  }

  failed(error: unknown): void {
    this.#tell((told) => {
      told.error = toFailure(error)
      const state = sqlStateOf(error)
      if (state !== undefined) told.state = state
    })
  }

  #tell(add: (told: EndedStatement) => void): void {
    const duration = performance.now() - this.#start
    try {
      const told = described(this.#statement, duration)
      add(told)
      ended.publish(told)
    } catch {
      // What cannot be told has happened all the same: who sent it must not take it for failed.
    }
  }
}

function described({ sql, tables = [] }: SentStatement, duration: number): EndedStatement {
  const { text, operation } = shownStatement(sql)
  const summary = tables.length === 0 ? operation : `${operation} ${tables.join(' ')}`
  const told: EndedStatement = { summary, operation, sql: text, duration }
  const [table] = tables
  if (table !== undefined && tables.length === 1) told.table = table
  return told
}

/** Drizzle gives rows, and drivers what holds them. */
function rowsIn(result: unknown): number | undefined {
  const rows = Array.isArray(result) ? result : (result as { rows?: unknown } | null | undefined)?.rows
  return Array.isArray(rows) ? rows.length : undefined
}
