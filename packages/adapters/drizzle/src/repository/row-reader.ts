import { AppError, UnsupportedError } from '@base/core/errors'
import type { OrderedReadOptions, ReadOptions } from '@base/domain/repository'
import { type Specification, specificationOf } from '@base/domain/specification'
import { and, type Column, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import { type Executor, isTransaction, nameInSql, undoneIn } from '../executor.js'
import { compileSpecification } from '../specification/compile-specification.js'
import { IdentityMap } from './identity-map.js'
import { keptRead } from './kept-read.js'
import { after, type KeyValues, keyValues, selectKeys } from './keyset.js'
import { noteMapperVersion } from './mapper-version.js'
import type { Row, Settings } from './options.js'
import { type LockingOrderedReadOptions, type LockingReadOptions, lockOf, type RowLock } from './row-lock.js'
import { anyOrder, orderSql, type RowKey, rowOrder } from './row-order.js'
import { selectionOf } from './selection.js'

/** Rows that a stream reads at once. */
const BATCH = 1_000

/** A row, and its keys in the order in which it was asked for. */
export interface KeyedRow {
  readonly row: Row
  readonly keys: KeyValues
}

/** What is read of those rows. */
interface Read {
  /** The method of the repository. */
  readonly operation: string
  readonly where: SQL | undefined
  readonly order?: readonly RowKey[]
  /** @defaultValue Infinity */
  readonly limit?: number
  /** @defaultValue 0 */
  readonly offset?: number
  readonly lock?: RowLock | undefined
  readonly signal: AbortSignal | undefined
}

/** Reads rows of one repository. */
export class RowReader<T> {
  readonly #settings: Settings<T>
  readonly #executor: Executor
  readonly #isUnit: boolean
  /** Of a transaction; made when it is needed, for most repositories of a unit of work are asked for nothing. */
  #known: IdentityMap<T> | undefined
  /** How many parts of the transaction were taken back, and had been when that was made. */
  readonly #undone: () => number
  #undoneBefore = 0

  constructor(settings: Settings<T>) {
    this.#settings = settings
    // A unit must see what it has written, and so reads where it writes.
    const { executor, replica } = settings
    this.#isUnit = isTransaction(executor)
    this.#undone = undoneIn(executor)
    this.#executor = replica === undefined || this.#isUnit ? executor : replica
  }

  async byId(id: unknown, options: LockingReadOptions): Promise<T | undefined> {
    const lock = lockOf(options, this.#executor)
    const where = and(idIs(this.#settings, id), this.#present(options))
    const [found] = await this.#rows({ operation: 'findById', where, limit: 1, lock, signal: options.signal })
    return found
  }

  async find(
    specification: Specification<T>,
    options: LockingOrderedReadOptions<T> & { readonly limit: number; readonly offset: number },
  ): Promise<T[]> {
    const { limit, offset, orderBy, signal } = options
    const lock = lockOf(options, this.#executor)
    const where = this.where(specification, options)
    const order = orderBy === undefined ? [] : rowOrder(this.#settings, orderBy)
    return this.#rows({ operation: 'find', where, order, limit, offset, lock, signal })
  }

  /** Batches, each from where the last one ended: no transaction stays open, and no cursor holds the connection. */
  async *stream(specification: Specification<T>, options: OrderedReadOptions<T>): AsyncGenerator<T> {
    options.signal?.throwIfAborted()
    const { orderBy } = options
    const order = orderBy === undefined ? anyOrder(this.#settings) : rowOrder(this.#settings, orderBy)
    const where = this.where(specification, options)
    let last: KeyValues | undefined
    while (true) {
      const rest = last === undefined ? where : and(where, after(order, last))
      const query = { operation: 'stream', where: rest, order, limit: BATCH, signal: options.signal }
      const rows = await this.keyed(query)
      // Now, for what is saved while they are gone through is newer.
      for (const entity of rows.map(({ row }) => this.entityOf(row))) {
        options.signal?.throwIfAborted()
        yield entity
      }
      last = rows.at(-1)?.keys
      if (rows.length < BATCH) return
    }
  }

  /** Rows with their keys, in order. */
  async keyed(read: Read & { readonly order: readonly RowKey[] }): Promise<KeyedRow[]> {
    const { order } = read
    const select = (table: PgTable) => ({ row: selectionOf(table), keys: selectKeys(order) })
    const found = await this.#read<{ row: Row; keys: Row }>('keyed', select, read)
    return found.map(({ row, keys }) => ({ row, keys: keyValues(order, keys) }))
  }

  async count(specification: Specification<T>, options: ReadOptions): Promise<number> {
    const select = () => ({ count: sql<number>`count(*)`.mapWith(Number) })
    const where = this.where(specification, options)
    const read = { operation: 'count', where, signal: options.signal }
    const [row] = await this.#read<{ count: number }>('count', select, read)
    return row?.count ?? 0
  }

  /** Whether a row meets a condition. */
  async any(operation: string, where: SQL | undefined, signal: AbortSignal | undefined): Promise<boolean> {
    const read = { operation, where, limit: 1, signal }
    return (await this.#read('any', () => ({ one: sql`1` }), read)).length > 0
  }

  /** The condition of a read. */
  where(specification: Specification<T>, options: ReadOptions): SQL | undefined {
    return and(compileSpecification(specification, this.#settings.fields), this.#present(options))
  }

  /** The entity of a row that was read. @throws AppError where a date is out of what JavaScript can hold. */
  entityOf(row: Row): T {
    return this.#isUnit ? this.#identities.read(row) : this.#toDomain(row)
  }

  /** The entity of a row that was written. @throws AppError where a date is out of what JavaScript can hold. */
  written(row: Row): T {
    return this.#isUnit ? this.#identities.written(row) : this.#toDomain(row)
  }

  /** Another once a part was taken back: what that changed in an entity, and did not save, is gone with it. */
  get #identities(): IdentityMap<T> {
    const undone = this.#undone()
    if (undone !== this.#undoneBefore) this.#known = undefined
    this.#undoneBefore = undone
    this.#known ??= new IdentityMap(this.#settings.id.name, (row) => this.#toDomain(row))
    return this.#known
  }

  #toDomain(row: Row): T {
    for (const name in row) {
      const value = row[name]
      if (Array.isArray(value) ? value.some(isNoTime) : isNoTime(value))
        throw unreadable(this.#settings.name, name)
    }
    const version = this.#settings.version && row[this.#settings.version.name]
    const entity = this.#settings.toDomain(row)
    noteMapperVersion(this.#settings, version, entity)
    return entity
  }

  #present({ includeDeleted = false }: ReadOptions): SQL | undefined {
    const { deletedAt } = this.#settings.tracking
    return deletedAt === undefined || includeDeleted
      ? undefined
      : isNull(this.#settings.columns[deletedAt] as Column)
  }

  async #rows(read: Read): Promise<T[]> {
    return (await this.#read<Row>('row', selectionOf, read)).map((row) => this.entityOf(row))
  }

  /** `what` tells selections apart. */
  #read<R>(what: string, select: (table: PgTable) => object, read: Read): Promise<R[]> {
    const { operation, where, order = [], limit = Number.POSITIVE_INFINITY, offset = 0, lock, signal } = read
    const { table, statements } = this.#settings
    const isLimited = Number.isFinite(limit)
    const query = keptRead<R>(this.#executor, table, {
      key: [what, lock, isLimited, offset > 0, keyOf(this.#executor, order)].join('\0'),
      where,
      behind: [...(isLimited ? [limit] : []), ...(offset > 0 ? [offset] : [])],
      build: (on) => {
        const all = on
          .select(select(table) as never)
          .from(table)
          .where(where)
          .orderBy(...orderSql(order))
          .$dynamic()
        const some = isLimited ? all.limit(limit) : all
        const rest = offset > 0 ? some.offset(offset) : some
        return lock === undefined ? rest : rest.for(lock)
      },
    })
    return statements.run(operation, query, signal)
  }
}

/** Tells orders apart: by what they are of, and whether it is the order of the column itself or of what it is read as. */
function keyOf(executor: Executor, order: readonly RowKey[]): string {
  return order
    .map(({ field, column, direction, nulls }) => {
      const kind = field === ':any' ? 'own' : column.columnType
      return [nameInSql(executor, column), kind, direction, nulls].join('\0')
    })
    .join('\0')
}

/** An id that its column cannot hold is the id of nothing; the case of a UUID means nothing. */
export function idIs<T>({ id: { column } }: Settings<T>, id: unknown): SQL {
  if (id === null || id === undefined) return sql`false`
  const value = column.columnType === 'PgUUID' && typeof id === 'string' ? id.toLowerCase() : id
  try {
    const isIt = specificationOf({ op: 'equals', field: 'id', value: value as never })
    return compileSpecification(isIt, { id: column })
  } catch (error) {
    // A type that only the database compares; what is wrong with any other id is that no column can hold it.
    const isForDatabase =
      error instanceof UnsupportedError || (typeof id === 'object' && !(id instanceof Date))
    return isForDatabase ? eq(column, id) : sql`false`
  }
}

function isNoTime(value: unknown): boolean {
  return value instanceof Date && Number.isNaN(value.getTime())
}

function unreadable(entity: string, column: string): AppError {
  return new AppError({
    code: 'UNREADABLE_ROW',
    kind: 'internal',
    message: `The ${column} of this ${entity} is a time that cannot be read as a Date: infinity, or in a list one whose offset has seconds.`,
    details: { column },
  })
}
