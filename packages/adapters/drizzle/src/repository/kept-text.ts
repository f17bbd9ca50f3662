import { is } from 'drizzle-orm'
import { PgDatabase, PgDialect, type PgTable } from 'drizzle-orm/pg-core'
import type { Executor } from '../executor.js'
import type { Row } from './options.js'
import type { Statement } from './statements.js'

type Session = Executor['_']['session']

/** What drizzle has a session prepare: the text, its parameters, and how its rows are read. */
export type Text = Parameters<Session['prepareQuery']>

/** More than any service has; so many are made only of entities or filters that have ever other columns. */
const MOST_KEPT = 200

/** Texts of statements that were made, by the dialect and the table that they are of. */
export class KeptTexts<T = Text> {
  readonly #dialects = new WeakMap<PgDialect, WeakMap<PgTable, Map<string, T>>>()

  /** The one of a table that a key distinguishes, made where it is not kept. Where too many are kept, they make room. */
  get(dialect: PgDialect, table: PgTable, key: string, make: () => T): T {
    const tables = this.#dialects.get(dialect) ?? new WeakMap<PgTable, Map<string, T>>()
    const texts = tables.get(table) ?? new Map<string, T>()
    const known = texts.get(key)
    if (known !== undefined) return known
    const text = make()
    if (texts.size >= MOST_KEPT) texts.clear()
    this.#dialects.set(dialect, tables.set(table, texts.set(key, text)))
    return text
  }
}

/** What statements are made with and sent by; `undefined` where the executor is not drizzle's. */
export function drizzleOf(executor: Executor): { dialect: PgDialect; session: Session } | undefined {
  const { dialect, _: { session } = {} } = executor as { dialect?: PgDialect; _?: { session?: Session } }
  if (!is(dialect, PgDialect) || typeof session?.prepareQuery !== 'function') return undefined
  return { dialect, session }
}

/** A statement of drizzle's, made for the teller. */
interface Preparable {
  prepare(name: string): Told
}

/** What stands for a statement that the teller should have prepared. */
class Told {
  readonly text: Text

  constructor(text: Text) {
    this.text = text
  }

  /** Drizzle calls it for each query. */
  setToken(): this {
    return this
  }
}

/** A session that prepares nothing, but tells what drizzle would have it prepare. */
const TELLER = { prepareQuery: (...text: Text) => new Told(text) } as unknown as Session

/** The text of what is built with drizzle. */
export function textOf(dialect: PgDialect, build: (executor: Executor) => unknown): Text {
  return (build(new PgDatabase(dialect, TELLER, undefined)) as Preparable).prepare('').text
}

/** A text with parameters, to be sent when it is awaited. */
export function statementOf(
  session: Session,
  [query, fields, , ...rest]: Text,
  params: unknown[],
): Statement<Row[]> {
  const prepared = session.prepareQuery({ ...query, params }, fields, undefined, ...rest)
  return {
    // biome-ignore lint/suspicious/noThenProperty: drizzle's statements, too, start when they are awaited.
    then: (...heard) => (prepared.execute() as Promise<Row[]>).then(...heard),
    toSQL: () => query,
  }
}
