import { is, isSQLWrapper, Param, Placeholder, SQL } from 'drizzle-orm'
import { PgDatabase, PgDialect, type PgTable } from 'drizzle-orm/pg-core'
import type { Executor } from '../executor.js'
import type { Row } from './options.js'
import type { Statement } from './statements.js'

type Session = Executor['_']['session']
/** What drizzle has a session prepare: the text, its parameters, and how its rows are read. */
type Prepared = Parameters<Session['prepareQuery']>

/** A statement that differs only in its values. */
export interface Shape {
  /** The same for all of one table that have the same text. */
  readonly key: string
  /** Makes it with drizzle; for each value a `Param` or a placeholder, whose name is the number of the value. */
  build(executor: Executor): unknown
}

/** More than any service has; so many are made only of entities whose rows have ever other columns. */
const MOST_KEPT = 200

/** A statement of drizzle's, made for the teller. */
interface Preparable {
  prepare(name: string): Prepared
}

const kept = new WeakMap<PgDialect, WeakMap<PgTable, Map<string, Prepared>>>()

/** A session that prepares nothing, but tells what drizzle would have it prepare. */
const TELLER = { prepareQuery: (...prepared: Prepared) => prepared } as unknown as Session

/**
 * A statement with values, of a text that is made once for all that have its shape: to make it takes drizzle longer than all
 * else that a save takes in this process. `undefined` where a value is SQL of its own, or the executor is not drizzle's.
 */
export function keptStatement(
  executor: Executor,
  table: PgTable,
  shape: Shape,
  values: readonly unknown[],
): Statement<Row[]> | undefined {
  const { dialect, _: { session } = {} } = executor as { dialect?: PgDialect; _?: { session?: Session } }
  if (!is(dialect, PgDialect) || typeof session?.prepareQuery !== 'function') return undefined
  const [query, fields, , ...rest] = preparedOf(dialect, table, shape)
  const params = bind(query.params, values)
  if (params === undefined) return undefined
  const prepared = session.prepareQuery({ ...query, params }, fields, undefined, ...rest)
  return {
    // biome-ignore lint/suspicious/noThenProperty: drizzle's statements, too, start when they are awaited.
    then: (...heard) => (prepared.execute() as Promise<Row[]>).then(...heard),
    toSQL: () => query,
  }
}

function preparedOf(dialect: PgDialect, table: PgTable, { key, build }: Shape): Prepared {
  const texts = textsOf(dialect, table)
  const known = texts.get(key)
  if (known !== undefined) return known
  const prepared = (build(new PgDatabase(dialect, TELLER, undefined)) as Preparable).prepare('')
  if (texts.size >= MOST_KEPT) texts.clear()
  texts.set(key, prepared)
  return prepared
}

function textsOf(dialect: PgDialect, table: PgTable): Map<string, Prepared> {
  const tables = kept.get(dialect) ?? new WeakMap<PgTable, Map<string, Prepared>>()
  const texts = tables.get(table)
  if (texts !== undefined) return texts
  const none = new Map<string, Prepared>()
  kept.set(dialect, tables.set(table, none))
  return none
}

/** The values as the driver takes them, in the order of the text. */
function bind(params: readonly unknown[], values: readonly unknown[]): unknown[] | undefined {
  const bound: unknown[] = []
  for (const param of params) {
    const { value: place, encoder } = param as Param
    const value = values[Number((place as Placeholder).name)]
    // A codec has made it already.
    const isMade = is(value, Param)
    if (!isMade && (isSQLWrapper(value) || is(value, Placeholder))) return undefined
    const mapped = isMade ? value.value : value === null ? null : encoder.mapToDriverValue(value)
    if (is(mapped, SQL)) return undefined
    bound.push(mapped)
  }
  return bound
}
