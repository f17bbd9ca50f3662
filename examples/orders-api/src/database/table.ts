import { ConflictError } from '@base/core/errors'
import type { Expression } from '@base/core/expression'
import { createCursors, InvalidCursorError, type OrderKey, readOrder } from '@base/domain/pagination'
import { type Specification, specificationOf } from '@base/domain/specification'
import type { Pages } from '../pages.ts'
import { ConditionWriter, type Fields, isOfType } from './condition.ts'
import type { Queries } from './database.ts'

/** How entities of one kind lie in the database. */
export interface Mapping<T> {
  readonly table: string
  /** The column that identifies a row. */
  readonly key: string
  /** The columns of a row as `toDomain` reads them, its `version` among them. */
  readonly columns: string
  readonly fields: Fields<T>
  /** The values to be written, by column, without the version. */
  toRow(entity: T): Readonly<Record<string, unknown>>
  toDomain(row: unknown): T
}

const PLACE = { package: 'orders-api', pattern: 'Table' }
const cursors = createCursors({}, { ...PLACE, option: 'cursors' })

/** The part of a `Repository` of @base/domain that this service needs, in hand-made SQL. */
export class Table<T extends { readonly version: number }> implements Pages<T> {
  protected readonly queries: Queries
  readonly #mapping: Mapping<T>
  readonly #lock: string

  /** @param locking whether what is read stays locked until the transaction ends; in one order, against deadlocks. */
  constructor(queries: Queries, mapping: Mapping<T>, locking = false) {
    this.queries = queries
    this.#mapping = mapping
    this.#lock = locking ? `order by ${mapping.key} for update` : ''
  }

  async findById(id: string): Promise<T | undefined> {
    const rows = await this.#select(`${this.#mapping.key} = $1 ${this.#lock}`, [id])
    return rows[0]
  }

  find(specification: Specification<T>): Promise<T[]> {
    const condition = new ConditionWriter(this.#mapping.fields)
    return this.#select(`${condition.write(specification.expression)} ${this.#lock}`, condition.parameters)
  }

  /** The last key of the order must be one that no two share. */
  async findPage(
    specification: Specification<T>,
    { orderBy, limit = 20, after }: Parameters<Pages<T>['findPage']>[1],
  ): ReturnType<Pages<T>['findPage']> {
    const order = readOrder(orderBy, PLACE)
    const rest = after == null ? specification : specification.and(await this.#behind(order, after))
    const condition = new ConditionWriter(this.#mapping.fields)
    const keys = order.map(({ field, direction }) => `${condition.field(field).sql} ${direction}`)
    // The one too many only says that there is more.
    const end = `order by ${keys} limit ${limit + 1}`
    const rows = await this.#select(`${condition.write(rest.expression)} ${end}`, condition.parameters)
    const items = rows.slice(0, limit)
    const last = items.at(-1)
    const endCursor = last === undefined ? null : await cursors.encode(order, keysOf(last, order))
    return { items, pageInfo: { hasNextPage: rows.length > limit, endCursor } }
  }

  /** @throws ConflictError where it was saved, or made, by somebody else since it was read. */
  async save(entity: T): Promise<T> {
    const { table, key } = this.#mapping
    const row = this.#mapping.toRow(entity)
    const id = row[key] as string
    const columns = Object.keys(row)
    const values = columns.map((_, index) => `$${index + 1}`)
    const version = `$${columns.length + 1}::integer`
    const { rows } = await this.queries.query(
      entity.version === 0
        ? `insert into ${table} (${columns}, version) values (${values}, ${version} + 1)
           on conflict (${key}) do nothing returning 1`
        : `update ${table} set (${columns}, version) = row(${values}, ${version} + 1)
           where ${key} = $${columns.indexOf(key) + 1} and version = ${version} returning 1`,
      [...Object.values(row), entity.version],
    )
    if (rows.length === 0) throw new ConflictError({ message: `${id} of ${table} was changed meanwhile.` })
    return entity.version === 0 ? this.inserted(entity, id) : this.saved(id)
  }

  /** What else to write of a new one, and how it now is. */
  protected inserted(_entity: T, id: string): Promise<T> {
    return this.saved(id)
  }

  protected async saved(id: string): Promise<T> {
    return (await this.#select(`${this.#mapping.key} = $1`, [id]))[0] as T
  }

  async #select(condition: string, parameters: unknown[]): Promise<T[]> {
    const { table, columns, toDomain } = this.#mapping
    const sql = `select ${columns}, version from ${table} where ${condition}`
    return (await this.queries.query<unknown>(sql, parameters)).rows.map(toDomain)
  }

  /** Those that come after the row of the cursor. @throws InvalidCursorError where it is not one of this list. */
  async #behind(order: readonly OrderKey[], cursor: string): Promise<Specification<T>> {
    const keys = await cursors.decode(order, cursor)
    const { fields } = this.#mapping
    const fit = order.every(({ field }, index) =>
      isOfType(keys[index], new ConditionWriter(fields).field(field).type),
    )
    const text = keys.filter((key) => typeof key === 'string').join('')
    if (!fit || !text.isWellFormed() || text.includes('\0')) throw new InvalidCursorError('it is malformed')
    const equal = order.map(({ field }, index) => ({ op: 'equals', field, value: keys[index] }))
    const parts = order.map(({ field, direction }, index) => {
      const op = direction === 'asc' ? 'greaterThan' : 'lessThan'
      return { op: 'and', of: [...equal.slice(0, index), { op, field, value: keys[index] }] }
    })
    return specificationOf<T>({ op: 'or', of: parts } as Expression<T>)
  }
}

function keysOf(row: object, order: readonly OrderKey[]): unknown[] {
  return order.map(({ field }) => (row as Readonly<Record<string, unknown>>)[field])
}
