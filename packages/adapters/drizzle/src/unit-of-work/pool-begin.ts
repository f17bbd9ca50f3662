import { TransactionAbortedError } from '@base/domain/unit-of-work'
import type { PoolClient, QueryResult } from 'pg'
import { toFailure } from '../failures/failures.js'
import { isRefusal } from '../failures/postgres-error.js'
import { beginning } from '../pool/beginning.js'
import { isWrappedByOthers } from '../pool/wrap-query.js'
import { startTelling, tellStatement } from '../statement-watch/tell-statement.js'
import { isUnanswered } from './statements.js'

type Heard = 'parseComplete' | 'commandComplete'

/** What a client of node-postgres writes by, though its types do not say so. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void }
  /** By name, what the server has been asked to keep, and what it has said that it keeps. */
  readonly submittedNamedStatements: Readonly<Record<string, string>>
  readonly parsedStatements: Record<string, string>
  parse(query: { readonly text: string }): void
  bind(config: { readonly values: readonly unknown[] }): void
  execute(config: { readonly rows: number }): void
  on(event: Heard, listener: () => void): void
  prependListener(event: Heard, listener: () => void): void
  off(event: Heard, listener: () => void): void
}

type Answer = QueryResult | QueryResult[]
type Query = (...args: unknown[]) => Promise<Answer>

/**
 * The BEGIN of a transaction, which goes along with its first statement: a round trip less, and none where there is no statement.
 * Both stand before one Sync, so that the server skips the statement where it refuses the BEGIN. Whoever wraps the client's
 * `query` is to see all that is sent, so there BEGIN is a query by itself.
 *
 * @see PostgreSQL documentation, "Message Flow", "Pipelining"
 */
export class PoolBegin {
  /** Sends what the client sends; the first begins the transaction. No object over the client: being a prototype would slow it down. */
  readonly client: { readonly query: Query }
  readonly #client: PoolClient
  readonly #query: Query
  readonly #statement: string
  readonly #signal: AbortSignal
  #isDue = true
  #refusal: { readonly error: unknown } | undefined

  constructor(client: PoolClient, statement: string, signal: AbortSignal) {
    this.#client = client
    this.#signal = signal
    this.#query = client.query.bind(client) as Query
    this.#statement = statement
    this.client = { query: (...args) => (this.#isDue ? this.#sendFirst(args) : this.#send(args)) }
  }

  /** Whether nothing was sent, and there is nothing to end. */
  get isDue(): boolean {
    return this.#isDue
  }

  /** What all that follows fails with, COMMIT too, where it is not known that the transaction stands. */
  get refusal(): TransactionAbortedError | undefined {
    return this.#refusal && new TransactionAbortedError(toFailure(this.#refusal.error))
  }

  #send(args: readonly unknown[]): Promise<Answer> {
    const { refusal } = this
    return refusal === undefined ? this.#query(...args) : Promise.reject(refusal)
  }

  async #sendFirst(args: readonly unknown[]): Promise<Answer> {
    this.#isDue = false
    const wire = wireFor(this.#client, args)
    if (wire === undefined) await this.#sendAlone()
    else {
      try {
        return await this.#sendAlong(wire, args)
      } catch (error) {
        await this.#judge(error)
        throw error
      }
    }
    this.#signal.throwIfAborted()
    return this.#query(...args)
  }

  async #sendAlone(): Promise<void> {
    try {
      await tellStatement({ sql: this.#statement }, () => this.#query(this.#statement))
    } catch (error) {
      this.#refusal = { error }
      throw error
    }
  }

  /** Lets nothing more be sent where it is not known that BEGIN, which went along, took effect: it would be committed by itself. */
  async #judge(error: unknown): Promise<void> {
    if (isRefusal(error) || isUnanswered(toFailure(error))) {
      this.#refusal = { error }
      return
    }
    try {
      // The statement was not sent, or not understood. This one has parameters, and so a Sync, with which BEGIN is answered;
      await this.#query('select $1::integer', [1])
      // and that is refused outside of a transaction.
      await this.#query('savepoint base_0; release base_0')
    } catch (refused) {
      this.#refusal = { error: refused }
    }
  }

  async #sendAlong(wire: Wire, args: readonly unknown[]): Promise<QueryResult> {
    const telling = startTelling({ sql: this.#statement })
    wire.stream.cork()
    let answer: Promise<Answer>
    try {
      wire.parse({ text: this.#statement })
      wire.bind({ values: [] })
      wire.execute({ rows: 0 })
      answer = this.#query(...args)
    } finally {
      wire.stream.uncork()
    }
    const unwatch = watchNames(wire)
    const forget = forgetResult(wire, this.#client)
    beginning.add(this.#client)
    try {
      return [await answer].flat().at(-1) as QueryResult
    } finally {
      beginning.delete(this.#client)
      unwatch()
      forget()
      telling?.succeeded()
    }
  }
}

/**
 * What BEGIN can be written by before a statement that has parameters, for only these go by the protocol that has a Sync, on a
 * connection that waits for no answer; `undefined` where it cannot, as on an older `pg` or its native client, and where somebody
 * would not see it.
 */
function wireFor(client: PoolClient, [, values]: readonly unknown[]): Wire | undefined {
  const { connection, readyForQuery } = client as unknown as {
    readonly connection?: Partial<Wire>
    readonly readyForQuery?: boolean
  }
  const isFirst = readyForQuery === true && Array.isArray(values) && values.length > 0
  const isKnown = connection?.submittedNamedStatements !== undefined && connection.stream?.cork !== undefined
  return isFirst && isKnown && !isWrappedByOthers(client) ? (connection as Wire) : undefined
}

/** `pg` takes the first of two answers, that to BEGIN, for the word that a named statement is kept: takes that back where no other comes. */
function watchNames(wire: Wire): () => void {
  let names: readonly string[] = []
  let parsed = 0
  // Before `pg` hears of it, and not before the statement is sent: a patch of its `query` that has no mark may do so later.
  const count = () => {
    if (parsed++ === 0) names = Object.keys(wire.submittedNamedStatements)
  }
  wire.prependListener('parseComplete', count)
  return () => {
    wire.off('parseComplete', count)
    if (parsed === 1) for (const name of names) delete wire.parsedStatements[name]
  }
}

/** `pg` gives both results where both have a command: a patch of its `query` that has no mark expects one, so that of BEGIN goes. */
function forgetResult(wire: Wire, client: PoolClient): () => void {
  const forget = () => {
    wire.off('commandComplete', forget)
    const { _activeQuery: query } = client as { _activeQuery?: { _result?: { command: string | null } } }
    if (query?._result !== undefined) query._result.command = null
  }
  wire.on('commandComplete', forget)
  return () => wire.off('commandComplete', forget)
}
