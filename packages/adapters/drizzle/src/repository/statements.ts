import { untilAborted } from '@base/core/abort'
import type { Clock } from '@base/core/clock'
import { diagnosticsChannel } from '@base/core/diagnostics'
import { type ColumnOf, namingColumn, withFailures } from '../failures/failures.js'

/** Milliseconds from which a statement is slow. */
const SLOW = 100

/** What is told of a slow statement. */
interface SlowQuery {
  /** The table that the repository keeps. */
  readonly table: string
  /** The method of the repository. */
  readonly operation: string
  /** The statement, without the values that were bound. */
  readonly sql: string
  /** How long it took, in milliseconds. */
  readonly duration: number
}

const slow = diagnosticsChannel<SlowQuery>('base:drizzle:query:slow')

/** A statement of drizzle: a promise that starts when it is awaited, and knows its text. */
export interface Statement<R> extends PromiseLike<R> {
  toSQL?(): { readonly sql: string }
  /** What a raw statement has in the place of `toSQL`. */
  getQuery?(): { readonly sql: string }
  /** The column that a parameter is for, from 1. */
  readonly columnOf?: ColumnOf
}

/** Runs the statements of one repository. */
export class Statements {
  readonly #table: string
  readonly #clock: Clock

  constructor(table: string, clock: Clock) {
    this.#table = table
    this.#clock = clock
  }

  /** What a statement gives; it rejects with the signal's reason, or with an error of ours that shows no value. */
  async run<R>(operation: string, statement: Statement<R>, signal: AbortSignal | undefined): Promise<R> {
    const start = this.#clock.monotonic()
    try {
      signal?.throwIfAborted()
      return await untilAborted(
        withFailures(() => statement),
        signal,
      )
    } catch (error) {
      throw statement.columnOf === undefined ? error : namingColumn(error, statement.columnOf)
    } finally {
      const duration = this.#clock.monotonic() - start
      if (duration >= SLOW && slow.hasSubscribers) {
        const { sql } = statement.toSQL?.() ?? statement.getQuery?.() ?? { sql: '' }
        slow.publish({ table: this.#table, operation, sql, duration })
      }
    }
  }
}
